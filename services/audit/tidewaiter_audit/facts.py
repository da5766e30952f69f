"""The nouns inside a leaf: what was decided, on what, with what. Named as in the contract, enumerations by name.

The fields stand in alphabetical order because they are written in the order in which they stand, and a field
that is empty is not written: a test holds both, and that no field of the contract is missing here.
"""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Text, whole numbers, `true`, and facts: nothing that has two spellings.

    msgspec inherits all of these options; the type checker wants the first two said again.
    """


class Money(Fact, frozen=True, kw_only=True):
    """google.type.Money: units and billionths of a unit, of one sign."""

    currency_code: str = ""
    nanos: int = 0
    units: int = 0


class Reason(Fact, frozen=True, kw_only=True):
    """One reason of a decision, a finding or a contribution."""

    citation: str = ""
    code: str = ""
    confidence: str = ""
    detail: str = ""
    field: str = ""
    rule_id: str = ""
    source: str = ""


class Conversion(Fact, frozen=True, kw_only=True):
    """A rate of exchange that was used."""

    currency_code: str = ""
    end_day: str = ""
    first_day: str = ""
    rate: str = ""
    rule_id: str = ""
    source: str = ""


class DutyFinding(Fact, frozen=True, kw_only=True):
    """The duty on one shipment by one method."""

    amount: Money | None = None
    citation: str = ""
    confidence: str = ""
    formula: str = ""
    method: str = ""
    rule_id: str = ""


class EligibilityFinding(Fact, frozen=True, kw_only=True):
    """What eligibility found."""

    conversions: tuple[Conversion, ...] = ()
    counted_shipment_ids: tuple[str, ...] = ()
    counted_shipments: int = 0
    day_total: Money | None = None
    duties: tuple[DutyFinding, ...] = ()
    entry_path: str = ""
    entry_reason: Reason | None = None
    headroom: Money | None = None
    law_version: str = ""
    limit: Money | None = None
    local_day: str = ""
    order_shipments: int = 0
    order_total: Money | None = None
    person_day: str = ""
    person_key_rules: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    regime_id: str = ""
    unlisted: tuple[str, ...] = ()
    value: Money | None = None
    verdict: str = ""
    zone: str = ""


class RiskContribution(Fact, frozen=True, kw_only=True):
    """One addend of the score."""

    data_version: str = ""
    points: int = 0
    reason: Reason | None = None
    shipment_ids: tuple[str, ...] = ()
    signal: str = ""
    suppression_id: str = ""


class RiskCounterfactual(Fact, frozen=True, kw_only=True):
    """The smallest change that would have led to other advice."""

    action: str = ""
    detail: str = ""
    score: int = 0
    signals: tuple[str, ...] = ()


class ListVersion(Fact, frozen=True, kw_only=True):
    """A list that was looked into."""

    entries: int = 0
    list: str = ""
    sha256: str = ""
    stale: bool = False
    version: str = ""


class RiskFinding(Fact, frozen=True, kw_only=True):
    """What risk found."""

    action: str = ""
    contributions: tuple[RiskContribution, ...] = ()
    counterfactual: RiskCounterfactual | None = None
    lists: tuple[ListVersion, ...] = ()
    score: int = 0
    scorecard_version: str = ""


class Versions(Fact, frozen=True, kw_only=True):
    """With what the decision was computed."""

    code: str = ""
    law: str = ""
    scorecard: str = ""


class Decision(Fact, frozen=True, kw_only=True):
    """The decision. Times are RFC 3339 in UTC with 0, 3, 6 or 9 digits after the second."""

    decided_at: str = ""
    decision_id: str
    degraded: bool = False
    eligibility: EligibilityFinding | None = None
    entry_path: str = ""
    filings: tuple[str, ...] = ()
    outcome: str = ""
    reasons: tuple[Reason, ...] = ()
    revision: int = 0
    risk: RiskFinding | None = None
    shipment_id: str
    supersedes: str = ""
    trace_id: str = ""
    united_into: str = ""
    versions: Versions | None = None


class LineItem(Fact, frozen=True, kw_only=True):
    """One line of goods; the picture's hash in hex."""

    description: str = ""
    flags: tuple[str, ...] = ()
    hts_code: str = ""
    listing_url: str = ""
    origin_country: str = ""
    picture_sha256: str = ""
    quantity: int = 0
    unit_value: Money | None = None
    weight_grams: int = 0


class SecurityScan(Fact, frozen=True, kw_only=True):
    """The screening before departure."""

    method: str = ""
    performed: bool = False
    reference: str = ""


class FilerConflict(Fact, frozen=True, kw_only=True):
    """Where filers contradict one another."""

    field: str = ""
    originator_codes: tuple[str, ...] = ()


class FieldSource(Fact, frozen=True, kw_only=True):
    """Which fields were taken from one filing."""

    fields: tuple[str, ...] = ()
    originator_code: str = ""
    request_id: str = ""


class Shipment(Fact, frozen=True, kw_only=True):
    """The merged view that was decided on, without its parties.

    `items_sha256` and `items_count` stand in place of goods too long for a leaf; they have no counterpart in
    the contract.
    """

    conflicts: tuple[FilerConflict, ...] = ()
    country_of_shipment: str = ""
    estimated_arrival: str = ""
    filer_types: tuple[str, ...] = ()
    gift: bool = False
    house_bill: str = ""
    house_bill_issuer: str = ""
    items: tuple[LineItem, ...] = ()
    items_count: int = 0
    items_sha256: str = ""
    known_carrier_customer: bool = False
    known_seller: bool = False
    listed_price: Money | None = None
    master_bill: str = ""
    mode: str = ""
    order_id: str = ""
    port_of_entry: str = ""
    revision: int = 0
    security_scan: SecurityScan | None = None
    seller_account_id: str = ""
    shipment_id: str
    sources: tuple[FieldSource, ...] = ()
    tracking_number: str = ""

"""What eligibility finds, from the judgement on one shipment to the answer that its filer gets."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from tidewaiter_eligibility.model.codes import Confidence, DutyMethod, EntryPath, GoodsFlag, ReasonCode, Verdict


class Reason(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One reason. `detail` is a sentence without personal data; `field` a path in the filing, "" when none."""

    code: ReasonCode
    rule_id: str
    detail: str
    citation: str
    confidence: Confidence
    field: str = ""


class Duty(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Duty by one method, in cents; None when it is not computed here, and `formula` then says what it needs."""

    method: DutyMethod
    amount_minor: int | None
    formula: str
    rule_id: str
    citation: str
    confidence: Confidence


class Conversion(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """By which rate amounts in one currency were made dollars. `rate`: dollars for one unit, as the table writes it.

    In force on the days [`first_day`, `end_day`), YYYY-MM-DD; `rule_id` is the rule that says which day's rate counts.
    """

    currency_code: str
    rate: str
    first_day: str
    end_day: str
    source: str
    rule_id: str


class PersonDayRule(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """By which rules a person-day is judged: the limit that it may reach, and what a broken one costs.

    Lots of one order are judged by one too. `allowed` and `over` are the codes of the reasons that say so.
    `is_marginal`: only the shipments beyond the limit pay, in the order in which they were claimed; all of the day
    otherwise.
    """

    paragraph: str
    limit_minor: int
    allowed: ReasonCode
    over: ReasonCode
    rule_id: str
    citation: str
    confidence: Confidence
    broken_rule_id: str
    broken_citation: str
    broken_confidence: Confidence
    is_marginal: bool = False


class DayKey(NamedTuple):
    """One person on one local day under one paragraph, or one order on `NO_DAY`: what a value counts against."""

    local_day: str
    person_day: str


NO_DAY = "order"
"""The `local_day` of the key of an order, whose lots count together on whatever days they arrive. It sorts last."""


class Lot(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Of which order a shipment is a lot, in normal form, and by which rule the lots of it are judged.

    `order` may say who sells and who buys: it is dropped before anything is kept.
    """

    rule: PersonDayRule
    order: str


class Judgement(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What the law says of one shipment when nothing else is known.

    With a `rule` the shipment passes every test of its own, and the verdict hangs on its person-day: `path` and
    `reasons` are told while the day holds, `path_otherwise` and `reasons_otherwise` when it does not. Without one
    the verdict stands. `person` names who claims, in normal form: the key, then its links, a line each. Personal data,
    dropped before anything is kept; `basis` is not: by which rules the key was made (`person.basis`).
    `why` names the rules by which `path` is the entry, `why_otherwise` those of `path_otherwise`: that which opens it,
    then pairs of one that is passed over and what closes it (`path.entry_reason`). `duties` are those of the entry that
    is not a privilege. `unlisted` are the flags for which the filer was taken at its word, for want of any case.
    `lot` is there when it names an order.
    """

    verdict: Verdict
    regime_id: str
    local_day: str
    zone: str
    value_minor: int | None
    limit_minor: int | None
    path: EntryPath
    path_otherwise: EntryPath
    reasons: tuple[Reason, ...]
    reasons_otherwise: tuple[Reason, ...]
    rule: PersonDayRule | None
    person: str
    law_version: str
    basis: int = 0
    why: tuple[str, ...] = ()
    why_otherwise: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    unlisted: tuple[GoodsFlag, ...] = ()
    lot: Lot | None = None


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """The answer. Amounts are cents; `counted_shipment_ids` holds at most 100 of the `counted_shipments`.

    `day_total_minor` is the sum of all that counts on the person-day, this shipment included; `order_total_minor` that
    of the `order_shipments` lots of its order, there only when they are over the limit.
    """

    verdict: Verdict
    regime_id: str
    entry_path: EntryPath
    reasons: tuple[Reason, ...]
    person_day: str
    local_day: str
    zone: str
    value_minor: int | None
    limit_minor: int | None
    headroom_minor: int | None
    day_total_minor: int | None
    counted_shipment_ids: tuple[str, ...]
    counted_shipments: int
    law_version: str
    why: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    unlisted: tuple[GoodsFlag, ...] = ()
    basis: int = 0
    order_total_minor: int | None = None
    order_shipments: int = 0


class Turned(Struct, frozen=True, kw_only=True, gc=False):
    """A shipment whose last answer no longer holds, and the revision that was answered."""

    shipment_id: str
    revision: int


class Determined(Struct, frozen=True, kw_only=True, gc=False):
    """One claimed answer, with the others on its person-day (or on one it left) that turned.

    `revision` is the one that stands and that the finding speaks for: the one asked, or a later one.
    `confirm_wanted`: the ledger still counts an earlier claim of the shipment, until it is confirmed that a decision
    on this revision is on record.
    """

    finding: Finding
    revision: int
    turned: tuple[Turned, ...]
    confirm_wanted: bool


class Confirmation(NamedTuple):
    """That a decision on this revision of the shipment is on record."""

    shipment_id: str
    revision: int

"""The nouns of eligibility, frozen. Numbers of enumerations are those of the contract; a test compares them.

They are msgspec structs and not dataclasses: a frozen dataclass of fourteen fields takes 1.8 microseconds to make,
such a struct 0.2, and one shipment makes some twenty. None of them can be part of a cycle, so that the collector
need not visit them.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

CURRENCY = "USD"
"""The currency in which the law states its limits (19 USC 1321): the only one that counts so far."""


class Mode(IntEnum):
    """How the parcel arrives."""

    AIR = 1
    TRUCK = 2
    RAIL = 3
    OCEAN = 4
    MAIL = 5


class Verdict(IntEnum):
    """Whether the parcel may enter free of duty."""

    ELIGIBLE = 1
    NOT_ELIGIBLE = 2
    UNKNOWN = 3


class EntryPath(IntEnum):
    """The entry a parcel needs, or the privilege it passes under. UNSPECIFIED: not known yet."""

    UNSPECIFIED = 0
    SECTION_321_MANIFEST = 1
    TYPE_86 = 2
    TYPE_11 = 3
    TYPE_12 = 4
    TYPE_13 = 5
    TYPE_01 = 6
    TYPE_03 = 7
    MAIL_WORKSHEET = 8
    POSTAL_DUTY = 9
    GIFT = 10
    NONE = 11


class Confidence(IntEnum):
    """How well a rule is known. UNSPECIFIED: the reason rests on no rule of law."""

    UNSPECIFIED = 0
    OFFICIAL = 1
    SECONDARY = 2
    UNVERIFIED = 3
    INFERRED = 4


class ReasonCode(IntEnum):
    """Why, as far as eligibility says it."""

    EXEMPTION_MET = 1
    EXEMPTION_CLOSED = 2
    EXEMPTION_REPEALED = 3
    VALUE_OVER_LIMIT = 4
    PERSON_DAY_OVER_LIMIT = 5
    EXCLUDED_ALCOHOL = 6
    EXCLUDED_TOBACCO = 7
    EXCLUDED_PERFUME = 8
    GIFT_ALLOWED = 9
    GIFT_OVER_ALLOWANCE = 10
    GIFT_NOT_BONA_FIDE = 11
    INPUT_MISSING = 12
    LAW_UNKNOWN = 13
    OVER_INFORMAL_LIMIT = 14
    RATE_UNKNOWN = 26


DATA_QUALITY = frozenset({ReasonCode.INPUT_MISSING, ReasonCode.RATE_UNKNOWN})
"""The reasons a filer can mend; all the others speak the law."""


class Money(Struct, frozen=True, kw_only=True, gc=False):
    """An amount as google.type.Money states it: `units` and `nanos`, never negative."""

    currency_code: str
    units: int
    nanos: int


class Party(Struct, frozen=True, kw_only=True, gc=False):
    """A person or company with an address, as declared. Personal data: it never leaves this process."""

    name: str
    address_lines: tuple[str, ...]
    postal_code: str
    country_code: str
    city: str = ""
    region: str = ""


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One line of goods. `hts_code` is digits only, "" when the filer has none; `unit_value` None when not given."""

    description: str
    hts_code: str
    origin_country: str
    quantity: int
    unit_value: Money | None


class Shipment(Struct, frozen=True, kw_only=True, gc=False):
    """What eligibility reads of a shipment. What is not known is None or empty, never a default.

    `arrival_seconds` counts from 1970-01-01T00:00:00Z.
    """

    shipment_id: str
    revision: int
    mode: Mode | None
    port_of_entry: str
    arrival_seconds: int | None
    country_of_shipment: str
    buyer: Party | None
    consignee: Party | None
    has_seller: bool
    items: tuple[Item, ...]
    order_id: str
    has_listed_price: bool
    seller_account_id: str
    gift: bool


class Reason(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One reason. `detail` is a sentence without personal data; `field` a path in the filing, "" when none."""

    code: ReasonCode
    rule_id: str
    detail: str
    citation: str
    confidence: Confidence
    field: str = ""


class PersonDayRule(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """By which rules a person-day is judged: the limit that it may reach, and what a broken one costs.

    `allowed` and `over` are the codes of the reasons that say so.
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


class DayKey(NamedTuple):
    """One person on one local day under one paragraph: the row that a value counts against."""

    local_day: str
    person_day: str


class Judgement(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What the law says of one shipment when nothing else is known.

    With a `rule` the shipment passes every test of its own, and the verdict hangs on its person-day: `path` and
    `reasons` are told while the day holds, `path_otherwise` and `reasons_otherwise` when it does not. Without one
    the verdict stands. `person` names who claims, in normal form: personal data, dropped before anything is kept.
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


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """The answer. Amounts are cents; `counted_shipment_ids` holds at most 100 of the `counted_shipments`.

    `day_total_minor` is the sum of all that counts on the person-day, this shipment included.
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


class LocalDay(Struct, frozen=True, kw_only=True, gc=False):
    """The calendar day of arrival in the port's zone.

    `candidates` are the days it may be: one when the port is known, and `text` is then that day as YYYY-MM-DD; up to
    two otherwise, and `zone` and `text` are then "".
    """

    candidates: tuple[date, ...]
    zone: str
    text: str

    @property
    def is_known(self) -> bool:
        """Whether there is exactly one day, in a known zone."""
        return self.zone != ""

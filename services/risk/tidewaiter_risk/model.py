"""The nouns of risk, frozen: what is assessed, what was seen, what is advised.

Only what the signals read of a shipment is here; `wire` leaves the rest of the message behind. Structs rather than
dataclasses: some thirty are made of each shipment, each in a fifth of the time, and the collector passes them by.
"""

from __future__ import annotations

from enum import Enum, IntEnum

from msgspec import Struct
from msgspec.structs import replace
from tidewaiter_goods.confidence import Confidence

SCORE_MAX = 1000
"""The highest score there is. The weights of a scorecard never sum to more."""

NANOS_PER_UNIT = 1_000_000_000


class Mode(Enum):
    """How the parcel arrives."""

    UNSPECIFIED = "UNSPECIFIED"
    AIR = "AIR"
    TRUCK = "TRUCK"
    RAIL = "RAIL"
    OCEAN = "OCEAN"
    MAIL = "MAIL"


class FilerType(IntEnum):
    """Who has filed; numbers as in trade.v1.FilerType."""

    CARRIER = 1
    BROKER = 2
    FREIGHT_FORWARDER = 3
    ONLINE_MARKETPLACE = 4
    LOGISTICS_PLATFORM = 5


class Action(IntEnum):
    """What risk advises, ordered by gravity: the gravest wins by `max`."""

    NONE = 1
    REVIEW = 2
    HOLD = 3
    REJECT = 4


class Source(Enum):
    """Who may see a reason: DATA_QUALITY is the filer's to mend, RISK is for operators and auditors only."""

    DATA_QUALITY = "DATA_QUALITY"
    RISK = "RISK"


class ReasonCode(Enum):
    """The codes that risk gives, named as in the contract without their prefix."""

    DESCRIPTION_VAGUE = "DESCRIPTION_VAGUE"
    PARTY_LISTED = "PARTY_LISTED"
    PARTY_LISTED_ALIAS = "PARTY_LISTED_ALIAS"
    PARTY_SIMILAR = "PARTY_SIMILAR"
    LIST_STALE = "LIST_STALE"
    VALUE_UNDER_THRESHOLD = "VALUE_UNDER_THRESHOLD"
    DATA_INCOMPLETE = "DATA_INCOMPLETE"
    FILERS_DISAGREE = "FILERS_DISAGREE"
    SIGNAL_MISSING = "SIGNAL_MISSING"
    NO_SIGNAL = "NO_SIGNAL"
    HEADING_IMPLAUSIBLE = "HEADING_IMPLAUSIBLE"
    VALUE_LOW = "VALUE_LOW"
    GOODS_CONTROLLED = "GOODS_CONTROLLED"
    ADDRESS_CROWDED = "ADDRESS_CROWDED"
    NAMES_MANY = "NAMES_MANY"
    SHIPPER_NEW = "SHIPPER_NEW"
    SHIPMENTS_FREQUENT = "SHIPMENTS_FREQUENT"
    VALUES_CROWDED = "VALUES_CROWDED"
    ORDER_SPLIT = "ORDER_SPLIT"


UNSEEN = frozenset({ReasonCode.SIGNAL_MISSING, ReasonCode.LIST_STALE})
"""What says that a signal did not see what it should."""


class Party(Struct, frozen=True, kw_only=True, gc=False):
    """One person or company. Personal data: its values never enter a reason, a log line or a span."""

    name: str
    country: str
    """Two letters of ISO 3166-1, empty when not given."""
    addressed: bool
    """Whether any street line, city or postal code is given."""
    reachable: bool
    """Whether an e-mail address or a telephone number is given."""


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One line of goods. `weight_grams` is 0 when not known.

    `unit_nanos` is the value of one unit in billionths of `currency`, as the wire carries it, so that nothing is
    rounded; None when not known.
    """

    description: str
    hts_code: str
    origin_country: str
    quantity: int
    currency: str
    unit_nanos: int | None
    weight_grams: int


class Traces(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Other shipments that share something with this one: how many, and the latest of them."""

    count: int
    shipment_ids: tuple[str, ...] = ()


NO_TRACES = Traces(count=0)


class Past(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the history showed when this revision of the shipment was first seen. Nothing by default."""

    consignees_at_address: Traces = NO_TRACES
    """Other consignees at the same address, each once, and a shipment of each."""
    names_of_contact: Traces = NO_TRACES
    """Other names under the consignee's telephone number or e-mail address, and a shipment of each."""
    shipper_days: int | None = None
    """Days since the shipper was first seen; None when that cannot be told yet."""
    received: Traces = NO_TRACES
    """Other shipments to the same consignee."""
    shipper_sent: int = 0
    """Other shipments of the same shipper of which the value is known; looked up only when this value is crowded."""
    shipper_crowded: Traces = NO_TRACES
    """Those of them whose value lay just under a limit."""
    order_lots: Traces = NO_TRACES
    """Other shipments of the same order or, without one, of the same seller to the same consignee."""
    order_nanos: int = 0
    """What they are worth together, in the currency of this shipment."""
    order_by: str = ""
    """By what they belong together: "order" or "seller and consignee"; empty when by nothing."""


class Shipment(Struct, frozen=True, kw_only=True, gc=False):
    """The merged view of one parcel, as far as risk reads it. A party that nobody named is None."""

    shipment_id: str
    mode: Mode
    arrival_day: int | None
    """Days from 1970-01-01 to the UTC day of the expected arrival; None when not said."""
    seller: Party | None
    shipper: Party | None
    buyer: Party | None
    consignee: Party | None
    items: tuple[Item, ...]
    scanned: bool
    conflicting_fields: tuple[str, ...]
    """Paths of the fields on which filers contradict one another, as intake wrote them."""
    revision: int = 1
    filer_types: tuple[FilerType, ...] = ()
    seller_account_id: str = ""
    past: Past | None = None
    """What earlier shipments show; None when the history could not be asked."""

    def with_past(self, past: Past | None) -> Shipment:
        """The same with what earlier shipments show."""
        return replace(self, past=past)


class Reason(Struct, frozen=True, kw_only=True, gc=False):
    """Why a contribution was given. `detail` is one sentence or more for a person, without personal data."""

    code: ReasonCode
    source: Source
    rule_id: str
    detail: str
    citation: str
    confidence: Confidence
    field: str


class Contribution(Struct, frozen=True, kw_only=True, gc=False):
    """One addend of the score, 0 to 1,000 points: 0 when it was suppressed, or when the signal abstained."""

    signal: str
    points: int
    reason: Reason
    data_version: str = ""
    """The list, table or model that was looked into, with its version."""
    shipment_ids: tuple[str, ...] = ()
    """Other shipments that are the evidence, the latest first."""
    suppression_id: str = ""
    floor: Action = Action.NONE
    """What is advised at least, beside the signal's own floor. Never travels."""


class Counterfactual(Struct, frozen=True, kw_only=True, gc=False):
    """The smallest change that leads to other advice: these signals giving nothing or, without any, more points."""

    action: Action
    score: int
    signals: tuple[str, ...]
    detail: str


class ListVersion(Struct, frozen=True, kw_only=True, gc=False):
    """Which list, and which content of it: `sha256` is over its files, `entries` counts its listed parties.

    `stale` when that nothing was found in it is no clearance.
    """

    list: str
    version: str
    sha256: str
    entries: int
    stale: bool


class SignalFault(Struct, frozen=True, kw_only=True, gc=False):
    """A signal that broke or was late: which, the class of its error and where.

    Never the error's text: it can hold names.
    """

    signal: str
    error: str
    place: str


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """The score of one shipment. The points of the contributions sum to the score, each signal once.

    `faults` are for our own log and never travel.
    """

    score: int
    action: Action
    contributions: tuple[Contribution, ...]
    scorecard_version: str
    lists: tuple[ListVersion, ...]
    counterfactual: Counterfactual | None = None
    faults: tuple[SignalFault, ...] = ()

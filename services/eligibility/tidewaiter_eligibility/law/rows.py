"""The rows of the law, as the TOML files beside this state them, frozen.

Rows are compared by identity: there is one object a row, and a row is a key of caches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from tidewaiter_eligibility.model import Confidence, EntryPath, GoodsFlag, Mode, ReasonCode
from tidewaiter_eligibility.person import Likeness


class Clock(Enum):
    """By which clock a row begins and ends on its days."""

    EASTERN_0001 = "00:01 U.S. Eastern"
    PORT_LOCAL_DAY = "the local day of the port"


class Standing(Enum):
    """Where a row comes from: the law that ships with the service, or the operator's own directory."""

    SHIPPED = "shipped"
    ADDED = "added"
    OVERRIDES = "overrides"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """What every row has. In force on the days [first_day, end_day) of its clock; `end_day` None is open-ended."""

    id: str
    first_day: date
    end_day: date | None
    clock: Clock
    citation: str
    confidence: Confidence
    note: str
    standing: Standing

    def in_force(self, day: date) -> bool:
        """Whether the row governs that day of its clock."""
        return self.first_day <= day and (self.end_day is None or day < self.end_day)

    def meets(self, other: Row) -> bool:
        """Whether both are in force on some day."""
        starts_before_end = other.end_day is None or self.first_day < other.end_day
        return starts_before_end and (self.end_day is None or other.first_day < self.end_day)

    def covers(self, other: Row) -> bool:
        """Whether this is in force on every day on which `other` is."""
        ends_late_enough = self.end_day is None or (other.end_day is not None and other.end_day <= self.end_day)
        return self.first_day <= other.first_day and ends_late_enough


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClockReading(Row):
    """How one of the clocks is read, and how well that is known. `zone`: IANA, "" for that of the port."""

    reading: Clock
    zone: str
    seconds_after_midnight: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrokenDay(Row):
    """What a person-day over its limit costs. `effect` is DENY_ALL, or DENY_MARGINAL: those beyond it."""

    effect: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SingleOrder(Row):
    """Lots of one order under this paragraph are held together against its limit, on whatever days they arrive."""

    paragraph: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limit(Row):
    """What one person may import free on one day under one paragraph, in cents; the limit itself passes.

    `claimant` names the parties whose day it may be, the preferred one first; `likeness` says how alike two of them
    have to be to count as one person.
    """

    paragraph: str
    limit_minor: int
    claimant: tuple[str, ...]
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conversion(Row):
    """Which day's rate of exchange counts. `reading` is ARRIVAL_DAY, the only one offered."""

    reading: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Penalty(Row):
    """What a use of the privilege that breaks another law may cost, in cents: the first time, and each later one."""

    first_minor: int
    later_minor: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regime(Row):
    """Whether paragraph (C) is available for these modes and origins; no origins: for every one.

    `exemption` is open, closed or repealed, or unknown where what is on record does not tell; `limit` is there while it
    is open or might be, and its paragraph tells the limit of a local day on which another row is in force. `excludes`
    are the ids of exclusions that bar goods only under regimes that name them.
    """

    modes: frozenset[Mode]
    origins: frozenset[str]
    exemption: str
    limit: Limit | None
    paths: tuple[EntryPath, ...]
    excludes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptOpen(Row):
    """Goods that a closed regime does not reach (50 USC 1702(b)): they pass within this limit all the same."""

    flags: frozenset[GoodsFlag]
    limit: Limit
    paths: tuple[EntryPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gift(Row):
    """The allowance for bona-fide gifts sent from these countries; none: from every other one."""

    sent_from: frozenset[str]
    limit: Limit
    paths: tuple[EntryPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BonaFide(Row):
    """When a gift is one: its donor is outside the `customs_territory` (ISO 3166-1 codes)."""

    customs_territory: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HtsPrefix:
    """A prefix of HTS numbers and how well it is known to name the goods."""

    digits: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exclusion(Row):
    """Goods that never pass free of duty when it `bars` them, and that may not use the removed entries.

    They are told by HTS `prefixes` or by the `flag` that a line bears or a case gives it. `instead`: the entries that
    they need before those of the regime. `free_minor`: a shipment worth no more passes all the same. `words` hint at
    the goods in a description when there is no HTS number. `where_named`: only under a regime that names its id.
    """

    reason: ReasonCode
    goods: str
    modes: frozenset[Mode]
    bars: bool
    where_named: bool
    removes: frozenset[EntryPath]
    instead: tuple[EntryPath, ...]
    free_minor: int | None
    flag: GoodsFlag | None
    prefixes: tuple[HtsPrefix, ...]
    words: tuple[str, ...]
    words_confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case(Row):
    """Goods that bear a flag because an operator's list says so: by HTS prefix and origin; no origins: any.

    When it is not `certain` the number and origin only suggest it, and the filer is asked.
    """

    flag: GoodsFlag
    goods: str
    prefixes: tuple[str, ...]
    origins: frozenset[str]
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path(Row):
    """When an entry is open, to which modes, up to which value in cents (None: any).

    `name`, `may_file` and `bond` are words for people. `hts_digits`: how long the number of each line must be.
    """

    path: EntryPath
    name: str
    modes: frozenset[Mode]
    privilege: bool
    value_minor_max: int | None
    when_none_fits: bool
    hts_digits: int
    may_file: str
    bond: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zone(Row):
    """In which IANA zone these districts and ports of Schedule D lie."""

    zone: str
    districts: frozenset[str]
    ports: frozenset[str]

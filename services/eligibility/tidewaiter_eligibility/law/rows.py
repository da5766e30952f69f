"""The rows of the law, as the TOML files beside this state them, frozen.

Rows are compared by identity: there is one object a row, and a row is a key of caches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tidewaiter_eligibility.model import Confidence, EntryPath, Mode, ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """What every row has. In force on the days [first_day, end_day); `end_day` None is open-ended."""

    id: str
    first_day: date
    end_day: date | None
    citation: str
    confidence: Confidence
    note: str

    def in_force(self, day: date) -> bool:
        """Whether the row governs that local day."""
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
class BrokenDay(Row):
    """What a person-day over its limit costs. `effect` is DENY_ALL, the only one offered."""

    effect: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limit(Row):
    """What one person may import free on one day under one paragraph, in cents; the limit itself passes.

    `claimant` names the parties whose day it may be, the preferred one first.
    """

    paragraph: str
    limit_minor: int
    claimant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regime(Row):
    """Whether paragraph (C) is available for these modes and origins; no origins: for every one.

    `exemption` is open, closed or repealed; `limit` and `broken_day` are there while it is open.
    """

    modes: frozenset[Mode]
    origins: frozenset[str]
    exemption: str
    limit: Limit | None
    broken_day: BrokenDay | None
    paths: tuple[EntryPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gift(Row):
    """The allowance for bona-fide gifts sent from these countries; none: from every other one."""

    sent_from: frozenset[str]
    limit: Limit
    broken_day: BrokenDay
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
    """Goods that never pass free of duty and may not use the removed entries.

    `free_minor`: a shipment worth no more passes all the same. `words` hint at the goods in a description
    when there is no HTS number.
    """

    reason: ReasonCode
    goods: str
    removes: frozenset[EntryPath]
    free_minor: int | None
    prefixes: tuple[HtsPrefix, ...]
    words: tuple[str, ...]
    words_confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path(Row):
    """When an entry is open, to which modes, up to which value in cents (None: any)."""

    path: EntryPath
    modes: frozenset[Mode]
    privilege: bool
    value_minor_max: int | None
    when_none_fits: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zone(Row):
    """In which IANA zone these districts and ports of Schedule D lie."""

    zone: str
    districts: frozenset[str]
    ports: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clock(Row):
    """By which clock a day is told. `reading` is PORT_LOCAL_DAY, the only one offered."""

    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All the law, row by row, each kind in the order of its file."""

    clock: Clock
    regimes: tuple[Regime, ...]
    limits: tuple[Limit, ...]
    broken_days: tuple[BrokenDay, ...]
    gifts: tuple[Gift, ...]
    bona_fide: tuple[BonaFide, ...]
    exclusions: tuple[Exclusion, ...]
    paths: tuple[Path, ...]
    zones: tuple[Zone, ...]

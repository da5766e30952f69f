"""The rows of duty: what is due on an entry, by which method, at which rate of which country."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_eligibility.law.rows import Row
from tidewaiter_eligibility.model import Confidence, DutyMethod, EntryPath


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """A specific duty in cents for country rates from `least` (included) or over `over`, in hundredths of a percent."""

    least: int | None
    over: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Method:
    """One way to compute a duty. Percents in hundredths; `bands` in the order of their rates.

    `by_country`: the percent, or the band, is that of the rate of the country of origin.
    """

    kind: DutyMethod
    confidence: Confidence
    by_country: bool
    percent: int | None
    amount_minor: int | None
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duty(Row):
    """What duty is due on goods of these origins (none: of every other one) that use one of these entries."""

    paths: frozenset[EntryPath]
    origins: frozenset[str]
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountryRate(Row):
    """The rate of duty, in hundredths of a percent, by which duties go that depend on the country of origin."""

    origins: frozenset[str]
    percent: int

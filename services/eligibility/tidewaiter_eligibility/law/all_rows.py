"""All the law, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tidewaiter_eligibility.law.duty_rows import CountryRate, Duty
from tidewaiter_eligibility.law.rows import (
    BonaFide,
    BrokenDay,
    Case,
    ClockReading,
    Conversion,
    Exclusion,
    Gift,
    KeptOpen,
    Limit,
    Path,
    Penalty,
    Regime,
    Row,
    SingleOrder,
    Standing,
    Zone,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All the law, row by row, each kind in the order of its file."""

    clocks: tuple[ClockReading, ...]
    regimes: tuple[Regime, ...]
    kept_open: tuple[KeptOpen, ...]
    limits: tuple[Limit, ...]
    broken_days: tuple[BrokenDay, ...]
    single_orders: tuple[SingleOrder, ...]
    conversions: tuple[Conversion, ...]
    penalties: tuple[Penalty, ...]
    gifts: tuple[Gift, ...]
    bona_fide: tuple[BonaFide, ...]
    exclusions: tuple[Exclusion, ...]
    cases: tuple[Case, ...]
    paths: tuple[Path, ...]
    duties: tuple[Duty, ...]
    country_rates: tuple[CountryRate, ...]
    zones: tuple[Zone, ...]

    @property
    def first_day(self) -> date:
        """The first day that the law is on record for."""
        return min(row.first_day for row in self.clocks)

    def own(self) -> list[Row]:
        """The rows of the operator's own directory."""
        return [row for rows in self.kinds().values() for row in rows if row.standing is not Standing.SHIPPED]

    def kinds(self) -> dict[str, tuple[Row, ...]]:
        """All rows by the name of their kind, in the order in which they are shown."""
        return {
            "clock": self.clocks,
            "regime": self.regimes,
            "kept_open": self.kept_open,
            "limit": self.limits,
            "broken_day": self.broken_days,
            "single_order": self.single_orders,
            "conversion": self.conversions,
            "penalty": self.penalties,
            "gift": self.gifts,
            "bona_fide": self.bona_fide,
            "exclusion": self.exclusions,
            "case": self.cases,
            "path": self.paths,
            "duty": self.duties,
            "country_rate": self.country_rates,
            "zone": self.zones,
        }

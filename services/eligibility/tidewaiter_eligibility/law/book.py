"""The law of a day, looked up: which regime, allowance, exclusions, entries and zone govern.

Made once at start from rows that were cross-checked; nothing here changes afterwards but the caches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from tidewaiter_eligibility.law.rows import BonaFide, Exclusion, Gift, HtsPrefix, Path, Regime, Rows
from tidewaiter_eligibility.model import EntryPath, Mode

_HTS_DIGITS = (4, 5, 6, 7, 8, 9, 10)
_STRICTNESS = {"open": 0, "closed": 1, "repealed": 2}
_CACHED_MAX = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """An exclusion that an HTS number falls under, by that prefix."""

    exclusion: Exclusion
    prefix: HtsPrefix


class Law:
    """Answers by day. `version` is the SHA-256 of the data, hex; the order of rows does not change it."""

    def __init__(self, *, rows: Rows, version: str) -> None:
        self.rows = rows
        self.version = version
        self.zones = {row.zone: ZoneInfo(row.zone) for row in rows.zones}
        self._zone_of = {code: row.zone for row in rows.zones for code in (*row.districts, *row.ports)}
        self._by_prefix = {
            prefix.digits: Excluded(exclusion=exclusion, prefix=prefix)
            for exclusion in rows.exclusions
            for prefix in exclusion.prefixes
        }
        self._by_beginning = {
            digits[:length]: found for digits, found in self._by_prefix.items() for length in range(4, len(digits))
        }
        self.last_path = next(row for row in rows.paths if row.when_none_fits)
        self._hints = [(_any_of(row.words), row) for row in rows.exclusions if row.words]
        self.regime = lru_cache(_CACHED_MAX)(self._regime)
        self.regime_of_all = lru_cache(_CACHED_MAX)(self._regime_of_all)
        self.excluded = lru_cache(_CACHED_MAX)(self._excluded)
        self.open_paths = lru_cache(_CACHED_MAX)(self._open_paths)

    def zone(self, port: str) -> str:
        """The IANA zone of a Schedule D port: by its own row, else by its district; "" when neither is known."""
        return self._zone_of.get(port) or self._zone_of.get(port[:2], "")

    def _regime(self, mode: Mode, origin: str, day: date) -> Regime | None:
        """The regime for goods of one origin: a row that names it before a row for all. None when none does."""
        general = None
        for regime in self.rows.regimes:
            if mode in regime.modes and regime.in_force(day):
                if origin in regime.origins:
                    return regime
                if not regime.origins:
                    general = regime
        return general

    def _regime_of_all(self, mode: Mode, origins: frozenset[str], day: date) -> Regime | None:
        """The strictest regime among those of the origins: one closed origin closes the shipment."""
        found = {regime for origin in origins if (regime := self.regime(mode, origin, day)) is not None}
        return min(found, key=lambda regime: (-_STRICTNESS[regime.exemption], regime.id), default=None)

    def origins_named(self, mode: Mode, day: date) -> frozenset[str]:
        """The origins for which that day has a regime of its own; "" stands for every other one."""
        named = (row.origins for row in self.rows.regimes if mode in row.modes and row.in_force(day))
        return frozenset({"", *(origin for origins in named for origin in origins)})

    def gift(self, sent_from: str, day: date) -> Gift | None:
        """The allowance for gifts sent from that country on that day."""
        general = None
        for gift in self.rows.gifts:
            if gift.in_force(day):
                if sent_from in gift.sent_from:
                    return gift
                if not gift.sent_from:
                    general = gift
        return general

    def gifts(self, day: date) -> list[Gift]:
        """Every allowance in force on that day."""
        return [gift for gift in self.rows.gifts if gift.in_force(day)]

    def bona_fide(self, day: date) -> BonaFide | None:
        """What makes a gift one on that day."""
        return next((row for row in self.rows.bona_fide if row.in_force(day)), None)

    def _excluded(self, hts_code: str, day: date) -> Excluded | None:
        """The exclusion that an HTS number (digits) falls under for certain."""
        for length in _HTS_DIGITS:
            found = self._by_prefix.get(hts_code[:length]) if length <= len(hts_code) else None
            if found is not None and found.exclusion.in_force(day):
                return found
        return None

    def maybe_excluded(self, hts_code: str, day: date) -> Excluded | None:
        """The exclusion that a longer number beginning with this one would fall under."""
        found = self._by_beginning.get(hts_code)
        return found if found is not None and found.exclusion.in_force(day) else None

    def hinted(self, description: str, day: date) -> Exclusion | None:
        """The exclusion whose goods a description may mean."""
        text = description.casefold()
        for words, exclusion in self._hints:
            if words.search(text) and exclusion.in_force(day):
                return exclusion
        return None

    def _open_paths(self, wanted: tuple[EntryPath, ...], mode: Mode, day: date) -> tuple[Path, ...]:
        """The rows of those entries that are open to that mode on that day, in the order wanted."""
        return tuple(
            row
            for path in wanted
            for row in self.rows.paths
            if row.path is path and mode in row.modes and row.in_force(day)
        )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(word) for word in words) + r")\b")

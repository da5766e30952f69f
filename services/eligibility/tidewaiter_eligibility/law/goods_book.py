"""Which goods are excluded, and from what: by HTS number, flag, an operator's case, or a word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from tidewaiter_eligibility.law.all_rows import Rows
from tidewaiter_eligibility.law.rows import Case, Exclusion, HtsPrefix
from tidewaiter_eligibility.model import GoodsFlag

_CACHED_MAX = 8192
_HTS_DIGITS_MIN = 4
"""A heading; a line's own number has six digits or more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Excluded:
    """An exclusion that a line falls under, and by what: a prefix, a case, or else a flag that the filer gave."""

    exclusion: Exclusion
    prefix: HtsPrefix | None = None
    case: Case | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ruled:
    """The exclusions of one line: `certain` ones, and those that more digits, an origin or a flag would tell.

    `wants` names, for each of the latter, the field of the line that would.
    """

    certain: tuple[Excluded, ...]
    perhaps: tuple[tuple[Excluded, str], ...]


FREE = Ruled(certain=(), perhaps=())
"""No exclusion speaks of the line."""


class GoodsBook:
    """The exclusions and cases, by what tells them."""

    def __init__(self, rows: Rows) -> None:
        self._by_prefix: dict[str, list[Excluded]] = defaultdict(list)
        self._by_flag: dict[GoodsFlag, list[Exclusion]] = defaultdict(list)
        for exclusion in rows.exclusions:
            if exclusion.flag is not None:
                self._by_flag[exclusion.flag].append(exclusion)
            for prefix in exclusion.prefixes:
                self._by_prefix[prefix.digits].append(Excluded(exclusion=exclusion, prefix=prefix))
        self._cases: dict[str, list[Case]] = defaultdict(list)
        for case in rows.cases:
            for digits in case.prefixes:
                self._cases[digits].append(case)
        self._lengths = sorted({len(digits) for digits in (*self._by_prefix, *self._cases)})
        self._longer: dict[str, list[str]] = defaultdict(list)
        for digits in {*self._by_prefix, *self._cases}:
            for length in range(_HTS_DIGITS_MIN, len(digits)):
                self._longer[digits[:length]].append(digits)
        self._hints = [(_any_of(row.words), row) for row in rows.exclusions if row.words]
        flags_with_cases = {case.flag for case in rows.cases}
        self.unlisted = tuple(
            sorted(flag for flag in self._by_flag if flag not in flags_with_cases and self._always_bars(flag))
        )
        """The flags that bar goods and for which no case is on record: there the filer is taken at its word."""
        self.ruled = lru_cache(_CACHED_MAX)(self._ruled)

    def _always_bars(self, flag: GoodsFlag) -> bool:
        return any(row.bars and not row.where_named for row in self._by_flag[flag])

    def _ruled(self, hts_code: str, origin: str, flags: frozenset[GoodsFlag], day: date) -> Ruled:
        """What is excluded of a line on that day, by its HTS number (digits, "" for none), origin and flags."""
        certain = {found.exclusion: found for found in self._by_number(hts_code) if found.exclusion.in_force(day)}
        for flag in sorted(flags):
            for exclusion in self._flagged(flag, day):
                certain.setdefault(exclusion, Excluded(exclusion=exclusion))
        perhaps: dict[Exclusion, tuple[Excluded, str]] = {}
        for case in self._cases_of(hts_code, day):
            wants = _wanted(case, origin, flags)
            for exclusion in self._flagged(case.flag, day) if wants is not None else ():
                found = Excluded(exclusion=exclusion, case=case)
                if wants:
                    perhaps.setdefault(exclusion, (found, wants))
                else:
                    certain.setdefault(exclusion, found)
        for found in self._beginning_with(hts_code, origin, day):
            perhaps.setdefault(found.exclusion, (found, "hts_code"))
        doubtful = tuple(each for exclusion, each in perhaps.items() if exclusion not in certain)
        return Ruled(certain=tuple(certain.values()), perhaps=doubtful) if certain or doubtful else FREE

    def hinted(self, description: str, day: date) -> Exclusion | None:
        """The exclusion whose goods a description may mean."""
        text = description.casefold()
        for words, exclusion in self._hints:
            if words.search(text) and exclusion.in_force(day):
                return exclusion
        return None

    def _by_number(self, hts_code: str) -> Iterator[Excluded]:
        for prefix in self._prefixes(hts_code):
            yield from self._by_prefix.get(prefix, ())

    def _cases_of(self, hts_code: str, day: date) -> Iterator[Case]:
        for prefix in self._prefixes(hts_code):
            yield from (case for case in self._cases.get(prefix, ()) if case.in_force(day))

    def _prefixes(self, hts_code: str) -> Iterator[str]:
        return (hts_code[:length] for length in self._lengths if length <= len(hts_code))

    def _flagged(self, flag: GoodsFlag, day: date) -> Iterator[Exclusion]:
        return (row for row in self._by_flag.get(flag, ()) if row.in_force(day))

    def _beginning_with(self, hts_code: str, origin: str, day: date) -> Iterator[Excluded]:
        """What a longer number that begins with this one would fall under."""
        for digits in sorted(self._longer.get(hts_code, ())):
            yield from (found for found in self._by_prefix.get(digits, ()) if found.exclusion.in_force(day))
            for case in self._cases.get(digits, ()):
                if case.in_force(day) and (not case.origins or not origin or origin in case.origins):
                    yield from (Excluded(exclusion=row, case=case) for row in self._flagged(case.flag, day))


def _wanted(case: Case, origin: str, flags: frozenset[GoodsFlag]) -> str | None:
    """The field that would tell whether a line with the number of a case is under it; "" when it is, None when not."""
    if case.flag in flags:
        return ""
    if case.origins and origin not in case.origins:
        return None if origin else "origin_country"
    if case.certain:
        return ""
    return None if GoodsFlag.OUT_OF_SCOPE in flags else "flags"


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(word) for word in words) + r")\b")

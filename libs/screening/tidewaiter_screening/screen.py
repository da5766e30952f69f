"""Who on the lists a name may be: the hits in a total order, each with what speaks for and against it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, NamedTuple

from tidewaiter_screening.compare import SCORE_MAX, Differences, compare
from tidewaiter_screening.index import ListedName, NameIndex
from tidewaiter_screening.names import name_of
from tidewaiter_screening.places import NOWHERE, Place, PlaceMatch, compare_places

SCORE_MIN_DEFAULT: Final = 670
"""From this score on a listed name is a hit; on the names of nobody on a list, under 2 in 1,000 have one."""
HITS_MAX: Final = 100

_SAME_CITY, _SAME_COUNTRY, _OTHER_COUNTRY = 30, 15, -25
_PLACE_POINTS: Final = {
    PlaceMatch.SAME_CITY: _SAME_CITY,
    PlaceMatch.SAME_COUNTRY: _SAME_COUNTRY,
    PlaceMatch.UNKNOWN: 0,
    PlaceMatch.OTHER_COUNTRY: _OTHER_COUNTRY,
}
_PLACE_TOLD: Final = {
    PlaceMatch.SAME_CITY: "the city is the same",
    PlaceMatch.SAME_COUNTRY: "the country is the same",
    PlaceMatch.OTHER_COUNTRY: "the country is another",
}
_NEXT_TO_SAME: Final = SCORE_MAX - 1


class Hit(NamedTuple):
    """One listed party that a name may be, by the best of its names.

    `score` is 1 to 1,000: 1,000 only for the same name, in no other country.
    """

    score: int
    listed: ListedName
    differences: Differences
    place: PlaceMatch

    def why(self) -> str:
        """What speaks for and against it, in words and without the names themselves."""
        place = _PLACE_TOLD.get(self.place)
        return "; ".join(filter(None, (self.differences.why(), place)))

    def order(self) -> tuple[int, int, str, int, str, int, str]:
        """The total order of hits: score, place, list, entry id as a number, kind of name, spelling."""
        return (-self.score, int(self.place), *self.listed.order())


class Screener:
    """Looks names up in an index, and remembers those that it was asked for last. For one thread at a time."""

    def __init__(self, index: NameIndex, *, score_min: int = SCORE_MIN_DEFAULT, names_cached_max: int = 65_536) -> None:
        self.index = index
        self.score_min = score_min
        # Not a method: nothing here points back at itself, so an index that nobody holds any more is gone at once.
        self._hits: Callable[[str, Place], tuple[Hit, ...] | None] = lru_cache(names_cached_max)(
            partial(_screen, index, score_min)
        )

    def screen(self, name: str, place: Place = NOWHERE) -> tuple[Hit, ...] | None:
        """At most `HITS_MAX` hits, best first, each entry once. None when the name holds nothing to look up.

        None is no clearance; an empty tuple is one, for the lists of the index.
        """
        return self._hits(name, place)


def _screen(index: NameIndex, score_min: int, text: str, place: Place) -> tuple[Hit, ...] | None:
    asked = name_of(text)
    if not asked.words:
        return None
    best: dict[tuple[str, str], Hit] = {}
    # Lists repeat one another: the same name is compared once.
    compared: dict[str, Differences] = {}
    for listed in index.candidates(asked):
        written = listed.name.written
        differences = compared.get(written)
        if differences is None:
            differences = compared[written] = compare(asked, listed.name, index.bits)
        hit = _hit(listed, differences, place, score_min)
        if hit is not None:
            entry = (listed.list, listed.entry.entry_id)
            known = best.get(entry)
            if known is None or hit.order() < known.order():
                best[entry] = hit
    return tuple(sorted(best.values(), key=Hit.order)[:HITS_MAX])


def _hit(listed: ListedName, differences: Differences, place: Place, score_min: int) -> Hit | None:
    score = differences.score()
    if score < score_min - _SAME_CITY:
        return None
    if differences.extra and len(listed.name.words) == 1:
        # A single word is a part of many names, and of nobody's in particular.
        return None
    found = compare_places(place, listed.entry)
    if score < SCORE_MAX or found is PlaceMatch.OTHER_COUNTRY:
        score = min(_NEXT_TO_SAME, score + _PLACE_POINTS[found])
    return Hit(score, listed, differences, found) if score >= score_min else None

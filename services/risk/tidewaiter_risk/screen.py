"""ScreenParty: the listed parties that a party may be, best first, and what that advises."""

from __future__ import annotations

from typing import NamedTuple

from tidewaiter_screening.places import Place
from tidewaiter_screening.screen import HITS_MAX, Hit

from tidewaiter_risk.errors import lists_incomplete, name_missing
from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import Action
from tidewaiter_risk.scorecard.rules import Screening

HITS_MAX_DEFAULT = 10
assert HITS_MAX_DEFAULT <= HITS_MAX


class Screened(NamedTuple):
    """The hits in their total order, what is advised, and whether a list was stale."""

    hits: tuple[Hit, ...]
    action: Action
    stale: bool


def screen_party(name: str, place: Place, *, lists: ListSet, bounds: Screening, hits_max: int) -> Screened:
    """At most `hits_max` hits (0 for 10).

    Failure PARTY_NAME_MISSING for a name without letter and digit; LISTS_INCOMPLETE when nothing was found and
    not everything could be searched.
    """
    hits = lists.screener.screen(name, place)
    if hits is None:
        raise name_missing()
    if not hits and lists.gaps:
        raise lists_incomplete(lists.gaps)
    stale = bool(lists.stale)
    return Screened(
        hits=hits[: hits_max or HITS_MAX_DEFAULT],
        action=bounds.action_at(hits[0].score if hits else 0, stale=stale),
        stale=stale,
    )

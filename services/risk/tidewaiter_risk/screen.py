"""ScreenParty: the listed parties whose name or alias a name matches, best first.

The order is total: score from high to low, then list, then entry id as a number, then name before alias, then
the spelling. Each entry appears once, by the best of its names.
"""

from __future__ import annotations

from rapidfuzz import fuzz, process

from tidewaiter_risk.errors import lists_incomplete, name_missing
from tidewaiter_risk.lists.index import ListedName, NameIndex
from tidewaiter_risk.model import SCORE_MAX, Hit
from tidewaiter_risk.names import NameKey, name_key
from tidewaiter_risk.scorecard.rules import Screening

HITS_MAX_DEFAULT = 10
HITS_MAX = 100

_SAME_WORDS = 990
"""The same words in another order, or but for a legal form."""
_NEAR_MAX = 980
"""What a near match can score at most, so that it never stands beside the same words."""


def screen_party(name: str, *, index: NameIndex, bounds: Screening, hits_max: int) -> tuple[Hit, ...]:
    """At most `hits_max` hits (0 for 10). 1,000 only for the same normalised name, word for word.

    Failure PARTY_NAME_MISSING for a name without letter and digit; LISTS_INCOMPLETE when nothing was found and
    not everything could be searched.
    """
    key = name_key(name)
    if not key.key:
        raise name_missing()
    same_words = index.with_key(key.key)
    scored = [(SCORE_MAX if one.key.spelled == key.spelled else _SAME_WORDS, one) for one in same_words]
    scored += _near(key, index, bounds)
    best: dict[tuple[str, str], Hit] = {}
    for score, listed in sorted(scored, key=lambda one: (-one[0], one[1].order())):
        best.setdefault((listed.list, listed.entry_id), _hit(score, listed))
    if not best and index.gaps:
        raise lists_incomplete(index.gaps)
    return tuple(best.values())[: hits_max or HITS_MAX_DEFAULT]


def _near(key: NameKey, index: NameIndex, bounds: Screening) -> list[tuple[int, ListedName]]:
    """Names that share a rare word and are spelled much the same. Those of the very same words are left out."""
    positions = index.near(key.key, word_names_max=bounds.word_names_max, candidates_max=bounds.candidates_max)
    found = process.extract(
        key.key,
        [index.keys[position] for position in positions],
        scorer=fuzz.ratio,
        score_cutoff=bounds.score_min / 10,
        limit=None,
    )
    return [
        (min(_NEAR_MAX, int(share * 10)), index.names[positions[place]])
        for near_key, share, place in found
        if near_key != key.key
    ]


def _hit(score: int, listed: ListedName) -> Hit:
    return Hit(
        list=listed.list,
        entry_id=listed.entry_id,
        listed_name=listed.listed_name,
        matched_name=listed.matched_name,
        kind=listed.kind,
        score=score,
        program=listed.program,
    )

"""A party is screened against the lists in use, and nothing is called clear that was not searched."""

from __future__ import annotations

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import Action
from tidewaiter_risk.screen import Screened, screen_party
from tidewaiter_screening.index import MatchKind
from tidewaiter_screening.places import Place

from tests.risk_examples import SAMPLE, SCORECARD, lists_of

LISTS = lists_of(SAMPLE)


def screen(name: str, *, country: str = "", lists: ListSet = LISTS, hits_max: int = 0) -> Screened:
    return screen_party(name, Place(country), lists=lists, bounds=SCORECARD.screening, hits_max=hits_max)


@pytest.mark.parametrize(
    ("query", "entry_id", "kind", "score"),
    [
        ("BRELLOCHT, Vastimir Oduya", "90001", MatchKind.NAME, 1000),
        ("vastimir oduya brellocht", "90001", MatchKind.NAME, 998),
        ("Brellocht Oduya Vastimir", "90001", MatchKind.NAME, 994),
        ("Quillmarsh Harbour Trading", "90011", MatchKind.NAME, 996),
        ("QUILLMARSH HARBOUR TRADING LTD.", "90011", MatchKind.NAME, 1000),
        ("Yoskel Taveron", "90003", MatchKind.ALIAS, 998),
        ("GREY HERON OF OSTMARLE", "90018", MatchKind.ALIAS, 1000),
        ("Кастелорра Shipping Company", "90017", MatchKind.NAME, 998),
    ],
)
def test_a_listed_name_is_found_however_it_is_written_and_advises_hold(
    query: str, entry_id: str, kind: MatchKind, score: int
) -> None:
    screened = screen(query)
    hit = screened.hits[0]

    assert (entry_id, kind, score) == (hit.listed.entry.entry_id, hit.listed.kind, hit.score)
    assert (Action.HOLD, False) == (screened.action, screened.stale)


@pytest.mark.parametrize("query", ["Vastimir Odya Brelocht", "Q. Harbor Trading"])
def test_a_far_name_advises_review(query: str) -> None:
    screened = screen(query)

    assert SCORECARD.screening.score_min <= screened.hits[0].score < SCORECARD.screening.hold_score_min
    assert Action.REVIEW is screened.action


@pytest.mark.parametrize("query", ["Dana Whitcombe", "Harbour Trading", "Oduya"])
def test_the_innocent_have_no_hits(query: str) -> None:
    assert ((), Action.NONE, False) == screen(query)


def test_no_more_hits_than_asked_for() -> None:
    many = lists_of(SAMPLE._replace(entries=tuple(SAMPLE.entries[0]._replace(entry_id=str(n)) for n in range(150))))

    assert [10, 1, 100] == [
        len(screen("Vastimir Oduya Brellocht", lists=many, hits_max=bound).hits) for bound in (0, 1, 100)
    ]


@pytest.mark.parametrize("name", ["", "…", "🎁"])
def test_a_name_that_cannot_be_looked_up_is_refused(name: str) -> None:
    with pytest.raises(Failure, match="PARTY_NAME_MISSING"):
        screen(name)


def test_no_hit_is_no_answer_while_something_cannot_be_searched() -> None:
    gappy = lists_of(SAMPLE._replace(gaps=("the aliases of the list sample could not be read",)))

    assert 1 == len(screen("Yoskel Taveron", lists=gappy).hits)
    with pytest.raises(Failure, match="LISTS_INCOMPLETE"):
        screen("Dana Whitcombe", lists=gappy)
    with pytest.raises(Failure, match="no list is loaded"):
        screen("Dana Whitcombe", lists=lists_of())


def test_a_stale_list_says_so_and_the_scorecard_decides_what_that_advises() -> None:
    stale = LISTS.with_stale({"sample": "the list sample was last written 200 hours ago, over 168"})

    assert ((), Action.REVIEW, True) == screen("Dana Whitcombe", lists=stale)
    assert (Action.HOLD, True) == screen("Yoskel Taveron", lists=stale)[1:]

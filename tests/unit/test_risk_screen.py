"""Hits come best first in one order, and nothing is called clear that was not searched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.lists.directory import read_list
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.model import Hit, MatchKind
from tidewaiter_risk.names import name_key
from tidewaiter_risk.screen import screen_party

from tests.risk_examples import SAMPLE, SCORECARD, index_of, sdn_line, write_list

INDEX = index_of(SAMPLE)


def screen(name: str, *, index: NameIndex = INDEX, hits_max: int = 0) -> tuple[Hit, ...]:
    return screen_party(name, index=index, bounds=SCORECARD.screening, hits_max=hits_max)


@pytest.mark.parametrize(
    ("query", "entry_id", "kind", "score"),
    [
        ("BRELLOCHT, Vastimir Oduya", "90001", MatchKind.NAME, 1000),
        ("vastimir oduya brellocht", "90001", MatchKind.NAME, 1000),
        ("Brellocht Oduya Vastimir", "90001", MatchKind.NAME, 990),
        ("Quillmarsh Harbour Trading", "90011", MatchKind.NAME, 990),
        ("QUILLMARSH HARBOUR TRADING LTD.", "90011", MatchKind.NAME, 1000),
        ("Yoskel Taveron", "90003", MatchKind.ALIAS, 1000),
        ("GREY HERON OF OSTMARLE", "90018", MatchKind.ALIAS, 1000),
        ("Кастелорра Shipping Company", "90017", MatchKind.NAME, 1000),
    ],
)
def test_a_listed_name_is_found_however_it_is_written(query: str, entry_id: str, kind: MatchKind, score: int) -> None:
    (hit, *_) = screen(query)

    assert (entry_id, kind, score) == (hit.entry_id, hit.kind, hit.score)


@pytest.mark.parametrize("query", ["Vastimir Oduya Brelocht", "Quillmarsh Harbor Trading", "Marowgate Chemical Works"])
def test_a_near_name_is_found_and_never_scores_like_the_same(query: str) -> None:
    (hit, *_) = screen(query)

    assert SCORECARD.screening.score_min <= hit.score <= 980


@pytest.mark.parametrize("query", ["Dana Whitcombe", "Harbour Trading", "Oduya"])
def test_the_innocent_have_no_hits(query: str) -> None:
    assert () == screen(query)


def test_ties_are_broken_by_list_entry_number_and_name_before_alias(tmp_path: Path) -> None:
    lines = [sdn_line("10", "ALPHA ONE"), sdn_line("9", "ALPHA ONE"), sdn_line("11", "ELSE WHO")]
    sdn = "\r\n".join([*lines, "\x1a"]).encode()
    alt = b'11,1,"aka","ALPHA ONE",-0- \r\n9,2,"aka","ALPHA ONE",-0- \r\n\x1a'
    second = read_list(write_list(tmp_path / "b", sdn=sdn, alt=alt))
    first = read_list(write_list(tmp_path / "a", sdn=sdn, alt=alt))

    hits = screen("alpha one", index=index_of(second, first))

    assert [("a", "9"), ("a", "10"), ("a", "11"), ("b", "9"), ("b", "10"), ("b", "11")] == [
        (hit.list, hit.entry_id) for hit in hits
    ]
    assert MatchKind.NAME is hits[0].kind
    assert ["ALPHA ONE"] * 6 == [hit.matched_name for hit in hits]


def test_the_best_spelled_name_of_an_entry_is_shown(tmp_path: Path) -> None:
    made = read_list(
        write_list(
            tmp_path / "a",
            sdn=(sdn_line("1", "ONE ALPHA") + "\r\n\x1a").encode(),
            alt=b'1,1,"aka","ALPHA ONE",-0- \r\n\x1a',
        )
    )

    (hit,) = screen("Alpha One", index=index_of(made))

    assert (1000, MatchKind.ALIAS, "ALPHA ONE", "ONE ALPHA") == (
        hit.score,
        hit.kind,
        hit.matched_name,
        hit.listed_name,
    )


def test_no_more_hits_than_asked_for(tmp_path: Path) -> None:
    sdn = "\r\n".join([*(sdn_line(str(number), "ALPHA ONE") for number in range(1, 151)), "\x1a"]).encode()
    index = index_of(read_list(write_list(tmp_path / "a", sdn=sdn)))

    assert [10, 1, 100] == [len(screen("alpha one", index=index, hits_max=bound)) for bound in (0, 1, 100)]


@pytest.mark.parametrize("name", ["", "…", "🎁"])
def test_a_name_that_cannot_be_looked_up_is_refused(name: str) -> None:
    with pytest.raises(Failure, match="PARTY_NAME_MISSING"):
        screen(name)


def test_no_hit_is_no_answer_while_something_cannot_be_searched() -> None:
    gappy = index_of(replace(SAMPLE, gaps=("the aliases of the list sample could not be read",)))

    assert 1 == len(screen("Yoskel Taveron", index=gappy))
    with pytest.raises(Failure, match="LISTS_INCOMPLETE"):
        screen("Dana Whitcombe", index=gappy)
    with pytest.raises(Failure, match="no list is loaded"):
        screen("Dana Whitcombe", index=index_of())


def test_the_search_for_near_names_is_bounded(tmp_path: Path) -> None:
    sdn = "\r\n".join([*(sdn_line(str(n), f"COMMON WORD{n}") for n in range(1, 301)), "\x1a"]).encode()
    index = index_of(read_list(write_list(tmp_path / "a", sdn=sdn)))

    assert [] == index.near("common other", word_names_max=299, candidates_max=1_000)
    assert 300 == len(index.near("common other", word_names_max=300, candidates_max=1_000))
    assert 7 == len(index.near("common other", word_names_max=300, candidates_max=7))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_name_has_hits_in_one_order_or_a_clear_refusal(name: str) -> None:
    if not name_key(name).key:
        with pytest.raises(Failure, match="PARTY_NAME_MISSING"):
            screen(name)
        return

    hits = screen(name, hits_max=100)

    assert list(hits) == sorted(hits, key=lambda hit: (-hit.score, hit.list, int(hit.entry_id)))
    assert len(hits) == len({(hit.list, hit.entry_id) for hit in hits})
    assert all(SCORECARD.screening.score_min <= hit.score <= 1000 for hit in hits)


def test_only_the_same_words_in_the_same_order_score_1000_on_the_official_list(shared_data: Path) -> None:
    index = index_of(read_list(shared_data / "lists" / "ofac_sdn_2021-07"))

    for listed in index.names[::100]:
        (best, *others) = screen(listed.matched_name, index=index, hits_max=100)
        assert 1000 == best.score
        for other in (hit for hit in others if hit.score == 1000):
            same = [name.key.spelled for name in index.names if name.matched_name == other.matched_name]
            assert listed.key.spelled in same

"""The index names every listed name that could be a hit, and not all the others."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from tidewaiter_screening.compare import compare
from tidewaiter_screening.index import MatchKind, NameIndex
from tidewaiter_screening.lists.entry import Alias, Entry
from tidewaiter_screening.lists.folder import read_folder
from tidewaiter_screening.names import name_of
from tidewaiter_screening.screen import SCORE_MIN_DEFAULT
from tidewaiter_screening.vocabulary import Vocabulary

from tests.listed_parties import index_of_names

WORD = st.text("abcdefg", min_size=3, max_size=9)


def candidates(index: NameIndex, name: str) -> list[str]:
    return [listed.text for listed in index.candidates(name_of(name))]


@given(st.lists(WORD, min_size=1, max_size=30, unique=True), WORD)
def test_every_word_one_edit_away_is_alike(words: list[str], asked: str) -> None:
    vocabulary = Vocabulary(sorted(words), [])

    alike = {vocabulary.words[number] for number in vocabulary.alike(asked)}

    near = {word for word in words if OSA.distance(word, asked) <= 1 and OSA.normalized_similarity(word, asked) >= 0.6}
    assert near <= alike <= set(words)


@pytest.mark.parametrize(
    ("asked", "listed"),
    [("mohammed", "muhammad"), ("yusuf", "youssef"), ("abdurakhmanov", "abdurahmanov"), ("extraxword", "extrawrd")],
)
def test_a_word_that_sounds_the_same_or_is_two_edits_away_is_alike(asked: str, listed: str) -> None:
    assert [0] == Vocabulary([listed], []).alike(asked)


def test_a_joined_word_is_found_as_it_is_spelled_or_with_a_letter_too_many() -> None:
    vocabulary = Vocabulary(["abdul", "rahman"], ["abdulrahman"])

    assert [2] == vocabulary.alike("abdulrahman", join=True)
    assert [2] == vocabulary.alike("abdulrrahman", join=True)


def test_a_very_long_word_is_found_as_it_is_spelled() -> None:
    assert [0] == Vocabulary(["a" * 50], []).alike("a" * 50)
    assert [] == Vocabulary(["a" * 50], []).alike("a" * 49)


@pytest.mark.parametrize(
    "asked",
    [
        "Vastimir Oduya Brellocht",
        "BRELLOCHT, Vastimir Oduya",
        "Brellocht Oduya Vastimir",
        "Vastimir Brelocht",
        "VastimirOduya Brellocht",
        "Vasti Mir Oduya Brellocht",
        "V. Oduya Brellocht",
        "Вастимир Одуя Брелохт",
    ],
)
def test_a_name_is_a_candidate_however_it_is_written(asked: str) -> None:
    index = index_of_names("Vastimir Oduya Brellocht", "Imelka Quenshaw-Darbo", "Joskel Amrit Tavveron")

    assert ["Vastimir Oduya Brellocht"] == candidates(index, asked)


def test_nobody_is_a_candidate_for_a_stranger() -> None:
    assert [] == candidates(index_of_names("Vastimir Oduya Brellocht", "Imelka Quenshaw"), "Dana Whitcombe")


def test_an_index_of_nothing_has_no_candidates() -> None:
    assert [] == candidates(NameIndex({}), "Dana Whitcombe")


def test_a_weak_alias_is_a_candidate_only_for_itself() -> None:
    weak = Entry("1", "Vastimir Oduya", aliases=(Alias("The Tanner", weak=True),))
    index = NameIndex({"made": [weak]})

    assert ["The Tanner"] == candidates(index, "TANNER")
    assert [] == candidates(index, "The Taner")


def test_a_word_that_all_have_names_nobody_by_itself() -> None:
    index = index_of_names(
        *(f"Common {first}{second} Common" for first in "bcdfgjklmnpqrstvwxz" for second in "aeiou" * 5)
    )

    assert 475 == len(index.names)
    assert [] == candidates(index, "Common Quillmarsh")
    assert {"Common ba Common"} <= set(candidates(index, "Common ba"))


def test_candidates_are_bounded_and_the_most_alike_are_kept() -> None:
    index = index_of_names(*(["Vastimir Oduya"] * 300), "Vastimir Oduya Brellocht")

    found = candidates(index, "Vastimir Oduya Brellocht")

    assert 200 == len(found)
    assert "Vastimir Oduya Brellocht" in found


def test_what_a_word_says_falls_with_how_many_have_it() -> None:
    index = index_of_names("Vastimir Oduya", "Vastimir Brellocht", "Vastimir Darbo", "Imelka Darbo")

    assert index.bits("vastimir") < index.bits("darbo") < index.bits("brellocht")
    assert index.bits("brellocht") == index.bits("nobody")


def test_names_stand_in_a_documented_order() -> None:
    index = NameIndex(
        {
            "b": [Entry("2", "A")],
            "a": [Entry("10", "A"), Entry("9", "B", aliases=(Alias("A"), Alias("C", weak=True)))],
        }
    )

    ordered = sorted(index.names, key=lambda listed: listed.order())

    assert [
        ("a", "9", MatchKind.NAME),
        ("a", "9", MatchKind.ALIAS),
        ("a", "9", MatchKind.WEAK_ALIAS),
        ("a", "10", MatchKind.NAME),
        ("b", "2", MatchKind.NAME),
    ] == [(listed.list, listed.entry.entry_id, listed.kind) for listed in ordered]


def test_the_index_loses_hardly_a_hit_of_the_real_list(shared_data: Path) -> None:
    (united_nations,) = (one for one in read_folder(shared_data / "lists" / "un"))
    index = NameIndex({"un": united_nations.entries})
    dice = random.Random(7)
    asked = [name_of(_two_edits(listed.text, dice)) for listed in dice.sample(index.names, 20) if listed.text.isascii()]

    hits = lost = 0
    for name in (one for one in asked if one.words):
        found = {id(listed) for listed in index.candidates(name)}
        for listed in index.names:
            comparable = listed.kind is not MatchKind.WEAK_ALIAS and listed.text.isascii()
            if comparable and compare(name, listed.name, index.bits).score() >= SCORE_MIN_DEFAULT:
                hits += 1
                lost += id(listed) not in found

    assert 10 < hits
    assert lost <= 0.1 * hits


def test_all_official_lists_are_indexed_fast(shared_data: Path) -> None:
    lists = read_folder(shared_data / "lists")
    started = time.process_time()
    index = NameIndex({one.list: one.entries for one in lists})
    seconds = time.process_time() - started

    assert 57_499 == len(index.names)
    assert seconds < 4


def _two_edits(text: str, dice: random.Random) -> str:
    letters = list(text)
    for place in dice.sample(range(len(letters)), min(2, len(letters))):
        letters[place] = dice.choice("abcdefghijklmnopqrstuvwxyz") if letters[place].isalpha() else letters[place]
    return "".join(letters)

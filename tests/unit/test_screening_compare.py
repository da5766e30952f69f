"""Two spellings of one name are near, two names are far, and each difference is told."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tidewaiter_screening.compare import bits_by_length, compare
from tidewaiter_screening.names import name_of
from tidewaiter_screening.screen import SCORE_MIN_DEFAULT
from tidewaiter_screening.sounds import bones_of, sound_of

WORDS = st.lists(st.text("abcdefgilmnorstu", min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)


def score(one: str, other: str) -> int:
    return compare(name_of(one), name_of(other), bits_by_length).score()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sergei Lavrov", "Lavrov, Sergei"),
        ("Sergei Lavrov", "SergeiLavrov"),
        ("Serei Lavrov", "Sergei Lavrov"),
        ("Donlad Trump", "Donald Trump"),
        ("Aleksandar Vučić", "Aleksandar Vucic"),
        ("Владимир Путин", "Vladimir Putin"),
        ("Usama bin Ladin", "Osama bin Laden"),
        ("Hasan Rohani", "Hassan Rouhani"),
        ("Goodwill Company", "Good Will Company"),
        ("van der bilt corp", "Vanderbilt Corp"),
        ("LXC Aviation", "L.X.C Aviation"),
        ("J. Morgan Doe", "John Morgan Doe"),
        ("Nikolai Plat Ono Vich Patrushev", "Nikolai Platonovich Patrushev"),
        ("MAGHOMED ABDURAKHMANOV", "AMGHOMED ABDURAKHMANOV"),
    ],
)
def test_two_spellings_of_one_name_are_near(one: str, other: str) -> None:
    assert SCORE_MIN_DEFAULT <= score(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boris Netanyahu", "Benjamin Netanyahu"),
        ("Barack Obama", "George Hussein Onyango Obama"),
        ("Volkswagen Aktiengesellschaft", "Siemens Aktiengesellschaft"),
        ("LXC Aviation", "LAU Aviation"),
        ("Hugo Chacón", "Hugo Chávez"),
        ("Paul Murphy", "Pol Pot"),
        ("Jan", "Jan Peter Doe"),
    ],
)
def test_two_names_are_far(one: str, other: str) -> None:
    assert SCORE_MIN_DEFAULT > score(one, other)


@pytest.mark.parametrize(
    ("asked", "listed", "points", "why"),
    [
        ("DOE, Jan", "doe,  jan", 1000, "the same name"),
        ("DOE, Jan", "Jan Doe", 998, "other punctuation, accents or script"),
        ("Doe Works Ltd", "Doe Works", 996, "other legal form or form of address"),
        ("Doe Jan", "Jan Doe", 994, "other order of words"),
    ],
)
def test_the_same_words_differ_by_little_and_only_the_same_name_by_nothing(
    asked: str, listed: str, points: int, why: str
) -> None:
    differences = compare(name_of(asked), name_of(listed), bits_by_length)

    assert (points, why) == (differences.score(), differences.why())


@pytest.mark.parametrize(
    ("asked", "listed", "why"),
    [
        ("Jan Peter Dow", "Jan Peter Doe", "1 letter differs"),
        ("Jan Pelen Doe", "Jan Peter Doe", "2 letters differ"),
        ("Jan Pieter Doe", "Jan Peter Doe", "1 word sounds the same"),
        ("J. Peter Doe", "Jan Peter Doe", "1 initial"),
        ("Jan Doe Peterson", "Jan Doe", "40 % of the letters are in words of one name only"),
        ("JanPeter Doe", "Jan Peter Doe", "other blanks between words"),
        ("محمد", "Mohammed", "compared by consonants"),
    ],
)
def test_what_differs_is_told(asked: str, listed: str, why: str) -> None:
    assert why in compare(name_of(asked), name_of(listed), bits_by_length).why()


def test_two_rare_words_with_a_slip_weigh_more_than_two_common_ones() -> None:
    asked, listed = name_of("Robert Smyth"), name_of("Robert Smith")
    rare = compare(asked, listed, lambda word: 14.0).score()
    common = compare(asked, listed, lambda word: 5.0).score()

    assert common < rare


def test_words_in_the_whole_are_told_from_words_of_one_name_only() -> None:
    more = compare(name_of("Jan Doe"), name_of("Jan Peter Doe"), bits_by_length)
    other = compare(name_of("Jan Oliver Doe"), name_of("Jan Peter Doe"), bits_by_length)

    assert 0 < more.extra
    assert 0 == other.extra
    assert 0 < other.worst


@given(WORDS)
def test_a_name_is_the_same_as_itself(name: str) -> None:
    assert 1000 == score(name, name)


@given(WORDS, WORDS)
def test_a_score_is_in_range_and_1000_only_for_the_same_name(one: str, other: str) -> None:
    assume(name_of(one).words and name_of(other).words)
    points = score(one, other)

    assert 0 <= points <= 1000
    assert points < 1000 or one == other


@given(WORDS, st.randoms(use_true_random=False))
def test_another_order_costs_the_same_little_whatever_it_is(name: str, random) -> None:  # type: ignore[no-untyped-def]
    words = name.split()
    random.shuffle(words)
    assume(name_of(name).key == name_of(" ".join(words)).key)

    assert 994 <= score(name, " ".join(words))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mohammed", "muhammad"),
        ("yusuf", "youssef"),
        ("khaled", "halid"),
        ("husayn", "hussein"),
        ("philip", "filip"),
        ("qadhafi", "kadafi"),
    ],
)
def test_spellings_of_one_sound_meet(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("written", "bare"), [("mohamed", "mhmd"), ("abdullah", "bdl"), ("yusuf", "sf"), ("ali", "l")])
def test_the_bones_of_a_word_are_what_a_script_without_vowels_keeps(written: str, bare: str) -> None:
    assert bare == bones_of(written)


def test_what_a_word_says_without_knowing_is_finite() -> None:
    assert math.isfinite(bits_by_length("word"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mounir el Motassadeq", "Shane Dominic Crawford Mounir el Motas Sadeq"),
        ("Gedeon Kyungu Mutanga wa Bafunkwa Kanonga", "Abdoulaye Hissene Gedeon Kyungu Mutanga wa Bafu Nkwa Kanonga"),
        ("Ab Cd Abcd", "Abcd Ab"),
        ("محمد علي", "Muhammad Ali Ahmad"),
    ],
)
def test_a_comparison_is_the_same_both_ways_round(one: str, other: str) -> None:
    assert compare(name_of(one), name_of(other), bits_by_length) == compare(
        name_of(other), name_of(one), bits_by_length
    )

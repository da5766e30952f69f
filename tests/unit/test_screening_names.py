"""Two spellings of one name meet, two names do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_screening.names import Script, name_of


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("BRELLOCHT, Vastimir Oduya", "Vastimir Oduya Brellocht"),
        ("O'Neil, Shauna", "SHAUNA ONEIL"),
        ("AERO-CARIBBEAN", "aero caribbean"),
        ("Marrowgate Chemical Works S.A.", "MARROWGATE CHEMICAL WORKS"),
        ("GRUPO VELANTRO, S.A. DE C.V.", "Grupo Velantro"),
        ("PELLUMBRIK FREIGHT CO., LTD.", "Pellumbrik Freight Limited"),
        ("OOO SEVRINKA ELEKTRON", "Sevrinka Elektron, LLC"),
        ("DIES & PUNCHES", "Dies and Punches"),
        ("Müller, Jürgen", "JURGEN MULLER"),
        ("Иванов Пётр", "IVANOV Petr"),
        ("ｗａｎｇ Ｌｅｉ", "Wang, Lei"),
        ("José  María\tNúñez", "jose maria nunez"),
        ("Mr. Jan Doe", "Doe, Jan"),
        ("Siemens Aktiengesellschaft", "SIEMENS"),
        ("Open Joint Stock Company Gazprom", "Gazprom OAO"),
        ("Oboronnye Initsiativy o.O.O.", "OOO Oboronnye Initsiativy"),
        ("李明", "Li Ming"),
    ],
)
def test_spellings_of_one_name_share_a_key(written: str, otherwise: str) -> None:
    assert name_of(written).key == name_of(otherwise).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John Co", "John"),
        ("Sa, Kim", "Kim"),
        ("Dana Whitcombe", "Dana Whitcomb"),
        ("Northgate Trading", "Northgate Trading House"),
    ],
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert name_of(one).key != name_of(other).key


def test_a_first_comma_turns_the_name_around_and_a_legal_form_after_it_does_not() -> None:
    assert "vastimir oduya brellocht" == name_of("BRELLOCHT, Vastimir Oduya").spelled
    assert "pellumbrik freight co ltd" == name_of("Pellumbrik Freight Co., Ltd.").spelled


@pytest.mark.parametrize("text", ["", " ", "-", "…", "\u200b", "🎁🎁", "()"])
def test_a_text_that_names_nobody_has_an_empty_key(text: str) -> None:
    assert "" == name_of(text).key


@pytest.mark.parametrize("form", ["LTD", "S.A. DE C.V.", "GmbH", "OOO"])
def test_a_legal_form_alone_stays(form: str) -> None:
    assert name_of(form).key


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("José Núñez", Script.LATIN),
        ("Владимир", Script.ALPHABET),
        ("Αλέξανδρος", Script.ALPHABET),
        ("สมชาย", Script.ALPHABET),
        ("محمد علي", Script.VOWELLESS),
        ("משה", Script.VOWELLESS),
        ("李明", Script.SYLLABIC),
        ("김정은", Script.SYLLABIC),
    ],
)
def test_a_name_says_in_what_kind_of_script_it_was_written(text: str, script: Script) -> None:
    assert script is name_of(text).script


def test_of_a_very_long_name_the_beginning_is_compared() -> None:
    assert 16 == len(name_of(" ".join(f"w{number}" for number in range(100))).words)
    assert 300 == len(name_of("a" * 1_000).spelled)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_has_a_key_of_plain_words(text: str) -> None:
    key = name_of(text)

    assert sorted(key.key.split()) == key.key.split()
    assert key.key.isascii()
    assert key == name_of(text)


@given(st.text(st.characters(codec="ascii", exclude_characters=",")))
def test_the_key_of_a_key_is_itself_but_for_what_looks_like_a_legal_form(text: str) -> None:
    key = name_of(text).key

    assert set(name_of(key).key.split()) <= set(key.split())

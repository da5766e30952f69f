"""Headings, controlled goods and usual values: what is told, what is not, and what is refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_goods.controlled import ControlledGoods, packaged_rules_content, read_controlled_goods
from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.stems import stems_of
from tidewaiter_goods.values import (
    SAMPLE_MAX,
    Gathering,
    Standing,
    percentiles,
    read_values,
)

HEADINGS = packaged_headings()
CONTROLLED: ControlledGoods = read_controlled_goods(packaged_rules_content(), file="controlled_goods.toml", problems=[])
WEIGHT_MIN = 6_000
KIND = ("611020", "VN", "USD")


def chapter_of(description: str, hts_code: str, *, weight_min: int = WEIGHT_MIN) -> str | None:
    doubt = HEADINGS.doubt(stems_of(description), hts_code, weight_min=weight_min)
    return None if doubt is None else doubt.chapter


@pytest.mark.parametrize(
    ("description", "hts_code", "chapter"),
    [
        ("Women's knitted cotton cardigan with buttons", "6110202079", None),
        ("Women's knitted cotton cardigan with buttons", "2203.00", "96"),
        ("Telephones for cellular networks, smartphones", "6110202079", "85"),
        ("quux frobnicator", "6110202079", None),
        ("Women's knitted cotton cardigan", "", None),
        ("Women's knitted cotton cardigan", "9999", None),
        ("", "6110202079", None),
    ],
)
def test_a_number_is_doubted_when_the_words_speak_for_another_chapter(
    description: str, hts_code: str, chapter: str | None
) -> None:
    assert chapter == chapter_of(description, hts_code)


def test_a_doubt_names_the_words_that_weigh_most() -> None:
    doubt = HEADINGS.doubt(stems_of("two cellular telephones, smartphones"), "6110", weight_min=WEIGHT_MIN)

    assert doubt is not None
    assert {"cellular", "smartphone", "telephone"} == set(doubt.words)
    assert chapter_of("two cellular telephones, smartphones", "6110", weight_min=doubt.weight + 1) is None


def test_true_numbers_are_seldom_doubted_and_wrong_ones_often(
    shared_data: Path, record_property: Callable[[str, object], None]
) -> None:
    lines = (shared_data / "goods" / "marketplace_parcels.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [(row["product_name"], str(row["hs_code"]).zfill(10)) for row in map(json.loads, lines)]
    dice = random.Random(1)
    wrong = [(name, dice.choice(rows)[1]) for name, _ in rows for _ in range(5)]
    wrong = [
        (name, code)
        for (name, code), (_, true) in zip(wrong, (row for row in rows for _ in range(5)), strict=True)
        if code[:2] != true[:2]
    ]

    false_alarms = sum(chapter_of(*row) is not None for row in rows) / len(rows)
    found = sum(chapter_of(*row) is not None for row in wrong) / len(wrong)

    record_property("true HTSUS numbers doubted", f"{false_alarms:.1%}")
    record_property("numbers of another chapter doubted", f"{found:.1%}")
    assert false_alarms <= 0.03
    assert found >= 0.35


@pytest.mark.parametrize(
    ("description", "hts_code", "rule"),
    [
        ("TDP-5 tablet press", "8474.80", "pill_press.named"),
        ("Tablet presses, 2 pcs", "", "pill_press.named"),
        ("tablet computer, press the button", "8471300100", None),
        ("research chemical", "2933.36.00.00", "precursor.fentanyl"),
        ("4-Anilino-N-phenethylpiperidine", "", "precursor.fentanyl_named"),
        ("ephedrine hydrochloride", "", "precursor.named"),
        ("piperonal for perfumery", "2932930000", "precursor.named"),
        ("fentanyl citrate", "2933330100", "narcotic.named"),
        ("white powder", "2933330100", "narcotic.fentanyls"),
        ("white powder", "2932930000", "precursor.headings"),
        ("rifle barrel, threaded", "", "weapon.named"),
        ("toy machine gun", "9503000090", None),
        ("gun bag of nylon", "4202929100", None),
        ("paintballs", "9306.90.00.41", None),
        ("cartridges", "9306304110", "weapon.arms"),
        ("1:1 replica watch", "9102114510", "counterfeit.says_so"),
        ("Women's knitted cotton cardigan", "6110202079", None),
    ],
)
def test_controlled_goods_are_found_by_words_or_number(description: str, hts_code: str, rule: str | None) -> None:
    found = CONTROLLED.found(description, hts_code, "CN")

    assert rule == (None if found is None else found.rule.id)


@pytest.mark.parametrize("term", [term for rule in CONTROLLED.rules for term in rule.terms])
def test_every_term_of_a_rule_finds_goods(term: str) -> None:
    found = CONTROLLED.found(f"one {term} in a box", "", "CN")

    assert found is not None
    assert found.term


def test_real_listings_are_not_called_controlled(shared_data: Path) -> None:
    lines = (shared_data / "goods" / "marketplace_parcels.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]

    assert [] == [
        row["product_name"]
        for row in rows
        if CONTROLLED.found(row["product_name"], str(row["hs_code"]).zfill(10), "CN")
    ]


def test_a_rule_may_be_of_some_origins_only() -> None:
    text = packaged_rules_content().decode().replace('hts = ["293336"', 'origins = ["CN"]\nhts = ["293336"')
    rules = read_controlled_goods(text.encode(), file="x", problems=[])

    assert rules.found("powder", "2933360000", "DE") is None
    assert rules.found("powder", "2933360000", "CN") is not None
    assert CONTROLLED.version != rules.version


def gathered(values: list[int], *, count_min: int = 1) -> bytes:
    gathering = Gathering()
    for value in values:
        gathering.add(KIND, value)
    gathering.filings = len(values)
    return gathering.written(built="2026-11-24", count_min=count_min)


def test_a_value_stands_where_it_stands_among_those_filed_before() -> None:
    values = read_values(gathered(list(range(1_000, 101_000, 1_000))))

    for nanos, percentile in ((999, 0), (1_000, 0), (1_001, 1), (50_001, 50), (100_001, 100)):
        assert Standing(percentile, 100) == values.standing("6110.20.20.79", "VN", "USD", nanos)
    for kind in (("611030", "VN", "USD"), ("611020", "CN", "USD"), ("611020", "VN", "EUR")):
        assert values.standing(*kind, 5_000) is None
    assert values.version.startswith("values 2026-11-24 ")


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=400), st.integers(0, 10**12))
def test_a_percentile_never_claims_more_than_is_true(sample: list[int], value: int) -> None:
    standing = read_values(gathered(sample)).standing("611020", "VN", "USD", value)

    assert standing is not None
    lower = 100 * sum(one < value for one in sample) / len(sample)
    assert standing.count == len(sample)
    assert lower - 2 <= standing.percentile <= lower + 1


def test_many_values_take_no_more_room_and_the_same_filings_make_the_same_file() -> None:
    many = [random.Random(3).randrange(10**9) for _ in range(1)] * 0 + [
        (number * 7919) % 1_000_003 for number in range(3 * SAMPLE_MAX)
    ]
    first = gathered(many)

    assert first == gathered(many)
    assert len(first) < 2_500
    standing = read_values(first).standing("611020", "VN", "USD", 500_000)
    assert standing is not None
    assert (3 * SAMPLE_MAX, 50) == (standing.count, round(standing.percentile, -1))


def test_kinds_seen_too_seldom_are_left_out() -> None:
    assert 0 == len(read_values(gathered([1, 2], count_min=3)))
    assert 1 == len(read_values(gathered([1, 2, 3], count_min=3)))


def test_percentiles_are_those_of_nearest_rank() -> None:
    assert (1, 2, 3) == percentiles([3, 1, 2])
    assert tuple(range(0, 1_001, 10))[1:] == percentiles(range(1, 1_001))[1:]
    assert 101 == len(percentiles(range(5_000)))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("tidewaiter-values/1", "tidewaiter-values/2", "format is 'tidewaiter-values/2'"),
        ('"count"', '"counts"', "is no file of values"),
        ("1,", "9,", "does not rise"),
        ('"count": 3', '"count": 2', "counts too few"),
    ],
)
def test_a_damaged_file_of_values_is_refused(old: str, new: str, problem: str) -> None:
    content = gathered([1, 2, 3]).decode()
    rows = content.index("percentiles") if old == "1," else 0

    with pytest.raises(ValueError, match=problem):
        read_values((content[:rows] + content[rows:].replace(old, new, 1)).encode())

"""A description that says nothing is told from one that says something, and what to add is said."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.judge import FOR_WHAT, OF_WHAT, WHAT, packaged_judge
from tidewaiter_goods.stems import stems_of
from tidewaiter_goods.vague_model import FEATURES, VagueModel, packaged_model
from tidewaiter_goods.vague_terms import VagueTerm, packaged_terms_content, read_vague_terms

JUDGE = packaged_judge(cached_max=1_000)
TERMS = read_vague_terms(packaged_terms_content(), file="vague_terms.toml", problems=[])


def terms_in(description: str) -> list[str] | None:
    """The listed terms of which a description consists; None when a word is left over."""
    covering = TERMS.covering(stems_of(description))
    return None if covering is None else [row.term for row in covering]


@pytest.mark.parametrize("row", TERMS.terms, ids=lambda row: row.term)
def test_every_term_standing_alone_is_flagged(row: VagueTerm) -> None:
    for written in (row.term, row.term.upper(), f"  {row.term}. "):
        vagueness = JUDGE.judge(written)
        assert vagueness is not None
        assert [row.term] == [one.term for one in vagueness.terms]
        assert not vagueness.by_model


@pytest.mark.parametrize(
    ("description", "terms"),
    [
        ("2 Gifts!!", ["gift"]),
        ("GIFT & toys", ["gift", "toys"]),
        ("toys / gift", ["gift", "toys"]),
        ("Misc. items (various)", ["misc", "various", "item"]),
        ("10pcs sample", ["sample"]),
        ("Sample(s)", ["sample"]),
        ("accesories", ["accessories"]),
        ("cosmetcs", ["cosmetics"]),
        ("Ｇｉｆｔ", ["gift"]),
        ("S.A.M.P.L.E.", ["sample"]),
        ("N/A", ["n/a"]),
        ("leather and metal", ["leather", "metal"]),
        ("10 pcs", []),
        ("ab", []),
        ("12345", []),
        ("🎁", []),
        ("a set of", []),
    ],
)
def test_what_consists_of_terms_fillers_and_numbers_is_vague(description: str, terms: list[str]) -> None:
    assert terms == terms_in(description)
    assert JUDGE.judge(description) is not None


@pytest.mark.parametrize(
    "description",
    [
        "toy car made of die-cast metal",
        "gift box of cardboard with ribbon",
        "phone parts: replacement camera lens",
        "cotton blanket",
        "food processor",
        "steel pipes",
        "leather bags",
        "glass tiles",
        "Kitchen utensils",
        "PVC pipes",
        "шерстяной свитер",
        "羊毛衫",
    ],
)
def test_what_says_anything_more_is_not(description: str) -> None:
    assert terms_in(description) is None
    assert JUDGE.judge(description) is None


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
def test_a_blank_description_is_missing_rather_than_vague(blank: str) -> None:
    assert JUDGE.judge(blank) is None


def test_the_best_known_term_comes_first() -> None:
    vagueness = JUDGE.judge("unknown food accessories")

    assert vagueness is not None
    assert [Confidence.OFFICIAL, Confidence.SECONDARY, Confidence.UNVERIFIED] == [
        row.confidence for row in vagueness.terms
    ]
    assert "Pasta, canned tuna, corn tortillas" == vagueness.terms[1].instead


def test_only_what_the_bulletin_names_is_official() -> None:
    official = {row.term: row.citation for row in TERMS.terms if row.confidence is Confidence.OFFICIAL}

    assert dict.fromkeys(["gift", "daily necessities", "accessories", "parts", "consolidated"], "CSMS 60011750") == (
        official
    )


@pytest.mark.parametrize(
    ("description", "asks"),
    [
        ("gift", (WHAT, OF_WHAT, FOR_WHAT)),
        ("leather", (WHAT, FOR_WHAT)),
        ("100 cotton and polyester", (WHAT, FOR_WHAT)),
        ("car parts", (WHAT, OF_WHAT)),
        ("baby products", (WHAT, OF_WHAT)),
    ],
)
def test_what_is_asked_for_is_what_was_not_said(description: str, asks: tuple[str, ...]) -> None:
    vagueness = JUDGE.judge(description)

    assert vagueness is not None
    assert asks == vagueness.asks


def test_the_model_names_the_words_that_say_nothing() -> None:
    vagueness = JUDGE.judge("misc. black xl")

    assert vagueness is not None
    assert vagueness.by_model
    assert () == vagueness.terms
    assert {"black", "misc", "xl"} == set(vagueness.words)
    assert vagueness.version.startswith("vague-model ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_judged(text: str) -> None:
    vagueness = JUDGE.judge(text)

    assert vagueness is None or vagueness.asks
    assert vagueness is None or all(row in TERMS.terms for row in vagueness.terms)


def test_every_official_term_standing_alone_is_flagged(shared_data: Path) -> None:
    folder = shared_data / "descriptions"
    official = folder.joinpath("ics2_stopwords_A_to_Ge.txt").read_text(encoding="utf-8").split("\n")
    with (folder / "cbp_unacceptable_acceptable_partial.csv").open(encoding="utf-8", newline="") as file:
        official += [row["unacceptable"] for row in csv.DictReader(file)]
    named = [term for term in official if term.strip()]

    assert 111 == len(named)
    for term in named:
        vagueness = JUDGE.judge(term)
        assert vagueness is not None, term
        assert vagueness.terms, term


def test_at_most_one_in_twenty_real_listings_is_flagged(
    shared_data: Path, record_property: Callable[[str, object], None]
) -> None:
    rows = (shared_data / "goods" / "marketplace_parcels.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(row)["product_name"] for row in rows]

    flagged = [name for name in names if JUDGE.judge(name)]

    record_property("real listings flagged as vague", f"{len(flagged)} of {len(names)}")
    assert 304 == len(names)
    assert len(flagged) <= 0.05 * len(names)


def test_the_model_is_small_and_refuses_another_shape() -> None:
    knows = packaged_headings().knows
    model = packaged_model(knows)

    assert 1.0 > model.chance(("black", "xl")) > 0.5 > model.chance(stems_of("women's knitted cotton cardigan")) > 0.0
    assert model.chance(()) == model.chance(())
    with pytest.raises(ValueError, match=f"has 3 weights, not {FEATURES}"):
        VagueModel(b'{"trained": "x", "bias": 0, "threshold": 0.5, "scale": 1, "weights": "AAAA"}', knows=knows)

"""A description that says nothing is told from one that says something."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_risk.descriptions import DescriptionJudge
from tidewaiter_risk.model import Confidence
from tidewaiter_risk.scorecard.rules import VagueTerm

from tests.risk_examples import SCORECARD

JUDGE = DescriptionJudge(SCORECARD.vague_terms, descriptions_cached_max=1_000)


def terms_in(description: str) -> list[str] | None:
    vagueness = JUDGE.judge(description)
    return None if vagueness is None else [row.term for row in vagueness.terms]


@pytest.mark.parametrize("row", SCORECARD.vague_terms.terms, ids=lambda row: row.term)
def test_every_term_standing_alone_is_flagged(row: VagueTerm) -> None:
    for written in (row.term, row.term.upper(), f"  {row.term}. "):
        assert [row.term] == terms_in(written)


@pytest.mark.parametrize(
    ("description", "terms"),
    [
        ("2 Gifts!!", ["gift"]),
        ("GIFT & toys", ["gift", "toys"]),
        ("toys / gift", ["gift", "toys"]),
        ("Misc. items (various)", ["misc", "items", "various"]),
        ("10pcs sample", ["sample"]),
        ("Sample(s)", ["sample"]),
        ("accesories", ["accessories"]),
        ("cosmetcs", ["cosmetics"]),
        ("Ｇｉｆｔ", ["gift"]),
        ("S.A.M.P.L.E.", ["sample"]),
        ("N/A", ["n/a"]),
        ("10 pcs", []),
        ("ab", []),
        ("12345", []),
        ("🎁", []),
        ("a set of", []),
    ],
)
def test_what_consists_of_terms_fillers_and_numbers_is_vague(description: str, terms: list[str]) -> None:
    assert terms == terms_in(description)


@pytest.mark.parametrize(
    "description",
    [
        "toy car made of die-cast metal",
        "gift box of cardboard",
        "phone parts: replacement camera lens",
        "stools",
        "cotton blanket",
        "food processor",
        "шерстяной свитер",
        "羊毛衫",
        "general",
    ],
)
def test_what_says_anything_more_is_not(description: str) -> None:
    assert terms_in(description) is None


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000"])
def test_a_blank_description_is_missing_rather_than_vague(blank: str) -> None:
    assert terms_in(blank) is None


def test_the_best_known_term_comes_first() -> None:
    vagueness = JUDGE.judge("unknown food accessories")

    assert vagueness is not None
    assert [Confidence.OFFICIAL, Confidence.SECONDARY, Confidence.UNVERIFIED] == [
        row.confidence for row in vagueness.terms
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_judged(text: str) -> None:
    vagueness = JUDGE.judge(text)

    assert vagueness is None or all(row in SCORECARD.vague_terms.terms for row in vagueness.terms)


def test_at_most_one_in_twenty_real_listings_is_flagged(
    shared_data: Path, record_property: Callable[[str, object], None]
) -> None:
    rows = (shared_data / "goods" / "marketplace_parcels.jsonl").read_text(encoding="utf-8").splitlines()
    names = [json.loads(row)["product_name"] for row in rows]

    flagged = [name for name in names if JUDGE.judge(name)]

    record_property("real listings flagged as vague", f"{len(flagged)} of {len(names)}")
    assert 304 == len(names)
    assert len(flagged) <= 0.05 * len(names)

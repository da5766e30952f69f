"""An operator's own rows: laid over the law by id, marked as such, and held to the same checks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import LawRefused, load_law, read_sources
from tidewaiter_eligibility.law.rows import Standing
from tidewaiter_eligibility.list_regimes import list_rows
from tidewaiter_eligibility.model import Confidence, Verdict

from tests.eligibility_shipments import law, shipment

FEBRUARY = """
[[regime]]
id = "R02"
from = 2025-02-04
to = 2025-02-07
clock = "EASTERN_0001"
modes = "*"
origins = ["CN", "HK"]
exemption = "closed"
paths = ["TYPE_11", "TYPE_01"]
citation = "EO 14195"
confidence = "unverified"
note = "The short closing of February 2025."
"""
ADDED = FEBRUARY.replace("R02", "R99").replace('["CN", "HK"]', '["MO"]')
LOWER = """
[[limit]]
id = "V-C-800"
paragraph = "(a)(2)(C)"
limit_usd = "500.00"
claimant = ["buyer", "consignee"]
likeness = "close"
from = 2016-08-26
to = 2027-07-01
clock = "PORT_LOCAL_DAY"
citation = "a bill"
confidence = "inferred"
note = "What if."
"""


def written(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_who_knows_when_a_closing_began_and_ended_says_so(tmp_path: Path) -> None:
    own = load_law(own=[written(tmp_path, regimes=FEBRUARY)])
    in_february = shipment(day=date(2025, 2, 5), origin="CN")

    assert Verdict.UNKNOWN is judge(in_february, law=law()).verdict
    found = judge(in_february, law=own)
    assert ("R02", Verdict.NOT_ELIGIBLE) == (found.regime_id, found.verdict)
    assert ("EO 14195", Confidence.UNVERIFIED) == (found.reasons[0].citation, found.reasons[0].confidence)
    assert "R01" == judge(shipment(day=date(2025, 2, 7), origin="CN"), law=own).regime_id


def test_a_row_of_another_id_is_added_and_governs(tmp_path: Path) -> None:
    own = load_law(own=[written(tmp_path, regimes=ADDED)])
    in_february = shipment(day=date(2025, 2, 5), origin="MO")

    found = judge(in_february, law=own)

    assert ("R99", Verdict.NOT_ELIGIBLE) == (found.regime_id, found.verdict)
    assert Verdict.ELIGIBLE is judge(in_february, law=law()).verdict


def test_a_row_of_the_same_id_stands_in_its_place(tmp_path: Path) -> None:
    own = load_law(own=[written(tmp_path, limits=LOWER)])

    found = judge(shipment(cents=50_001), law=own)

    assert Verdict.NOT_ELIGIBLE is found.verdict
    assert ("V-C-800", "a bill") == (found.reasons[0].rule_id, found.reasons[0].citation)


def test_every_listing_says_which_rows_are_the_operators(tmp_path: Path) -> None:
    own = load_law(own=[written(tmp_path, regimes=ADDED, limits=LOWER)])

    rows = {each.row.id: each.row.standing for each in list_rows(own, on=None, origin_country="", mode=None)}

    assert (Standing.ADDED, Standing.OVERRIDES, Standing.SHIPPED) == (rows["R99"], rows["V-C-800"], rows["R01"])


def test_the_version_of_the_law_changes_with_own_rows(tmp_path: Path) -> None:
    nothing = load_law(own=[written(tmp_path / "nothing")])
    something = load_law(own=[written(tmp_path / "something", regimes=FEBRUARY)])

    assert law().version == nothing.version != something.version


def test_a_later_directory_is_laid_over_an_earlier_one(tmp_path: Path) -> None:
    first = written(tmp_path / "first", limits=LOWER)
    second = written(tmp_path / "second", limits=LOWER.replace("500.00", "400.00"))

    assert 40_000 == judge(shipment(), law=load_law(own=[first, second])).limit_minor


@pytest.mark.parametrize(
    ("files", "where", "problem"),
    [
        ({"regimes": FEBRUARY.replace('id = "R02"', "")}, "regimes.toml regime 1", "id is missing"),
        ({"regimes": FEBRUARY.replace("R02", "R02\\nR03")}, "regimes.toml regime 1", "id is not 1 to 64 letters"),
        ({"regimes": FEBRUARY * 2}, "R02", "the own directory has it twice"),
        ({"regimes": FEBRUARY.replace('["CN", "HK"]', "[]")}, "R02", "it overlaps R01"),
        ({"regimes": FEBRUARY.replace('citation = "EO 14195"', "")}, "R02", "citation is missing"),
        ({"regimes": "[mode_classes]\nPOSTAL = []"}, "regimes.toml mode_classes", "may only add and override rows"),
        ({"regimes": "regime = 1"}, "regimes.toml regime", "may only add and override rows"),
        ({"laws": FEBRUARY}, "laws.toml", "no such file of law"),
        ({"regimes": "[[regime"}, "regimes.toml", "it is not TOML"),
    ],
)
def test_damaged_rows_are_refused_by_name(files: dict[str, str], where: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(LawRefused) as refused:
        load_law(own=[written(tmp_path, **files)])

    assert where == refused.value.row
    assert problem in refused.value.detail


@pytest.mark.parametrize("name", ["regime.toml", "regimes.TOML", "regimes.tml", "limits.toml.bak", "README.md", "a\nb"])
def test_a_file_that_none_would_read_is_refused_by_name(name: str, tmp_path: Path) -> None:
    written(tmp_path, limits=LOWER)
    (tmp_path / name).write_text(FEBRUARY, encoding="utf-8")

    with pytest.raises(LawRefused) as refused:
        load_law(own=[tmp_path])

    assert name == refused.value.row
    assert "no such file of law; known are regimes.toml, limits.toml" in refused.value.detail
    assert "\n" not in refused.value.detail


def test_what_a_mount_or_a_repository_keeps_beside_the_files_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "..data", regimes="[[regime")
    (tmp_path / ".gitignore").write_text("*", encoding="utf-8")

    assert 50_000 == judge(shipment(), law=load_law(own=[written(tmp_path, limits=LOWER)])).limit_minor


@pytest.mark.parametrize(
    "text", ["deep = " + "[" * 5_000, "deep = " + "{a = " * 5_000, "deep = " + "[" * 200 + "]" * 200]
)
def test_a_file_nested_too_deep_is_refused_by_name(text: str, tmp_path: Path) -> None:
    with pytest.raises(LawRefused) as refused:
        load_law(own=[written(tmp_path, limits=text)])

    assert refused.value.row.startswith("limits.toml")


def test_a_directory_in_the_place_of_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").mkdir()

    with pytest.raises(LawRefused) as refused:
        load_law(own=[tmp_path])

    assert ("limits.toml", True) == (refused.value.row, "it cannot be read" in refused.value.detail)


def test_a_shipped_row_written_out_again_is_marked_and_no_other_law(tmp_path: Path) -> None:
    shipped: Any = read_sources()["limits.toml"]["single_order"]
    again = "[[single_order]]\n" + "\n".join(
        f"{name} = {value if isinstance(value, date) else json.dumps(value)}" for name, value in shipped[0].items()
    )

    own = load_law(own=[written(tmp_path, limits=again)])

    assert law().version == own.version
    assert Standing.OVERRIDES is own.rows.single_orders[0].standing


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawRefused) as refused:
        load_law(own=[tmp_path / "none"])

    assert "none" == refused.value.row

"""The measure of the person key, on invented people: what it counts, and when it is content."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from tidewaiter_eligibility.person import Likeness

FIELDS = "rec_id given_name surname street_number address_1 address_2 suburb postcode state".split()
PEOPLE = (
    ("ann", "lee", "12", "maple street", "", "troy", "2180", "ny"),
    ("ben", "ode", "7", "oak avenue", "mill farm", "utica", "3501", "ny"),
    ("cy", "roe", "31", "river lane", "", "albany", "2207", "ny"),
    ("dee", "poe", "99", "hill road", "", "rome", "3440", "ny"),
)
SLIPS = (
    ("ann", "lee", "12", "mapel street", "", "troy", "2180", "ny"),
    ("ben", "ode", "7", "oak avenue", "mill farm", "utica", "3510", "ny"),
    ("roe", "cy", "31", "river lane", "", "albany", "2207", "ny"),
    ("della", "poe", "99", "hill road", "", "rome", "3440", "ny"),
)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "measure_persons.py"
    spec = importlib.util.spec_from_file_location("measure_persons", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def plant(folder: Path, name: str, kind: str, rows: Sequence[tuple[str, ...]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows((f"rec-{number}-{kind}", *row) for number, row in enumerate(rows))


def test_it_counts_pairs_after_closure_and_the_strangers_that_it_joins(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(tmp_path, "dataset4a.csv", "org", PEOPLE)
    plant(tmp_path, "dataset4b.csv", "dup-0", SLIPS)

    status = tool.main([str(tmp_path), "--json"])

    found = {each["likeness"]: each for each in json.loads(capsys.readouterr().out)}
    assert [0.25, 0.75, 1.0] == [found[likeness.value]["recall"] for likeness in Likeness]
    assert [1.0, 1.0, 1.0] == [found[likeness.value]["precision"] for likeness in Likeness]
    assert [["tells apart"], ["tells apart"], ["finds"]] == [found[likeness.value]["bars"] for likeness in Likeness]
    assert {0} == {*found["close"]["strangers_joined"].values()}
    assert 4 == found["household"]["strangers_joined"]["housemates"]
    assert 0 == status


def test_a_missed_bar_is_told_by_the_status(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(tmp_path, "dataset4a.csv", "org", PEOPLE)
    plant(tmp_path, "dataset4b.csv", "dup-0", [*SLIPS[:3], ("una", "fay", "1", "new road", "", "rye", "2110", "nj")])

    assert 1 == tool.main([str(tmp_path)])
    assert "tells apart" in capsys.readouterr().out


def test_without_the_files_it_says_which_are_missing(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == tool.main([str(tmp_path)])
    assert "no dataset4a.csv and no dataset4b.csv" in capsys.readouterr().err

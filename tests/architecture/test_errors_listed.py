"""docs/errors.md says exactly which codes the code gives, and every code is explained."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from error_codes import CodeUnclear, Raised, raised_in
from google.protobuf.timestamp_pb2 import Timestamp
from list_errors import PACKAGES, Untold, page
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation

from tests.architecture.tree import plant

PACKAGE = "services/quay/tidewaiter_quay"


def raised(root: Path, text: str, *, named: tuple[str, ...] = ()) -> list[Raised]:
    """What a package of one file gives."""
    plant(root, f"{PACKAGE}/errors.py", text)
    return raised_in(root, PACKAGE, named=named)


@pytest.fixture
def tree(project_root: Path, tmp_path: Path) -> Path:
    """A copy of all that the page is made from."""
    for folder in (*PACKAGES, "protos"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    return tmp_path


def test_the_page_is_what_the_code_says(project_root: Path) -> None:
    finished = subprocess.run(
        [sys.executable, project_root / "tools" / "list_errors.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (finished.returncode, finished.stderr)


def test_a_stale_page_names_the_command_that_mends_it(tree: Path, project_root: Path) -> None:
    plant(tree, "docs/errors.md", "# Errors\n")

    finished = subprocess.run(
        [sys.executable, project_root / "tools" / "list_errors.py", "--check", "--root", tree],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == finished.returncode
    assert "make errors" in finished.stderr


def test_a_code_without_a_text_and_a_text_without_a_code_are_both_named(tree: Path) -> None:
    intake = "services/intake/tidewaiter_intake"
    plant(tree, f"{intake}/tides.py", 'Failure(kind=Kind.BUSY, reason="TIDE_OUT", detail="")\n')
    with (tree / intake / "errors.toml").open("a", encoding="utf-8") as file:
        file.write('\n[SHIP_SUNK]\nmeans = "Gone."\nremedy = "Nothing."\n')

    with pytest.raises(Untold) as told:
        page(tree)

    assert [
        f"{intake}/errors.toml: [TIDE_OUT] must say `means` and `remedy`; given in {intake}/tides.py",
        f"{intake}/errors.toml: [SHIP_SUNK] is given by no code",
    ] == str(told.value).splitlines()


def test_a_code_has_the_status_of_its_kind(tmp_path: Path) -> None:
    found = raised(
        tmp_path,
        'Failure(kind=Kind.FULL, reason="QUAY_FULL", detail="")\nViolation("at", "BERTH_UNKNOWN", "")\n',
    )

    assert [("BERTH_UNKNOWN", "INVALID_ARGUMENT"), ("QUAY_FULL", "RESOURCE_EXHAUSTED")] == [one[:2] for one in found]


def test_a_choice_of_two_codes_is_one_of_two_statuses(tmp_path: Path) -> None:
    found = raised(
        tmp_path, 'Failure(kind=Kind.CORRUPT if a else Kind.BUSY, reason="ROTTEN" if a else "WET", detail="")\n'
    )

    assert [("ROTTEN", "DATA_LOSS"), ("WET", "UNAVAILABLE")] == [one[:2] for one in found]


def test_a_code_handed_through_functions_is_found_where_it_is_first_said(tmp_path: Path) -> None:
    plant(tmp_path, f"{PACKAGE}/berth.py", 'refused("BERTH_TAKEN", "")\n')
    found = raised(
        tmp_path,
        "def refused(reason, detail):\n    return _made(detail, code=reason)\n"
        "def _made(detail, code):\n    return Failure(kind=Kind.STALE, reason=code, detail=detail)\n",
    )

    assert [Raised("BERTH_TAKEN", "ABORTED", f"{PACKAGE}/berth.py")] == found


def test_a_code_made_from_a_name_is_one_that_the_texts_list(tmp_path: Path) -> None:
    found = raised(
        tmp_path,
        'Failure(kind=Kind.FULL, reason=f"{name}_FULL", detail="")\n',
        named=("CRANE_FULL", "CRANE_EMPTY"),
    )

    assert ["CRANE_FULL"] == [one.code for one in found]


def test_a_code_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CodeUnclear, match=r"errors\.py:2: table\[0\] does not say"):
        raised(tmp_path, '"""Why."""\nFailure(kind=Kind.BUSY, reason=table[0], detail="")\n')


def test_a_log_line_is_no_code(tmp_path: Path) -> None:
    assert [] == raised(tmp_path, 'log.error("cannot start", reason=failure.reason, kind=failure.kind.value)\n')


def test_rules_of_the_contract_are_listed_as_they_are_refused(project_root: Path) -> None:
    text = page(project_root)
    filing = trade_pb2.Filing(
        request_id="!",
        items=[trade_pb2.LineItem(hts_code="x", quantity=0, picture_sha256=b"short")],
        estimated_arrival=Timestamp(seconds=1),
    )

    codes = {violation.code for violation in validation.check(filing)}

    assert len(codes) >= 4
    assert [] == [code for code in sorted(codes) if f"| `{code}` |" not in text]


def test_every_service_is_on_the_page(project_root: Path) -> None:
    services = {path.name for path in (project_root / "services").iterdir() if (path / "pyproject.toml").exists()}

    assert services == {package.split("/")[1] for package in PACKAGES if package.startswith("services/")}

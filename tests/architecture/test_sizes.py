"""A file is read in one sitting and a function in one look."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import parse, plant, written_python

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70


def test_every_file_and_function_is_small_enough(project_root: Path) -> None:
    assert [] == list(violations(project_root))


def violations(root: Path) -> Iterator[str]:
    """Each file and each function that is longer than the house allows."""
    for path in written_python(root):
        place = path.relative_to(root)
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{place}: {lines} lines, {FILE_LINES_MAX} allowed"
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    yield f"{place}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_LINES_MAX} allowed"


@pytest.mark.parametrize(("lines", "caught"), [(FILE_LINES_MAX, 0), (FILE_LINES_MAX + 1, 1)])
def test_a_file_is_caught_from_one_line_too_many(tmp_path: Path, lines: int, caught: int) -> None:
    plant(tmp_path, "libs/tlog/tidewaiter_tlog/tree.py", "x = 1\n" * lines)

    assert caught == len(list(violations(tmp_path)))


@pytest.mark.parametrize(("lines", "caught"), [(FUNCTION_LINES_MAX, 0), (FUNCTION_LINES_MAX + 1, 1)])
def test_a_function_is_caught_from_one_line_too_many(tmp_path: Path, lines: int, caught: int) -> None:
    plant(tmp_path, "services/risk/tidewaiter_risk/assess.py", "async def assess():\n" + "    x = 1\n" * (lines - 1))

    assert caught == len(list(violations(tmp_path)))


def test_generated_code_may_be_long(tmp_path: Path) -> None:
    plant(tmp_path, "libs/contracts/tidewaiter/trade/v1/trade_pb2.py", "x = 1\n" * (FILE_LINES_MAX + 1))

    assert [] == list(violations(tmp_path))

"""A name says its subject; a name that fits anything is refused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import parse, plant, written_python

FORBIDDEN = frozenset({"util", "utils", "common", "helper", "helpers", "core", "base", "misc", "manager", "handler"})
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def test_nothing_is_named_for_anything(project_root: Path) -> None:
    assert [] == list(violations(project_root))


def violations(root: Path) -> Iterator[str]:
    """Each folder, file, class and function with a forbidden word in its name."""
    for path in written_python(root):
        place = path.relative_to(root)
        for part in (*place.parts[:-1], path.stem):
            yield from (f"{place}: {part} says {word}" for word in forbidden_words(part))
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not is_test(node.name):
                yield from (f"{place}:{node.lineno}: {node.name} says {word}" for word in forbidden_words(node.name))


def is_test(name: str) -> bool:
    """Whether the name is a test's: that is a sentence, and may speak of these words."""
    return name.startswith("test_")


def forbidden_words(name: str) -> list[str]:
    """The forbidden words in a name in snake or camel case; whole words only, so `database` is well named."""
    return [word for word in (found.lower() for found in WORD.findall(name)) if word in FORBIDDEN]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("libs/chassis/tidewaiter_chassis/utils.py", ""),
        ("services/risk/tidewaiter_risk/common/lists.py", ""),
        ("services/risk/tidewaiter_risk/lists.py", "class ListManager:\n    pass"),
        ("services/risk/tidewaiter_risk/lists.py", "class RPCHandler:\n    pass"),
        ("services/risk/tidewaiter_risk/lists.py", "class List:\n    async def event_handler(self): ..."),
        ("tests/unit/helpers.py", ""),
    ],
)
def test_a_name_that_fits_anything_is_caught(tmp_path: Path, name: str, text: str) -> None:
    plant(tmp_path, name, text)

    assert 1 == len(list(violations(tmp_path)))


def test_a_forbidden_word_inside_another_is_no_violation(tmp_path: Path) -> None:
    plant(tmp_path, "libs/chassis/tidewaiter_chassis/sqlite.py", "class Database:\n    def score(self): ...")

    assert [] == list(violations(tmp_path))

"""Which files the rules of the house are about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SERVICES = ("intake", "eligibility", "risk", "audit")
WRITTEN = ("libs", "services", "tools", "tests")
GENERATED = ("libs/contracts/tidewaiter", "libs/contracts/buf")
# Made by tools or by running the suite; none of it is committed.
NOT_OURS = frozenset(
    {
        ".git",
        ".venv",
        "build",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tidewaiter",
    }
)


def files(root: Path) -> Iterator[Path]:
    """Every file of the project in a fixed order, generated ones included, caches and builds left out."""
    for path in sorted(root.iterdir()):
        if path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from files(path)
        elif path.is_file():
            yield path


def written_python(root: Path) -> Iterator[Path]:
    """The Python that people wrote: libraries, services, tools and tests."""
    for folder in WRITTEN:
        if (root / folder).is_dir():
            yield from (path for path in files(root / folder) if path.suffix == ".py" and not is_generated(root, path))


def is_generated(root: Path, path: Path) -> bool:
    """Whether the file comes from protos/."""
    return path.relative_to(root).as_posix().startswith(tuple(f"{folder}/" for folder in GENERATED))


def parse(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def plant(root: Path, name: str, text: str) -> Path:
    """Write a file below `root`, so that a test can show a rule what it must catch."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path

"""The project is the same on every machine and on every day: no path, host or promise of its making is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import files, is_generated, plant

RULES: dict[str, re.Pattern[str]] = {
    "a path of one machine": re.compile(r"(?<![\w.~$})-])/(?:[w]ork|[t]mp|[r]oot|[h]ome|[U]sers|[o]pt/wheels)/\w"),
    "a package registry's address": re.compile(
        r"[p]ypi\.(?:org|python)|[p]ythonhosted|[n]pmjs\.(?:org|com)|[c]rates\.io|[p]roxy\.golang|[m]aven\.org|[d]eb\.debian"
        r"|(?<!no-emit)-index-url\b|--find-links"
    ),
    "work left for later": re.compile(r"(?:#|//|--|/\*).*\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError"),
    "a number that only a tracker explains": re.compile(r"\b[Ii]ssue #?\d"),
    "the workplace it was written in": re.compile(r"\.\./\.library|\bshared/(?:design|style|deps|law|peers)\.md"),
}


def test_no_file_speaks_of_its_making(project_root: Path) -> None:
    assert [] == list(violations(project_root))


def violations(root: Path) -> Iterator[str]:
    """Each line that ties the project to a machine, a registry, a tracker or a later day."""
    for path in files(root):
        content = path.read_bytes()
        # This file spells what it forbids; a null byte says that a file is no text.
        if path.name == Path(__file__).name or is_generated(root, path) or b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
            for what, pattern in RULES.items():
                if found := pattern.search(line):
                    yield f"{path.relative_to(root)}:{number}: {what}: {found.group()}"


@pytest.mark.parametrize(
    "line",
    [
        f"data = '/{'work'}/main/data'",
        f"see /{'home'}/ada/notes",
        f"index = https://{'pypi'}.org/simple",
        "uv pip compile --index-url x",
        "x = 1  # TODO: later",
        "raise NotImplementedError",
        "fixed in issue 12",
        "see ../.library/README.md",
    ],
)
def test_a_line_that_speaks_of_its_making_is_caught(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "docs/notes.md", f"Fine.\n{line}\n")

    assert 1 == len(list(violations(tmp_path)))


@pytest.mark.parametrize(
    "line",
    [
        "uv pip compile --no-emit-index-url",
        f"tmpfs: [/{'tmp'}]",
        "currency XXX has no exponent",
        f"a/{'work'}/b",
        "../shared/data",
    ],
)
def test_a_harmless_line_passes(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "docs/notes.md", f"{line}\n")

    assert [] == list(violations(tmp_path))

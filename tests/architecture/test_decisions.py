"""The records of decisions are complete, and no dependency comes in without a word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_dependencies import normal
from tests.architecture.tree import plant

HEADINGS = ["Context", "Decision", "Consequences", "Alternatives"]


def test_each_record_is_whole_numbered_and_listed(project_root: Path) -> None:
    assert [] == list(violations(project_root / "docs" / "decisions"))


def violations(folder: Path) -> Iterator[str]:
    """What is wrong with the records in a folder: a heading, a number, a title, or the list."""
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    for number, record in enumerate(records, start=1):
        text = record.read_text(encoding="utf-8")
        if not record.name.startswith(f"{number:04d}-") or not text.startswith(f"# {number:04d} "):
            yield f"{record.name}: is number {number:04d}, in its name and in its title"
        if HEADINGS != re.findall(r"^## (.+)$", text, re.MULTILINE):
            yield f"{record.name}: has the headings {', '.join(HEADINGS)}, in this order"
        title = text.partition("\n")[0].removeprefix(f"# {number:04d} ")
        if f"| [{number:04d}]({record.name}) | {title} |" not in index:
            yield f"{record.name}: is not in the list under its title"


def test_every_run_time_dependency_has_its_word(project_root: Path) -> None:
    assert [] == list(silent_dependencies(project_root))


def silent_dependencies(root: Path) -> Iterator[str]:
    """Each distribution of others that a member declares and no record names."""
    records = "\n".join(path.read_text(encoding="utf-8") for path in (root / "docs" / "decisions").glob("0*.md"))
    named = {normal(name) for name in re.findall(r"`([A-Za-z0-9._-]+)`", records)}
    for file in sorted([*root.glob("libs/*/pyproject.toml"), *root.glob("services/*/pyproject.toml")]):
        for requirement in tomllib.loads(file.read_text(encoding="utf-8"))["project"].get("dependencies", []):
            name = normal(re.split(r"[^A-Za-z0-9._-]", requirement)[0])
            if not name.startswith("tidewaiter-") and name not in named:
                yield f"{file.parent.name}: {name} is declared, and no record says why"


def test_a_record_that_is_not_whole_is_caught(tmp_path: Path) -> None:
    whole = "\n".join(f"## {heading}\n\nYes.\n" for heading in HEADINGS)
    plant(tmp_path, "README.md", "| [0001](0001-a.md) | A |\n| [0002](0002-b.md) | Other |\n")
    plant(tmp_path, "0001-a.md", f"# 0001 A\n\n{whole}")
    plant(tmp_path, "0002-b.md", f"# 0002 B\n\n{whole}")
    plant(tmp_path, "0004-c.md", "# 0004 C\n\n## Context\n")

    assert [
        "0002-b.md: is not in the list under its title",
        "0004-c.md: is number 0003, in its name and in its title",
        "0004-c.md: has the headings Context, Decision, Consequences, Alternatives, in this order",
        "0004-c.md: is not in the list under its title",
    ] == list(violations(tmp_path))


def test_a_dependency_without_a_word_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "docs/decisions/0001-a.md", "`apsw` is good.")
    plant(
        tmp_path,
        "libs/chassis/pyproject.toml",
        '[project]\nname = "c"\ndependencies = ["apsw>=3", "leftpad==1", "tidewaiter-tlog"]\n',
    )

    assert ["chassis: leftpad is declared, and no record says why"] == list(silent_dependencies(tmp_path))

"""The documents keep their word: links lead somewhere, and commands that they show exist."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import files, plant

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^ *(```|~~~)[^\n]*\n(.*?)^ *\1", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)
SUBCOMMAND = re.compile(r"[a-z][a-z-]*")

Help = Callable[[tuple[str, ...]], str]


def test_every_relative_link_resolves(project_root: Path) -> None:
    assert [] == list(dead_links(project_root))


def test_every_make_target_in_the_documents_exists(project_root: Path) -> None:
    assert [] == list(unknown_targets(project_root))


def test_every_tidewaiter_command_in_the_documents_exists(project_root: Path) -> None:
    assert [] == list(unknown_commands(project_root, help_of_installed_command))


def documents(root: Path) -> Iterator[Path]:
    """Every Markdown file of the project."""
    return (path for path in files(root) if path.suffix == ".md")


def dead_links(root: Path) -> Iterator[str]:
    """Each relative link whose file or heading is not there."""
    for document in documents(root):
        prose = FENCE.sub("", document.read_text(encoding="utf-8"))
        for link in LINK.findall(prose):
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (document.parent / name) if name else document
            if not target.exists():
                yield f"{document.relative_to(root)}: {link} leads nowhere"
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                yield f"{document.relative_to(root)}: {link}: no such heading"


def anchors(document: Path) -> set[str]:
    """The headings of a document as links spell them."""
    prose = FENCE.sub("", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(prose)}


def commands(root: Path, program: str) -> Iterator[tuple[str, list[str]]]:
    """Each line of a code fence that runs `program`, as the document's name and the words after the program's."""
    for document in documents(root):
        for _, block in FENCE.findall(document.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                words = line.strip().removeprefix("$ ").split("#")[0].split()
                if words[:1] == [program]:
                    yield document.relative_to(root).as_posix(), words[1:]


def unknown_targets(root: Path) -> Iterator[str]:
    """Each `make` line that names a target which the Makefile lacks."""
    makefile = root / "Makefile"
    known = set(TARGET.findall(makefile.read_text(encoding="utf-8"))) if makefile.exists() else set()
    for document, words in commands(root, "make"):
        for word in words:
            if SUBCOMMAND.fullmatch(word) and word not in known:
                yield f"{document}: make {word}: no such target"


def unknown_commands(root: Path, help_of: Help) -> Iterator[str]:
    """Each `tidewaiter` line whose subcommand or option the program's own help does not know."""
    for document, words in commands(root, "tidewaiter"):
        path = subcommand(words, help_of)
        if not path and words and not words[0].startswith("-"):
            yield f"{document}: tidewaiter {words[0]}: no such command"
            continue
        known = set(re.findall(r"--[a-z][a-z-]*", help_of(path)))
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", " ".join(words)):
            if option not in known:
                yield f"{document}: tidewaiter {' '.join(path)}: no option {option}"


def subcommand(words: list[str], help_of: Help) -> tuple[str, ...]:
    """The longest run of first words that the program lists as commands, each in the help of the one before."""
    path: tuple[str, ...] = ()
    for word in words:
        if not SUBCOMMAND.fullmatch(word) or not re.search(rf"^\W*{word}\b", help_of(path), re.MULTILINE):
            break
        path = (*path, word)
    return path


def help_of_installed_command(path: tuple[str, ...], *, seen: dict[tuple[str, ...], str] = {}) -> str:  # noqa: B006
    """What `tidewaiter <path> --help` prints; asked once for each path, since each asking starts a process."""
    if path not in seen:
        finished = subprocess.run(
            [sys.executable, "-m", "tidewaiter_cli", *path, "--help"],
            capture_output=True,
            text=True,
            check=True,
            env={"COLUMNS": "200", "NO_COLOR": "1"},
        )
        seen[path] = finished.stdout
    return seen[path]


def help_of_example(path: tuple[str, ...]) -> str:
    """The help of a small program, with the frame that the real one draws around its commands."""
    return {
        (): "Usage: tidewaiter COMMAND\n│ file  Stream a manifest.\n│ log   Judge the log.\n│ --help",
        ("file",): "Usage: tidewaiter file MANIFEST\n│ --out  Where the answers go.",
        ("log",): "Usage: tidewaiter log COMMAND\n│ verify  Judge a receipt.",
        ("log", "verify"): "Usage: tidewaiter log verify RECEIPT\n│ --key  Whose log.",
    }[path]


@pytest.mark.parametrize(
    "line",
    ["file manifest.jsonl --out out.jsonl", "log verify r.txt --key log.pub", "--help", "file - # standard input"],
)
def test_a_known_command_passes(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "README.md", f"```console\n$ tidewaiter {line}\n```\n")

    assert [] == list(unknown_commands(tmp_path, help_of_example))


@pytest.mark.parametrize("line", ["fly m.jsonl", "file m.jsonl --colour red", "log verify \\\n  r.txt --sign"])
def test_an_unknown_command_or_option_is_caught(tmp_path: Path, line: str) -> None:
    plant(tmp_path, "docs/use.md", f"```\ntidewaiter {line}\n```\n")

    assert 1 == len(list(unknown_commands(tmp_path, help_of_example)))


def test_an_unknown_target_is_caught_and_a_known_one_is_not(tmp_path: Path) -> None:
    plant(tmp_path, "Makefile", "test: setup\nBIN := x\n")
    plant(tmp_path, "README.md", "```sh\nmake test ONLY=append\nmake bin\nmake fly\n```\n")

    assert ["README.md: make bin: no such target", "README.md: make fly: no such target"] == list(
        unknown_targets(tmp_path)
    )


def test_a_dead_link_and_a_dead_anchor_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "docs/a.md", "# A `b` title\n\n```\n[not a link](gone.md)\n```\n")
    plant(
        tmp_path,
        "README.md",
        "[a](docs/a.md) [b](docs/a.md#a-b-title) [c](https://example.org)\n"
        "[d](docs/gone.md) [e](docs/a.md#gone) [f](#none)\n",
    )

    assert [
        "README.md: docs/gone.md leads nowhere",
        "README.md: docs/a.md#gone: no such heading",
        "README.md: #none: no such heading",
    ] == list(dead_links(tmp_path))

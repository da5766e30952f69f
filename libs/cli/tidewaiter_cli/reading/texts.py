"""Texts in a file, such as descriptions of goods or names: one a line, a column of a table, or a key of objects."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.typed import STANDARD_INPUT

_LINE_CHARACTERS_MAX: Final = 1_000_000


def texts_in(path: Path, names: Sequence[str]) -> Iterator[str]:
    """Each text in its order, read as they are asked for; blank ones too, so that lines and answers match.

    `.csv` has a header with a column of one of the `names`, the first of them that is there, `.jsonl` objects with such
    a key; anything else is one text a line. Bytes that are not UTF-8 are shown as such. Stop when the file cannot be
    read, or has no such column or key.
    """
    with _opened(path) as file:
        if path.suffix == ".csv":
            yield from _of_table(path, file, names)
        elif path.suffix in (".jsonl", ".ndjson"):
            yield from _of_objects(path, file, names)
        else:
            yield from (line.rstrip("\r\n") for line in _lines(file))


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        if path == Path(STANDARD_INPUT):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream
            yield sys.stdin
            return
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            yield file
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.", advice="Check the path.") from error


def _lines(file: TextIO) -> Iterator[str]:
    """Lines, of which an endless one is cut: no more of it is looked at anyway."""
    while line := file.readline(_LINE_CHARACTERS_MAX):
        yield line
        while line and not line.endswith("\n") and len(line) == _LINE_CHARACTERS_MAX:
            line = file.readline(_LINE_CHARACTERS_MAX)


def _of_table(path: Path, file: TextIO, names: Sequence[str]) -> Iterator[str]:
    reader = csv.DictReader(file)
    column = _named(path, reader.fieldnames or (), names)
    try:
        for row in reader:
            yield row[column] or ""
    except csv.Error as error:
        raise Stop(f"{path} line {reader.line_num}: {error}.", advice="Write the table as RFC 4180 has it.") from error


def _of_objects(path: Path, file: TextIO, names: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            held = json.loads(line)
        except (ValueError, RecursionError):
            held = None
        if not isinstance(held, dict):
            raise Stop(f"{path} line {number}: is no JSON object.")
        yield str(held[_named(path, held, names)])


def _named(path: Path, held: Iterable[str], names: Sequence[str]) -> str:
    given = list(held)
    for name in names:
        if name in given:
            return name
    raise Stop(f"{path} has none of {', '.join(names)}; it has {', '.join(given) or 'nothing'}.")

"""A delimited file, row by row: damage stays in its row and is reported there. Never raises for any content."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tidewaiter_screening.lists.entry import Damage, DamageCode

END_BYTE = b"\x1a"

_ROW_LINES_MAX = 64
"""A quoted field may run over several lines; one that runs over more than this was never closed."""


class Row(NamedTuple):
    """One row: the number of its first line, from 1, and its fields, blanks around them gone."""

    line: int
    fields: tuple[str, ...]


def decoded(raw: bytes, *, file: str, line: int, damages: list[Damage]) -> str:
    """The text of a row: UTF-8, or else Windows-1252 with a damage reported."""
    if END_BYTE in raw:
        damages.append(Damage(file, line, DamageCode.DATA_AFTER_END))
        raw = raw.replace(END_BYTE, b"")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        damages.append(Damage(file, line, DamageCode.ENCODING))
        return raw.decode("cp1252", errors="replace")
    if "\ufffd" in text:
        damages.append(Damage(file, line, DamageCode.ENCODING))
    return text


def rows(
    content: bytes, *, file: str, delimiter: str, columns: int, damages: list[Damage], mend: bool = False
) -> Iterator[Row]:
    """The rows of a file in order. A row may run over lines inside quotes; one left open costs its first line only.

    A row with another number of columns or with broken quotes is reported, and left out unless `mend`: then it is
    read as far as it goes, and what is absent at its end is empty.
    """
    lines = content.split(b"\n")
    place = 0
    while place < len(lines):
        number, place = place + 1, place + 1
        raw = lines[number - 1]
        if not raw.strip():
            continue
        if raw.count(b'"') % 2:
            end = _closing(lines, place)
            if end:
                raw = b"\n".join((raw, *lines[place:end]))
                place = end
        text = decoded(raw.rstrip(b"\r"), file=file, line=number, damages=damages)
        fields = _fields(text, delimiter)
        if fields is None or len(fields) != columns:
            damages.append(Damage(file, number, DamageCode.QUOTING if fields is None else DamageCode.COLUMNS))
            fields = _mended(text, delimiter, columns) if mend else None
        if fields is not None:
            yield Row(number, fields)


def _closing(lines: Sequence[bytes], place: int) -> int:
    """Where the row that is open at `place` ends; 0 when it is never closed, or only by another row's quotes."""
    for end in range(place, min(len(lines), place + _ROW_LINES_MAX)):
        if lines[end].count(b'"') % 2:
            return end + 1
    return 0


def _mended(line: str, delimiter: str, columns: int) -> tuple[str, ...] | None:
    fields = _fields(line, delimiter, strict=False)
    return None if fields is None else (*fields[:columns], *[""] * (columns - len(fields)))


def _fields(line: str, delimiter: str, *, strict: bool = True) -> tuple[str, ...] | None:
    try:
        fields = next(csv.reader((line,), strict=strict, delimiter=delimiter))
    except (csv.Error, StopIteration):
        return None
    return tuple([field.strip() for field in fields])


def header_of(content: bytes, *, delimiter: str) -> tuple[str, ...]:
    """The column names of a file's first line, in lower case; empty when it cannot be read."""
    first = content.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    fields = _fields(first.decode("utf-8", errors="replace"), delimiter)
    return tuple(field.lower() for field in fields or ())


def headed_rows(
    content: bytes, *, file: str, delimiter: str, damages: list[Damage]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows below a header, each with its line and its fields by column name in lower case.

    A damaged row is read as far as it goes: a listed name too many is a question, one too few is a clearance.
    """
    header = header_of(content, delimiter=delimiter)
    below = b"\n" + content.partition(b"\n")[2]
    for row in rows(below, file=file, delimiter=delimiter, columns=len(header), damages=damages, mend=True):
        yield row.line, dict(zip(header, row.fields, strict=True))

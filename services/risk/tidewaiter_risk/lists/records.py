"""One list's files, line by line: every record is one line, so damage stays in its line and is reported there.

The format is that of the Office of Foreign Assets Control's delimited files (SDN.CSV, ALT.CSV, ADD.CSV): no
header, comma-separated, text quoted, `-0-` for null, one record a line, the byte 0x1A at the end.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

END_BYTE = b"\x1a"
NULL = "-0-"

_ENTRY_ID = re.compile(r"[0-9]{1,18}")


class DamageCode(Enum):
    """What is wrong with a line, or with a file as a whole."""

    FILE_MISSING = "FILE_MISSING"
    """The file is not there; nothing of it was read."""
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    """The file is over the bound in bytes; nothing of it was read."""
    END_BYTE_ABSENT = "END_BYTE_ABSENT"
    """The file does not end with 0x1A: it may have been cut off. What is there was read."""
    DATA_AFTER_END = "DATA_AFTER_END"
    """0x1A stands inside the line: the line was read without it."""
    ENCODING = "ENCODING"
    """The line is not UTF-8: it was read as Windows-1252. Or it holds U+FFFD: a letter was lost before us."""
    QUOTING = "QUOTING"
    """Quotes are not closed or stand inside a field, or a field is over 131,072 characters: it was left out."""
    COLUMNS = "COLUMNS"
    """The line has another number of columns than the format: it was left out."""
    ENTRY_ID = "ENTRY_ID"
    """The entry's id is not a number of 1 to 18 digits: the line was left out."""
    NAME_EMPTY = "NAME_EMPTY"
    """The name is null or holds neither letter nor digit, so nothing can match it: it was left out."""
    ENTRY_REPEATED = "ENTRY_REPEATED"
    """The id was used by an earlier line, which stands; this one was left out."""
    ORPHAN = "ORPHAN"
    """The alias or address belongs to an entry that the list does not have: it was left out."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: `line` counts from 1, 0 when it concerns the whole file. `entry_id` is empty when unknown."""

    file: str
    line: int
    code: DamageCode
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One line: its number from 1 and its fields, null as the empty text."""

    line: int
    fields: tuple[str, ...]


def read_records(content: bytes, *, file: str, columns: int, damages: list[Damage]) -> Iterator[Record]:
    """The records of one file in order, what is wrong appended to `damages`. Never raises for any content."""
    body = content.rstrip(b"\r\n")
    if body.endswith(END_BYTE):
        body = body[: -len(END_BYTE)]
    else:
        damages.append(Damage(file, 0, DamageCode.END_BYTE_ABSENT))
    for number, raw in enumerate(body.split(b"\n"), start=1):
        if not raw.strip():
            continue
        text = _decoded(raw.rstrip(b"\r"), file=file, line=number, damages=damages)
        fields = _fields(text)
        if fields is None:
            damages.append(Damage(file, number, DamageCode.QUOTING))
        elif len(fields) != columns:
            damages.append(Damage(file, number, DamageCode.COLUMNS))
        elif not _ENTRY_ID.fullmatch(fields[0]):
            damages.append(Damage(file, number, DamageCode.ENTRY_ID))
        else:
            yield Record(number, fields)


def _decoded(raw: bytes, *, file: str, line: int, damages: list[Damage]) -> str:
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


def _fields(line: str) -> tuple[str, ...] | None:
    try:
        fields = next(csv.reader((line,), strict=True))
    except (csv.Error, StopIteration):
        return None
    return tuple("" if (field := raw.strip()) == NULL else field for raw in fields)

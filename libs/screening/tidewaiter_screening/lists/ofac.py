"""The lists of the Office of Foreign Assets Control, each in its three delimited files.

The Specially Designated Nationals list is SDN.CSV, ALT.CSV and ADD.CSV; the consolidated list of the others is
CONS_PRIM.CSV, CONS_ALT.CSV and CONS_ADD.CSV. No header, comma-separated, text quoted, `-0-` for null, one record a
line, the byte 0x1A at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode, Entry, Reading
from tidewaiter_screening.lists.rows import END_BYTE, Row, rows
from tidewaiter_screening.words import has_word

TRIPLES: Final = (("sdn.csv", "alt.csv", "add.csv"), ("cons_prim.csv", "cons_alt.csv", "cons_add.csv"))
"""Entries, aliases, addresses: the names of the three files of either list, in lower case."""

_NULL: Final = "-0-"
_ENTRY_ID = re.compile(r"[0-9]{1,18}")
_WEAK_ALIAS = re.compile(r"a\.k\.a\. '([^']{1,200})'")
_ENTRY_COLUMNS, _ALIAS_COLUMNS, _ADDRESS_COLUMNS = 12, 5, 6


def read_triple(files: Mapping[str, bytes | None], triple: tuple[str, str, str] = TRIPLES[0]) -> Reading:
    """The entries with their aliases and addresses; a file that is None or absent counts as missing.

    The names in the remarks ("a.k.a. 'PAT'") are aliases that the publisher calls weak.
    Never raises for any content, and never loses a line silently: each is in an entry or in the damages.
    """
    entries_file, aliases_file, addresses_file = triple
    damages = [Damage(file, 0, DamageCode.FILE_MISSING) for file in triple if files.get(file) is None]
    heads: dict[str, Entry] = {}
    for row in _records(files.get(entries_file), entries_file, _ENTRY_COLUMNS, damages):
        number, name, kind, programs = row.fields[:4]
        if number in heads:
            damages.append(Damage(entries_file, row.line, DamageCode.ENTRY_REPEATED, number))
        elif not has_word(name):
            damages.append(Damage(entries_file, row.line, DamageCode.NAME_EMPTY, number))
        else:
            weak = tuple(Alias(alias, weak=True) for alias in _WEAK_ALIAS.findall(row.fields[11]) if has_word(alias))
            # Several programmes are written "SDGT] [IFSR": the outer brackets are left to the reader.
            program = "; ".join(programs.split("] ["))
            heads[number] = Entry(number, name, kind=kind or "entity", program=program, aliases=weak)
    aliases: dict[str, list[Alias]] = {}
    for row in _children(files.get(aliases_file), aliases_file, _ALIAS_COLUMNS, heads, damages):
        if has_word(row.fields[3]):
            aliases.setdefault(row.fields[0], []).append(Alias(row.fields[3]))
        else:
            damages.append(Damage(aliases_file, row.line, DamageCode.NAME_EMPTY, row.fields[0]))
    addresses: dict[str, list[Address]] = {}
    for row in _children(files.get(addresses_file), addresses_file, _ADDRESS_COLUMNS, heads, damages):
        addresses.setdefault(row.fields[0], []).append(Address(*row.fields[2:5]))
    entries = tuple(
        entry._replace(aliases=(*aliases.get(number, ()), *entry.aliases), addresses=tuple(addresses.get(number, ())))
        for number, entry in heads.items()
    )
    return Reading(entries, tuple(damages))


def _children(
    content: bytes | None, file: str, columns: int, heads: Mapping[str, Entry], damages: list[Damage]
) -> Iterator[Row]:
    for row in _records(content, file, columns, damages):
        if row.fields[0] in heads:
            yield row
        else:
            damages.append(Damage(file, row.line, DamageCode.ORPHAN, row.fields[0]))


def _records(content: bytes | None, file: str, columns: int, damages: list[Damage]) -> Iterator[Row]:
    if content is None:
        return
    body = content.rstrip(b"\r\n")
    if body.endswith(END_BYTE):
        body = body[: -len(END_BYTE)]
    else:
        damages.append(Damage(file, 0, DamageCode.END_BYTE_ABSENT))
    for row in rows(body, file=file, delimiter=",", columns=columns, damages=damages):
        if _ENTRY_ID.fullmatch(row.fields[0]):
            yield Row(row.line, tuple(["" if field == _NULL else field for field in row.fields]))
        else:
            damages.append(Damage(file, row.line, DamageCode.ENTRY_ID))

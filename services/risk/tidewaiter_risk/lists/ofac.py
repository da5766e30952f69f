"""A list in the official format of the Specially Designated Nationals list, read from its three files.

Not read: the weak aliases that the publisher writes into the remarks ("a.k.a. 'PAT'"). They are nicknames, and
the publisher itself does not expect them to be screened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tidewaiter_risk.lists.records import Damage, DamageCode, read_records
from tidewaiter_risk.names import name_key

ENTRIES_FILE, ALIASES_FILE, ADDRESSES_FILE = "sdn.csv", "alt.csv", "add.csv"
FILES = (ENTRIES_FILE, ALIASES_FILE, ADDRESSES_FILE)

_PLAIN_LETTER = re.compile("[A-Za-z0-9]")
_ENTRY_COLUMNS, _ALIAS_COLUMNS, _ADDRESS_COLUMNS = 12, 5, 6


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a listed party, as written."""

    street: str
    city: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One listed party. `kind` is individual, vessel, aircraft, or empty for everything else."""

    entry_id: str
    name: str
    kind: str
    program: str
    aliases: tuple[str, ...]
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple:
    """What was read of the three files, in the order of the first, and everything that was wrong with them."""

    entries: tuple[Entry, ...]
    damages: tuple[Damage, ...]


def read_triple(files: Mapping[str, bytes | None]) -> Triple:
    """The entries with their aliases and addresses; a file that is None counts as missing.

    Never raises for any content, and never loses a line silently: each is in an entry or in the damages.
    """
    damages = [Damage(file, 0, DamageCode.FILE_MISSING) for file in FILES if files.get(file) is None]
    heads = _heads(files.get(ENTRIES_FILE), damages)
    aliases: dict[str, list[str]] = {}
    for number, _, _, alias, _ in _children(files.get(ALIASES_FILE), ALIASES_FILE, _ALIAS_COLUMNS, heads, damages):
        aliases.setdefault(number, []).append(alias)
    addresses: dict[str, list[Address]] = {}
    for number, _, street, city, country, _ in _children(
        files.get(ADDRESSES_FILE), ADDRESSES_FILE, _ADDRESS_COLUMNS, heads, damages
    ):
        addresses.setdefault(number, []).append(Address(street, city, country))
    entries = tuple(
        Entry(
            entry_id=number,
            name=name,
            kind=kind,
            program=program,
            aliases=tuple(aliases.get(number, ())),
            addresses=tuple(addresses.get(number, ())),
        )
        for number, (name, kind, program) in heads.items()
    )
    return Triple(entries=entries, damages=tuple(damages))


def _heads(content: bytes | None, damages: list[Damage]) -> dict[str, tuple[str, str, str]]:
    heads: dict[str, tuple[str, str, str]] = {}
    if content is None:
        return heads
    for record in read_records(content, file=ENTRIES_FILE, columns=_ENTRY_COLUMNS, damages=damages):
        number, name, kind, programs = record.fields[:4]
        if number in heads:
            damages.append(Damage(ENTRIES_FILE, record.line, DamageCode.ENTRY_REPEATED, number))
        elif not _can_be_matched(name):
            damages.append(Damage(ENTRIES_FILE, record.line, DamageCode.NAME_EMPTY, number))
        else:
            # Several programmes are written "SDGT] [IFSR": the outer brackets are left to the reader.
            heads[number] = (name, kind, "; ".join(programs.split("] [")))
    return heads


def _children(
    content: bytes | None,
    file: str,
    columns: int,
    heads: Mapping[str, object],
    damages: list[Damage],
) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    if content is None:
        return rows
    for record in read_records(content, file=file, columns=columns, damages=damages):
        if record.fields[0] not in heads:
            damages.append(Damage(file, record.line, DamageCode.ORPHAN, record.fields[0]))
        elif file == ALIASES_FILE and not _can_be_matched(record.fields[3]):
            damages.append(Damage(file, record.line, DamageCode.NAME_EMPTY, record.fields[0]))
        else:
            rows.append(record.fields)
    return rows


def _can_be_matched(name: str) -> bool:
    # Nearly every name is plain, and its key is made later, once, for the index.
    return _PLAIN_LETTER.search(name) is not None or bool(name_key(name).key)

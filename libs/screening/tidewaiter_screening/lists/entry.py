"""The nouns of a list: who stands on it, and what is wrong with its files."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Address(NamedTuple):
    """One address of a listed party, as written; what is not given is empty."""

    street: str
    city: str
    country: str


class Alias(NamedTuple):
    """Another name of a listed party. `weak` when its publisher says that it identifies badly."""

    name: str
    weak: bool = False


class Entry(NamedTuple):
    """One listed party. `entry_id` is unique within its list.

    `kind` is individual, entity, vessel or aircraft, or empty when the list does not say.
    `countries` are those of its nationality or citizenship, as written, beside those of its addresses.
    """

    entry_id: str
    name: str
    kind: str = ""
    program: str = ""
    aliases: tuple[Alias, ...] = ()
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()


class DamageCode(Enum):
    """What is wrong with a row, or with a file as a whole."""

    FILE_MISSING = "FILE_MISSING"
    """The file is not there; nothing of it was read."""
    FILE_EMPTY = "FILE_EMPTY"
    """The file holds no byte but blanks."""
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    """The file is over the bound in bytes; nothing of it was read."""
    FILE_UNREADABLE = "FILE_UNREADABLE"
    """The operating system refused to read the file; nothing of it was read."""
    END_BYTE_ABSENT = "END_BYTE_ABSENT"
    """The file does not end with 0x1A, or not with its closing element: it may have been cut off. What is there was
    read."""
    DATA_AFTER_END = "DATA_AFTER_END"
    """0x1A stands inside the row: the row was read without it."""
    ENCODING = "ENCODING"
    """The row is not UTF-8: it was read as Windows-1252. Or it holds U+FFFD: a letter was lost before us."""
    QUOTING = "QUOTING"
    """Quotes are not closed or stand inside a field, or a field is over 131,072 characters. A row of a
    file without a header was left out; one below a header was read as far as it goes."""
    COLUMNS = "COLUMNS"
    """The row has another number of columns than the format, or its header. A row of a file without a header was
    left out; one below a header was read as far as it goes."""
    ENTRY_ID = "ENTRY_ID"
    """The entry's id is absent, or not of the form that the list uses: the row was left out."""
    NAME_EMPTY = "NAME_EMPTY"
    """The name is null or holds neither letter nor digit, so nothing can match it: it was left out."""
    ENTRY_REPEATED = "ENTRY_REPEATED"
    """The id was used by an earlier row, which stands; this one was left out."""
    ORPHAN = "ORPHAN"
    """The alias or address belongs to an entry that the list does not have: it was left out."""
    DATE = "DATE"
    """A date is impossible or cannot be read, or an order expires before it takes effect: the row stands."""
    MARKUP = "MARKUP"
    """The element is not well formed: it was left out."""


class Damage(NamedTuple):
    """One damage: `line` counts from 1, 0 when it concerns the whole file. `entry_id` is empty when unknown."""

    file: str
    line: int
    code: DamageCode
    entry_id: str = ""


class Reading(NamedTuple):
    """What was read of a list's files, in their order, and everything that was wrong with them.

    `published` is the day that the list itself gives for its making, as written; empty when it gives none.
    """

    entries: tuple[Entry, ...]
    damages: tuple[Damage, ...]
    published: str = ""

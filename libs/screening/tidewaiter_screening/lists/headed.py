"""The lists that come as one delimited file with a header: each format is known by its columns.

The Consolidated Screening List with and without the column `_id`, the Denied Persons List of the Bureau of Industry
and Security (tab-separated), the Entity List under the Uyghur Forced Labor Prevention Act, and the withhold release
orders of Customs and Border Protection.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, NamedTuple

from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode, Entry, Reading
from tidewaiter_screening.lists.rows import headed_rows, header_of
from tidewaiter_screening.words import has_word

Fields = Mapping[str, str]

_AMERICAN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_YEARS: Final = range(1900, 2200)
_SOURCE_CODE = re.compile(r"\(([A-Z][A-Za-z -]{1,20})\)")
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")


class HeadedFormat(NamedTuple):
    """One format: the columns that tell it, how its fields are parted, how a row is read, which columns are days."""

    columns: frozenset[str]
    delimiter: str
    entry: Callable[[Fields], Entry]
    days: tuple[str, ...] = ()
    term: tuple[str, str] = ("", "")
    """The columns of the day on which an order takes effect and of that on which it ends."""


def headed_format(content: bytes) -> HeadedFormat | None:
    """The format whose columns the first line names; None when it names none of them."""
    for one in FORMATS:
        if one.columns <= set(header_of(content, delimiter=one.delimiter)):
            return one
    return None


def read_headed(content: bytes, layout: HeadedFormat, *, file: str) -> Reading:
    """The entries in the order of their rows. A row whose dates are wrong stands, and is reported."""
    damages: list[Damage] = []
    entries: dict[str, Entry] = {}
    for line, fields in headed_rows(content, file=file, delimiter=layout.delimiter, damages=damages):
        entry = layout.entry(fields)
        if not has_word(entry.name):
            damages.append(Damage(file, line, DamageCode.NAME_EMPTY, entry.entry_id))
            continue
        if entry.entry_id in entries:
            damages.append(Damage(file, line, DamageCode.ENTRY_REPEATED, entry.entry_id))
            continue
        if not _days_possible(fields, layout):
            damages.append(Damage(file, line, DamageCode.DATE, entry.entry_id))
        entries[entry.entry_id] = entry
    return Reading(tuple(entries.values()), tuple(damages))


def day_of(text: str) -> date | None:
    """A day written 2026-02-28 or 02/28/2026; None when there is no such day in the years that a list can mean."""
    american = _AMERICAN_DAY.fullmatch(text)
    try:
        if american:
            month, number, year = (int(part) for part in american.groups())
            day = date(year, month, number)
        else:
            day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def _days_possible(fields: Fields, layout: HeadedFormat) -> bool:
    if any(fields.get(column) and day_of(fields[column]) is None for column in layout.days):
        return False
    begin, end = (day_of(fields.get(column, "")) for column in layout.term)
    return begin is None or end is None or begin <= end


def _derived_id(*parts: str) -> str:
    """An id for a row of a list that gives none: the same row has the same id in every version of the list."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _consolidated(fields: Fields) -> Entry:
    source = fields["source"]
    code = _SOURCE_CODE.search(source)
    number = fields.get("_id") or fields.get("entity_number", "")
    name, addresses = fields["name"], fields.get("addresses", "")
    countries = (fields.get("citizenships", ""), fields.get("nationalities", ""))
    return Entry(
        # One party can stand on two of the lists that this file joins, under one number.
        entry_id=f"{code.group(1) if code else 'CSL'}/{number or _derived_id(source, name, addresses)}",
        name=name,
        kind=fields.get("type", "").lower(),
        program="; ".join(filter(None, (source, fields.get("programs", "")))),
        aliases=_aliases(fields.get("alt_names", ""), ";"),
        addresses=tuple(_address(one.strip()) for one in addresses.split(";") if one.strip()),
        countries=tuple(one.strip() for many in countries for one in many.split(";") if one.strip()),
    )


def _address(text: str) -> Address:
    before, comma, last = text.rpartition(",")
    if not comma or not _COUNTRY_CODE.fullmatch(last.strip()):
        return Address(text, "", "")
    parts = [part.strip() for part in before.split(",") if part.strip()]
    # The postal code stands after the city, which is the last part with no digit in it.
    city = next((part for part in reversed(parts[1:]) if part.replace(" ", "").replace("-", "").isalpha()), "")
    return Address(before.strip(), city, last.strip())


def _denied_person(fields: Fields) -> Entry:
    name, street, city = fields["name"], fields["street_address"], fields.get("city", "")
    state, country = fields.get("state", ""), fields.get("country", "")
    ends = fields.get("expiration_date", "")
    return Entry(
        entry_id=_derived_id(name, street, city, fields.get("effective_date", "")),
        name=name,
        program=f"Denied Persons, order ends {ends}" if ends else "Denied Persons",
        addresses=(Address(street, city, country or ("US" if state else "")),),
    )


def _forced_labour(fields: Fields) -> Entry:
    name = fields["name"]
    return Entry(
        entry_id=_derived_id(name),
        name=name,
        kind="entity",
        program="UFLPA",
        aliases=_aliases(fields["aliases"], "|"),
    )


def _withhold_release(fields: Fields) -> Entry:
    country = fields["country"]
    return Entry(
        entry_id=_derived_id(fields["entity"], country, fields["effective_date"]),
        name=fields["entity"],
        kind="entity",
        program=fields["type"],
        countries=(country,) if country else (),
    )


def _aliases(text: str, parting: str) -> tuple[Alias, ...]:
    return tuple(Alias(one.strip()) for one in text.split(parting) if has_word(one))


FORMATS: Final = (
    HeadedFormat(
        frozenset({"source", "entity_number", "name", "alt_names"}),
        ",",
        _consolidated,
        days=("start_date", "end_date"),
        term=("start_date", "end_date"),
    ),
    HeadedFormat(
        frozenset({"name", "street_address", "effective_date", "expiration_date", "fr_citation"}),
        "\t",
        _denied_person,
        days=("effective_date", "expiration_date", "last_update"),
        term=("effective_date", "expiration_date"),
    ),
    HeadedFormat(frozenset({"name", "aliases", "effective_date"}), ",", _forced_labour, days=("effective_date",)),
    HeadedFormat(
        frozenset({"entity", "country", "effective_date", "type"}), ",", _withhold_release, days=("effective_date",)
    ),
)
"""Every format with a header, the one with the most telling columns first."""

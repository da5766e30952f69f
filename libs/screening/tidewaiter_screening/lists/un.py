"""The United Nations Security Council Consolidated List, in its XML.

Read element by element: one that is not well formed is reported with its line and costs no other. No document type
is read, so an entity that a file declares for itself expands to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from tidewaiter_screening.lists.entry import Address, Alias, Damage, DamageCode, Entry, Reading
from tidewaiter_screening.lists.rows import decoded
from tidewaiter_screening.words import has_word

ROOT: Final = b"<CONSOLIDATED_LIST"

_START = re.compile(rb"<(INDIVIDUAL|ENTITY)>")
_MADE = re.compile(rb'dateGenerated="([0-9T:.Z-]{10,30})"')
_GIVEN: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_WEAK: Final = "low"


def read_un(content: bytes, *, file: str) -> Reading:
    """The individuals and entities in their order, by reference number such as QDi.001."""
    damages: list[Damage] = []
    if not content.rstrip().endswith(b"</CONSOLIDATED_LIST>"):
        damages.append(Damage(file, 0, DamageCode.END_BYTE_ABSENT))
    made = _MADE.search(content[:4096])
    entries: dict[str, Entry] = {}
    for line, element in _elements(content, file, damages):
        entry = _entry(element)
        if not entry.entry_id:
            damages.append(Damage(file, line, DamageCode.ENTRY_ID))
        elif not has_word(entry.name):
            damages.append(Damage(file, line, DamageCode.NAME_EMPTY, entry.entry_id))
        elif entry.entry_id in entries:
            damages.append(Damage(file, line, DamageCode.ENTRY_REPEATED, entry.entry_id))
        else:
            entries[entry.entry_id] = entry
    return Reading(tuple(entries.values()), tuple(damages), made.group(1).decode() if made else "")


def _elements(content: bytes, file: str, damages: list[Damage]) -> Iterator[tuple[int, ElementTree.Element]]:
    starts = list(_START.finditer(content))
    line = counted = 0
    for number, start in enumerate(starts):
        line += content.count(b"\n", counted, start.start())
        counted = start.start()
        until = starts[number + 1].start() if number + 1 < len(starts) else len(content)
        closing = b"</" + start.group(1) + b">"
        end = content.find(closing, start.end(), until)
        raw = content[start.start() : end + len(closing)] if end >= 0 else b""
        try:
            element = ElementTree.fromstring(decoded(raw, file=file, line=line + 1, damages=damages))
        except ElementTree.ParseError:
            damages.append(Damage(file, line + 1, DamageCode.MARKUP))
            continue
        yield line + 1, element


def _entry(element: ElementTree.Element) -> Entry:
    prefix = element.tag
    original = _text(element, "NAME_ORIGINAL_SCRIPT")
    aliases = [
        Alias(name, weak=_text(alias, "QUALITY").lower() == _WEAK)
        for alias in element.iterfind(f"{prefix}_ALIAS")
        if has_word(name := _text(alias, "ALIAS_NAME"))
    ]
    addresses = [
        Address(_text(one, "STREET"), _text(one, "CITY"), _text(one, "COUNTRY"))
        for one in element.iterfind(f"{prefix}_ADDRESS")
    ]
    nationalities = (value.text or "" for value in element.iterfind("NATIONALITY/VALUE"))
    return Entry(
        entry_id=_text(element, "REFERENCE_NUMBER"),
        name=" ".join(filter(None, (_text(element, given) for given in _GIVEN))),
        kind=prefix.lower(),
        program=_text(element, "UN_LIST_TYPE"),
        aliases=((Alias(original),) if has_word(original) else ()) + tuple(aliases),
        addresses=tuple(one for one in addresses if any(one)),
        countries=tuple(country.strip() for country in nationalities if country.strip()),
    )


def _text(element: ElementTree.Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())

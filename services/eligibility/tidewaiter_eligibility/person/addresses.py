"""The street line and the postal code of an address, and what of them two filers would write alike.

Street words after USPS Publication 28 (appendix C1 suffixes, C2 unit designators, section 28 on boxes and routes). A
table of words decides and not a trained parser: the same line gives the same key in every release.
"""

from __future__ import annotations

import re

from msgspec import Struct

from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person.basis import (
    BOX,
    LATER_LINE,
    STATE_AND_ZIP,
    STREET_FORMS,
    UNIT,
    ZIP_CUT,
    ZIP_ZERO,
    Basis,
)
from tidewaiter_eligibility.person.street_words import (
    DIRECTIONS,
    NAMED_BY_NUMBER,
    NUMBERED_UNITS,
    PLAIN_UNITS,
    ROUTES,
    SPELT_NUMBERS,
    STREET_WORDS,
    SUFFIXES,
    UNIT_WORDS,
)
from tidewaiter_eligibility.person.words import as_number, plain, words_of

_ZIP = re.compile(r"([0-9]{5})(?:[ -]?[0-9]{4})?")
_ZIP_WITHOUT_ZERO = re.compile(r"([0-9]{4})(?:-[0-9]{4})?")
_STATE_AND_ZIP = re.compile(r"[\s,]+[a-z]{2}\.?[\s,]+([0-9]{5})(?:-[0-9]{4})?\s*(?:,?\s*(?:usa?|u\.s\.a?\.?))?\s*$")
_ENDS_OF_COUNTRY = frozenset(("sa", "us", "a.", "s."))
_HYPHEN_IN_NUMBER = re.compile(r"(?<=[0-9])-(?=[0-9]|[a-z]\b)|(?<=\b[a-z])-(?=[0-9])")
_SIGN_OF_NUMBER = re.compile(r"(\b(?:box|rr|rt|rte|route|hc))\s*#")
_BOX = re.compile(r"\b(?:p ?o ?box|post (?:office|ofc) box|pob)\b")
_RURAL = re.compile(r"\b(?:rural rt|rfd|r r)\b")
_CONTRACT = re.compile(r"\b(?:hc rt|hcr|star rt|hwy contract rt)\b")
_UNIT_AND_NUMBER = re.compile(rf"({'|'.join(sorted(UNIT_WORDS))})([0-9][0-9a-z]*)")
"""A designator and its number as one word: "apt4b", "no12"."""
_ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)")
_IN_CARE_OF = re.compile(r"\s*(?:c/o|care of|attn|attention)\b")
_STARTS_OF_CARE_OF = frozenset("ca ")
_US = frozenset(("", "US", "PR", "GU", "VI", "AS", "MP"))
"""Where a code of digits is a ZIP code; "" because a parcel that is judged here goes to the U.S."""


class Address(Struct, frozen=True, kw_only=True, gc=False):
    """An address as it is compared; "" where a part is missing.

    `street` is the street line, `number` its house or box number, `rest` the other words of the street line, and
    `other_lines` all other lines, plain.
    """

    postal_code: str
    street: str
    number: str
    rest: tuple[str, ...]
    other_lines: tuple[str, ...]
    city: str
    region: str
    basis: Basis


def read_address(party: Party) -> Address:
    """The address of a party, as filed. Pure."""
    lines, in_line, basis = tuple(map(plain, party.address_lines)), "", 0
    for place, line in enumerate(lines):
        if line[-1:].isdigit() or line[-2:] in _ENDS_OF_COUNTRY:
            found = _STATE_AND_ZIP.search(line)
            if found and found.start():
                # The town after the last comma goes too; without a comma nobody can tell where it begins.
                kept = line[: found.start()].rpartition(",")[0] or line[: found.start()]
                lines, in_line, basis = (*lines[:place], kept, *lines[place + 1 :]), found[1], STATE_AND_ZIP
    place, words, changed = _street(lines)
    postal, cut = _postal(plain(party.postal_code), party.country_code)
    number = _number(words)
    return Address(
        postal_code=postal or in_line,
        street=" ".join(words),
        number=number,
        rest=tuple([word for word in words if word is not number]),
        other_lines=(*lines[:place], *lines[place + 1 :]),
        city="".join(words_of(plain(party.city))),
        region="".join(words_of(plain(party.region))),
        basis=basis | changed | cut,
    )


def _postal(code: str, country: str) -> tuple[str, Basis]:
    code = code.strip()
    if country in _US:
        code = as_number(code)
        found = _ZIP.fullmatch(code)
        if found:
            return found[1], ZIP_CUT if len(code) > len(found[1]) else 0
        found = _ZIP_WITHOUT_ZERO.fullmatch(code)
        if found:
            return "0" + found[1], ZIP_ZERO
    return "".join(words_of(code)), 0


def _street(lines: tuple[str, ...]) -> tuple[int, list[str], Basis]:
    """The first line with a number, units left out, else the first with a word; with its place among the lines."""
    first: tuple[int, list[str], Basis] = (0, [], 0)
    for place, line in enumerate(lines):
        if line[:1] in _STARTS_OF_CARE_OF and _IN_CARE_OF.match(line):
            continue
        words, basis = _street_words(line)
        if place and first[1] == []:
            basis |= LATER_LINE
        if any(word[0].isdigit() or word[-1].isdigit() for word in words):
            return place, words, basis if not place else basis | LATER_LINE
        if not first[1]:
            first = (place, words, basis)
    return first


def _street_words(line: str) -> tuple[list[str], Basis]:
    if "#" in line:
        line = _SIGN_OF_NUMBER.sub(r"\1 ", line).replace("#", " no ")
    if "-" in line:
        line = _HYPHEN_IN_NUMBER.sub("", line)
    words = _apart(words_of(line))
    short = [STREET_WORDS.get(word, word) for word in words]
    basis = STREET_FORMS if short != words else 0
    if "box" in short or "pobox" in short or "pob" in short:
        short, basis = _with_one_box(" ".join(short)).split(), basis | BOX
    elif short and short[0] in SPELT_NUMBERS:
        short[0] = SPELT_NUMBERS[short[0]]
    kept = _without_units(short)
    if len(kept) < len(short):
        basis |= UNIT
    return kept, basis


def _apart(words: list[str]) -> list[str]:
    """With designators and their numbers as words of their own, and letters that stand for figures as figures."""
    apart: list[str] = []
    for word in words:
        found = _UNIT_AND_NUMBER.fullmatch(word) if word[-1].isdigit() or word[0].isalpha() else None
        apart += (found[1], found[2]) if found else (as_number(word),)
    return apart


def _with_one_box(line: str) -> str:
    return _CONTRACT.sub("hc", _RURAL.sub("rr", _BOX.sub("pobox", line)))


def _without_units(words: list[str]) -> list[str]:
    """Without a unit's designator and the number or letter beside it: "apt 4b", "2nd fl", "rear", "Dr 1600"."""
    if not NUMBERED_UNITS.isdisjoint(words):
        kept = _without_numbered_units(words)
        if "no" in words and kept and not _number(kept):
            # "No. 12 Main St": the number is that of the house.
            kept = _without_numbered_units([word for word in words if word != "no"])
        words = kept
    if len(words) > 2 and words[-1] in PLAIN_UNITS and words[-2] in SUFFIXES:
        return words[:-1]
    return words[:-1] if len(words) > 3 and _is_bare_unit(words) else words


def _without_numbered_units(words: list[str]) -> list[str]:
    kept: list[str] = []
    wants_value = False
    for word in words:
        if word == "no" and kept and kept[-1] in ROUTES:
            continue
        if word in NUMBERED_UNITS:
            is_after_value = word == "fl" and bool(kept) and _is_floor(kept)
            if is_after_value:
                kept.pop()
            wants_value = not is_after_value
        else:
            if not (wants_value and _is_value(word)):
                kept.append(word)
            wants_value = False
    return kept


def _is_floor(kept: list[str]) -> bool:
    """Whether the last word counts a floor that is named after it: "2nd fl", and "2 fl" but at the line's start."""
    return _ORDINAL.fullmatch(kept[-1]) is not None or (len(kept) > 1 and kept[-1].isdigit())


def _is_bare_unit(words: list[str]) -> bool:
    """Whether the last word is a unit without a designator: a number after a suffix that ends the street's name."""
    if not words[-1][-1].isdigit() and not words[-1][0].isdigit():
        return False
    place = len(words) - 2
    if words[place] in DIRECTIONS:
        place -= 1
    is_named = place >= 2 and words[place] in SUFFIXES and words[place] not in ROUTES
    return is_named and words[0][0].isdigit() and words[place - 1] not in NAMED_BY_NUMBER


def _number(words: list[str]) -> str:
    """The house or box number: the first word that begins with a digit, else the first that has one; "" without."""
    for word in words:
        if word[0].isdigit():
            return word
    return next((word for word in words if word[-1].isdigit()), "")


def _is_value(word: str) -> bool:
    return len(word) == 1 or word in SPELT_NUMBERS or any(character.isdigit() for character in word)

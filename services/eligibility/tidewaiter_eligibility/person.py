"""Who one person is: a key from the parts of a name and an address that two filers would write alike.

Two parties with the same key are one person. The key has the words of the name in any order, the postal code
(five digits in the U.S.), and the street line in order; unit numbers are left out, because the same person is
filed with and without one. Deeper likeness (nicknames, transliteration, misspelling) is not attempted here.
Everything in this file is personal data.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from tidewaiter_eligibility.model import Party

KEYS_CACHED_MAX = 16_384
"""Keys kept by their raw parts; one takes about a kilobyte."""

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = "'`\u2019\u02bc"
_ASCII_WORDS = {code: None if chr(code) in _APOSTROPHES else " " for code in range(128) if not chr(code).isalnum()}
_US_POSTAL_CODE = re.compile(r"([0-9]{5})(?:[ -]?[0-9]{4})?")

_LEGAL_FORMS = frozenset(
    "ag bv co company corp corporation gmbh inc incorporated limited llc llp lp ltd nv plc pte pty sa sarl srl".split()
)
_UNITS = frozenset("apartment apt bldg building fl floor number rm room ste suite unit".split())
_STREET_WORDS = {
    "avenue": "ave",
    "boulevard": "blvd",
    "circle": "cir",
    "court": "ct",
    "drive": "dr",
    "east": "e",
    "highway": "hwy",
    "lane": "ln",
    "north": "n",
    "northeast": "ne",
    "northwest": "nw",
    "parkway": "pkwy",
    "place": "pl",
    "road": "rd",
    "south": "s",
    "southeast": "se",
    "southwest": "sw",
    "square": "sq",
    "street": "st",
    "terrace": "ter",
    "west": "w",
}


class PersonKey(Struct, frozen=True, kw_only=True, gc=False):
    """The parts that make one person; "" where a part is missing. `text` joins them: equal for one person only."""

    name: str
    postal_code: str
    street: str
    text: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields of the party that would have to be given for a whole key."""
        parts = (("name", self.name), ("postal_code", self.postal_code), ("address_lines", self.street))
        return tuple(field for field, value in parts if not value)


def person_key(party: Party) -> PersonKey:
    """The key of a party, with the parts that made it."""
    return _key(party.name, party.postal_code, party.address_lines)


def same_name(one: Party, other: Party) -> bool:
    """Whether two parties bear the same name, whatever their addresses."""
    return name_words(one.name) == name_words(other.name) != ""


def name_words(name: str) -> str:
    """The words of a name, sorted, without legal forms unless nothing else is there."""
    words = _words(name)
    telling = [word for word in words if word not in _LEGAL_FORMS] or words
    return " ".join(sorted(telling))


@lru_cache(KEYS_CACHED_MAX)
def _key(name: str, postal_code: str, address_lines: tuple[str, ...]) -> PersonKey:
    words, postal, street = name_words(name), _postal(postal_code), _street(address_lines)
    return PersonKey(name=words, postal_code=postal, street=street, text=f"{words}|{postal}|{street}")


def _postal(code: str) -> str:
    in_us = _US_POSTAL_CODE.fullmatch(code.strip())
    return in_us[1] if in_us else "".join(_words(code))


def _street(lines: tuple[str, ...]) -> str:
    """The first line with a number once units are left out, else the first line with any word."""
    first = ""
    for line in lines:
        words = _street_words(line)
        if any(character.isdigit() for character in words):
            return words
        first = first or words
    return first


def _street_words(line: str) -> str:
    words = _words(line.replace("#", " unit "))
    if "box" in words:
        words = _with_box_joined(words)
    if not _UNITS.isdisjoint(words):
        words = _without_units(words)
    return " ".join([_STREET_WORDS.get(word, word) for word in words])


def _with_box_joined(words: list[str]) -> list[str]:
    """P.O. Box, PO Box and Post Office Box as one word."""
    text = " ".join(words)
    for written in ("p o box", "po box", "post office box"):
        text = text.replace(written, "pobox")
    return text.split()


def _without_units(words: list[str]) -> list[str]:
    """Without a unit's designator and the number or letter that follows it: "apt 4b", "unit # 7", "2nd floor"."""
    kept = []
    for before, word in pairwise(("", *words)):
        is_value = before in _UNITS and (len(word) == 1 or any(character.isdigit() for character in word))
        if not is_value and word not in _UNITS:
            kept.append(word)
    return kept


def _words(text: str) -> list[str]:
    """Compatibility forms made one, case folded, punctuation taken as space and apostrophes as nothing."""
    if text.isascii():
        return text.lower().translate(_ASCII_WORDS).split()
    plain = unicodedata.normalize("NFKC", text).casefold()
    for apostrophe in _APOSTROPHES:
        plain = plain.replace(apostrophe, "")
    return _WORD.findall(plain)

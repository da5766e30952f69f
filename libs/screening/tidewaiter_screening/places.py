"""Where a party is: whether that of a listed one speaks for the same party, or against it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from tidewaiter_screening.lists.entry import Entry
from tidewaiter_screening.words import plain, words_of

_OTHER_NAMES: Final = {
    "korea north": "KP",
    "north korea": "KP",
    "democratic people s republic of korea": "KP",
    "democratic peoples republic of korea": "KP",
    "korea south": "KR",
    "south korea": "KR",
    "republic of korea": "KR",
    "united kingdom": "GB",
    "united kingdom of great britain and northern ireland": "GB",
    "united states": "US",
    "united states of america": "US",
    "russia": "RU",
    "russian federation": "RU",
    "iran": "IR",
    "iran islamic republic of": "IR",
    "islamic republic of iran": "IR",
    "syria": "SY",
    "syrian arab republic": "SY",
    "congo democratic republic of the": "CD",
    "democratic republic of the congo": "CD",
    "congo republic of the": "CG",
    "burma": "MM",
    "myanmar": "MM",
    "the gambia": "GM",
    "cote d ivoire": "CI",
    "cote divoire": "CI",
    "macau": "MO",
    "macedonia the former yugoslav republic of": "MK",
    "north macedonia": "MK",
    "bosnia and herzegovina": "BA",
    "virgin islands british": "VG",
    "british virgin islands": "VG",
    "tanzania": "TZ",
    "united republic of tanzania": "TZ",
    "vietnam": "VN",
    "viet nam": "VN",
    "laos": "LA",
    "moldova": "MD",
    "palestinian": "PS",
    "west bank": "PS",
    "region gaza": "PS",
    "swaziland": "SZ",
    "czech republic": "CZ",
    "turkey": "TR",
    "turkiye": "TR",
    "taiwan": "TW",
    "kosovo": "XK",
    "libyan arab jamahiriya": "LY",
    "trinidad and tobago": "TT",
    "saint kitts and nevis": "KN",
    "saint vincent and the grenadines": "VC",
    "antigua and barbuda": "AG",
}
"""How lists write countries that the table of ISO 3166-1 names otherwise."""


class PlaceMatch(IntEnum):
    """What the places of two parties say, from speaking for it to speaking against it."""

    SAME_CITY = 1
    SAME_COUNTRY = 2
    UNKNOWN = 3
    OTHER_COUNTRY = 4


class Place(NamedTuple):
    """Where a party is, as far as it is said: the country as two letters, the words of city and address."""

    country: str = ""
    words: frozenset[str] = frozenset()


NOWHERE: Final = Place()


def place_of(*, country: str = "", city: str = "", lines: Iterable[str] = ()) -> Place:
    """The place of a party; the country in any spelling."""
    return Place(code_of(country), frozenset(words_of(plain(" ".join((city, *lines))))))


def compare_places(asked: Place, entry: Entry) -> PlaceMatch:
    """What the asked party's place says beside those of the entry: its addresses and nationalities.

    The same city is one whose words are all in the asked address, in a country that is not another.
    """
    countries = {code for one in entry.addresses if (code := code_of(one.country))}
    countries.update([code for country in entry.countries if (code := code_of(country))])
    same_country = asked.country in countries
    if asked.words and (same_country or not asked.country or not countries):
        for address in entry.addresses:
            city = _city_words(address.city)
            if city and city <= asked.words:
                return PlaceMatch.SAME_CITY
    if same_country:
        return PlaceMatch.SAME_COUNTRY
    return PlaceMatch.OTHER_COUNTRY if asked.country and countries else PlaceMatch.UNKNOWN


@lru_cache(4_096)
def code_of(country: str) -> str:
    """The two letters of a country in any spelling; empty when it is not known."""
    text = country.strip()
    if len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    return _codes().get(" ".join(words_of(plain(text))), "")


@lru_cache(4_096)
def _city_words(city: str) -> frozenset[str]:
    # Postal districts stand beside the city: "London EC3N 1DY".
    return frozenset(word for word in words_of(plain(city)) if word.isalpha())


@lru_cache(1)
def _codes() -> dict[str, str]:
    codes = dict(_OTHER_NAMES)
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        code, _, name = line.partition("\t")
        if name and not line.startswith("#"):
            codes.setdefault(" ".join(words_of(plain(name))), code)
    return codes

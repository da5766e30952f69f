"""Links: what of a name and an address survives a slip of the hand. Parties that share one are one person on that day.

A ledger cannot compare: it holds no name and no address, only keyed hashes, and a hash is equal or it is not. So a
likeness is said as a set of links, each made of the parts that a slip of one kind leaves alone, and parties that share
any are one. That relation has no order, and its closure (one through a third) none either.

No link but those of a household forgives a slip in a word of the name. A household shares its family name and its
address, and what is left to tell its members apart is as little as Maria and Mario, Hasan and Husain; which word is
the family name cannot be told from its place.
"""

from __future__ import annotations

from enum import StrEnum

from tidewaiter_eligibility.person.addresses import Address
from tidewaiter_eligibility.person.basis import BOX
from tidewaiter_eligibility.person.names import Name
from tidewaiter_eligibility.person.street_words import DIRECTIONS
from tidewaiter_eligibility.person.words import consonants, words_of

LINKS_MAX = 48
"""More links than any key has; household keys of very long names are cut there."""


class Likeness(StrEnum):
    """How alike two parties have to be to count as one person."""

    EXACT = "exact"
    CLOSE = "close"
    HOUSEHOLD = "household"


def links_of(name: Name, address: Address, likeness: Likeness) -> tuple[str, ...]:
    """The links of a party, each once; none when it has no name, no street line or no postal code."""
    if likeness is Likeness.EXACT or not (name.code and address.street and address.postal_code):
        return ()
    if likeness is Likeness.CLOSE:
        return _close(name, address)
    return tuple(dict.fromkeys((*_close(name, address), *_household(name, address))))[:LINKS_MAX]


def _close(name: Name, address: Address) -> tuple[str, ...]:
    """The whole name, the house, and its street, with
    a. the postal code: the street is misspelt, or the name has a short form or an initial;
    b. the town and the region: the postal code is wrong. Every post office of a town has a box of that number.
    """
    house = f"{name.code}|{address.number}|{_misspelt(address.rest)}"
    if not (address.number and address.rest and address.city and address.region) or address.basis & BOX:
        return (f"a|{house}|{address.postal_code}",)
    return f"a|{house}|{address.postal_code}", f"b|{house}|{address.city}|{address.region}"


def _misspelt(street: tuple[str, ...]) -> str:
    """The consonants of a street's name; numbers, directions and single letters whole: 33rd is not 3rd, E not W."""
    whole = [word for word in street if len(word) == 1 or word in DIRECTIONS or not word.isalpha()]
    name = [word for word in street if word not in whole]
    return " ".join((*whole, consonants("".join(name))))


def _household(name: Name, address: Address) -> list[str]:
    """An initial, or the first three letters, of any word of the name, with three parts of the address.

    It makes one person of a family, and of neighbours in one building. For finding, not for denying.
    """
    street = "".join(address.rest)
    start, sound = street[:3], consonants(street)
    number, postal, city = address.number, address.postal_code, address.city
    digits, town, others = (
        "".join(sorted(postal)),
        consonants(city),
        consonants("".join(words_of(" ".join(address.other_lines)))),
    )
    by_initial = (
        ("c", start, postal, town),
        ("d", number, postal, city[:3]),
        ("e", digits, start, others),
        ("f", number, town, others),
    )
    by_three = (
        ("g", number, start, address.region),
        ("h", sound, postal, address.region),
        ("i", postal, town, others),
        ("j", number, postal, address.region),
    )
    return [
        "|".join((kind[0], word[:size], *kind[1:]))
        for size, kinds in ((1, by_initial), (3, by_three))
        for word in name.words
        for kind in kinds
        if all(kind) and len(word) >= size
    ]

"""Who one person is: what two filers would write alike of a name and an address, step by step.

A name
 1. What looks alike is made alike, here and in the address: letters lose case, width and accents, those of other
    scripts that look like a Latin one become that one, and what nobody sees is not there. Apostrophes are nothing,
    other punctuation is space.
 2. "c/o" and what follows it is left out, so are "and", "the", legal forms (Inc, GmbH) unless nothing else is there,
    and titles and honours (Mr, Dr, PhD) beside a first name that is spelt out: Mr Lee is not Mrs Lee.
 3. Jr, Sr, II, III, IV and their other forms become one word each, and stay: a son is not his father.
An address
 4. The street line is the first line with a number, units and care-of lines left out, else the first with any word.
    A state and ZIP code at its end are taken off.
 5. In it, suffixes, directions and ordinals take the short form of USPS Publication 28, and a post office box is
    "pobox" with its number. A hyphenated house number is one word.
 6. A postal code has five digits in the U.S., lost leading zeros put back; elsewhere its letters and digits.

The key: the name's words sorted, the postal code, the street line. Equal keys are one person always.

Unequal keys are one person when they share a link. A link is made of what a slip leaves alone, and each has the whole
name and most of the address; `links` has the list. Which there are depends on the likeness: with `exact` none, with
`close` (the default) those that no two members of a household share, with `household` a few of every address. Two
parties that share none may still be one through a third, on the same day: see `links` and `one_person`.

Everything in this folder is personal data, but `Basis`, which says how a key was made and of whom nothing.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from tidewaiter_eligibility.model import Party
from tidewaiter_eligibility.person.addresses import Address, read_address
from tidewaiter_eligibility.person.basis import Basis
from tidewaiter_eligibility.person.links import Likeness, links_of
from tidewaiter_eligibility.person.names import Name, read_name

KEY_VERSION = 2
"""Goes up when a party may get another key or other links than before; the version of the law covers it."""
KEYS_CACHED_MAX = 16_384
"""Keys kept by their raw parts; one takes about two kilobytes."""


class PersonKey(Struct, frozen=True, kw_only=True, gc=False):
    """The parts that make one person; "" where a part is missing. Equal in `text`, or sharing a link: one person.

    `basis` says which parts made the key and by which rules, without the parts.
    """

    name: str
    postal_code: str
    street: str
    text: str
    links: tuple[str, ...]
    basis: Basis

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields of the party that would have to be given for a whole key."""
        parts = (("name", self.name), ("postal_code", self.postal_code), ("address_lines", self.street))
        return tuple(field for field, value in parts if not value)


def person_key(party: Party, likeness: Likeness = Likeness.CLOSE) -> PersonKey:
    """The key of a party, with the parts and links that made it. Pure; the last KEYS_CACHED_MAX are remembered."""
    return _key(party, likeness)


def same_name(one: Party, other: Party) -> bool:
    """Whether two parties bear the same name, short forms of first names included, whatever their addresses."""
    return _name(one.name).code == _name(other.name).code != ""


@lru_cache(KEYS_CACHED_MAX)
def _key(party: Party, likeness: Likeness) -> PersonKey:
    name, address = _name(party.name), read_address(party)
    return PersonKey(
        name=name.sorted_words,
        postal_code=address.postal_code,
        street=address.street,
        text=f"{name.sorted_words}|{address.postal_code}|{address.street}",
        links=links_of(name, address, likeness),
        basis=name.basis | address.basis,
    )


_name = lru_cache(KEYS_CACHED_MAX)(read_name)

__all__ = [
    "KEYS_CACHED_MAX",
    "KEY_VERSION",
    "Address",
    "Basis",
    "Likeness",
    "Name",
    "PersonKey",
    "person_key",
    "same_name",
]

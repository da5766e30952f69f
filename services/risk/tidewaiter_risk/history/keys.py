"""What makes two shipments have something in common, as keyed hashes: no name, address or number is ever kept.

Two spellings meet when they have the same words in any order, case or script; of street words the usual abbreviations
are known. A misspelt address or name is another one here.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from tidewaiter_screening.words import plain, words_of

SECRET_BYTES = 32
_DIGITS_MIN = 7
"""A telephone number with fewer digits is no one's own."""
_DIGITS_KEPT = 10
"""Without country code and leading zeros, which filers write or leave out."""
_CACHED_MAX = 16_384
_KINDS = ("name", "address", "contact", "shipper", "order", "seller and consignee")
_ABBREVIATED = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "drive": "dr",
    "lane": "ln",
    "boulevard": "blvd",
    "court": "ct",
    "place": "pl",
    "apartment": "apt",
    "suite": "ste",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}


class Parties(NamedTuple):
    """Who and where, as filed; personal data that lives for one call. Empty where not said."""

    consignee: str = ""
    address: tuple[str, ...] = ()
    """Street lines, city, postal code; without a street line, nothing."""
    phone: str = ""
    email: str = ""
    """Stands before the telephone number, which a household or an office shares."""
    shipper: str = ""
    shipper_country: str = ""
    seller: str = ""
    """Its account on the marketplace or, without one, its name."""
    order_id: str = ""


class Keys(NamedTuple):
    """The hashes of one shipment; 0 where there is nothing to hash."""

    consignee: int = 0
    address: int = 0
    contact: int = 0
    shipper: int = 0
    order: int = 0
    order_by: str = ""
    """What `order` is made of: "order", "seller and consignee", or empty."""


class Keyring:
    """Hashes under one secret, which only this store knows: another store's hashes of the same person differ."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a secret has {SECRET_BYTES} bytes")
        # Each kind begins with its own word, so that equal texts of two kinds differ; the beginning is hashed once.
        self._keyed = {kind: blake2b(f"{kind}\n".encode(), key=secret, digest_size=8) for kind in _KINDS}
        # Few shippers and sellers send to many consignees.
        self._shipper = lru_cache(_CACHED_MAX)(self._shipper_of)
        self._seller = lru_cache(_CACHED_MAX)(_words)

    def keys(self, parties: Parties) -> Keys:
        """The hashes of a shipment's parties and order."""
        name, seller = _words(parties.consignee), self._seller(parties.seller)
        address = _address(parties.address) if parties.address else ""
        contact = parties.email.strip().casefold() or _digits(parties.phone)
        order, order_by = "", ""
        if parties.order_id.strip():
            order, order_by = f"{parties.order_id.strip().casefold()}\n{seller}", "order"
        elif seller and name and address:
            order, order_by = f"{seller}\n{name}\n{address}", "seller and consignee"
        return Keys(
            consignee=self._hash("name", name),
            address=self._hash("address", address),
            contact=self._hash("contact", contact),
            shipper=self._shipper(parties.shipper, parties.shipper_country),
            order=self._hash(order_by, order),
            order_by=order_by,
        )

    def _shipper_of(self, name: str, country: str) -> int:
        words = _words(name)
        return self._hash("shipper", f"{words}\n{country}" if words else "")

    def _hash(self, kind: str, text: str) -> int:
        """63 bits, so that it fits the store's whole numbers: two of ten million meet by chance once in 200,000."""
        if not text:
            return 0
        keyed = self._keyed[kind].copy()
        keyed.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(keyed.digest()) >> 1 or 1


def _digits(phone: str) -> str:
    digits = "".join([sign for sign in phone if sign.isdecimal()])
    return digits[-_DIGITS_KEPT:] if len(digits) >= _DIGITS_MIN else ""


def _words(text: str) -> str:
    return " ".join(sorted(words_of(plain(text)))) if text else ""


def _address(lines: tuple[str, ...]) -> str:
    words = words_of(plain(" ".join(lines)))
    return " ".join(sorted([_ABBREVIATED.get(word, word) for word in words]))

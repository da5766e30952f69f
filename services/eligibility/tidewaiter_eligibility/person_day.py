"""The opaque ids of one person on one day, and of one order: keyed hashes, so that the ledger holds no name."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from tidewaiter_eligibility.model import NO_DAY, DayKey, Judgement

SECRET_BYTES = 32
HASH_BYTES = 16
"""Of keyed BLAKE2b (RFC 7693), which takes a third of the time of HMAC-SHA256."""


class Link(NamedTuple):
    """A link (`person.links`) on one day under one paragraph."""

    local_day: str
    link: bytes


class OnePerson(NamedTuple):
    """Who claims, on one day under one paragraph: the person-day of its own key, and its links there."""

    own: DayKey
    links: tuple[Link, ...]


class PersonDays:
    """Makes ids with the ledger's own secret: another ledger gives the same person another id."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"the secret of a ledger has {SECRET_BYTES} bytes, not {len(secret)}")
        self._secret = secret

    def parted(self, key: str, ruling: int, local_day: str, paragraph: str) -> DayKey:
        """The person-day of a key that a ruling, by its number, parted from all others; with 0 that of the key."""
        return self.own(f"{key}|parted {ruling}" if ruling else key, local_day, paragraph)

    def key(self, judgement: Judgement) -> DayKey | None:
        """The person-day of a judgement's own key, None when it hangs on no day. It may count under another."""
        person = self.person(judgement)
        return None if person is None else person.own

    def person(self, judgement: Judgement) -> OnePerson | None:
        """Who claims, None when the judgement hangs on no day."""
        rule = judgement.rule
        return None if rule is None else self.on_day(judgement.person, judgement.local_day, rule.paragraph)

    def order(self, judgement: Judgement) -> DayKey | None:
        """The key of the order that a shipment is a lot of, None when it is of none."""
        lot = judgement.lot
        return None if lot is None else DayKey(NO_DAY, self._hash(f"order\n{lot.order}".encode()).hex())

    def on_day(self, person: str, local_day: str, paragraph: str) -> OnePerson:
        """A person in normal form (the key, then its links, a line each) on one day under one paragraph."""
        key, *links = person.split("\n")
        day = _on(local_day, paragraph)
        own = DayKey(local_day, self._hash(key.encode() + day).hex())
        return OnePerson(own, tuple([Link(local_day, self._hash(link.encode() + day)) for link in links]))

    def own(self, key: str, local_day: str, paragraph: str) -> DayKey:
        """The person-day of a key."""
        return DayKey(local_day, self._hash(key.encode() + _on(local_day, paragraph)).hex())

    def link(self, link: str, local_day: str, paragraph: str) -> Link:
        """A link on one day under one paragraph."""
        return Link(local_day, self._hash(link.encode() + _on(local_day, paragraph)))

    def anywhen(self, key: str) -> bytes:
        """A key on no day in particular, as rulings name it."""
        return self._hash(key.encode())

    def _hash(self, said: bytes) -> bytes:
        return blake2b(said, digest_size=HASH_BYTES, key=self._secret).digest()


def _on(local_day: str, paragraph: str) -> bytes:
    return f"\n{local_day}\n{paragraph}".encode()

"""The port of persons: under which person-day a claim counts when several keys are one person's.

A part of the ledger's port, kept by the same stores and run by the suite tests/contracts/eligibility_persons.py. All
of it is keyed hashes: no name and no address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from tidewaiter_eligibility.model import DayKey
from tidewaiter_eligibility.person_day import Link


class RulingKind(StrEnum):
    """What an operator ruled."""

    MERGE = "merge"
    SPLIT = "split"


class Ruling(NamedTuple):
    """An operator's word on persons, recorded for good: merged into one, or one parted from all others.

    `persons` are keys on no day in particular, sorted. `recorded_seconds` counts from 1970; `number` from 1.
    """

    number: int
    request_id: str
    kind: RulingKind
    author: str
    reason: str
    recorded_seconds: int
    persons: tuple[bytes, ...]


class RuledAs(NamedTuple):
    """What was ruled of a person: the `group` it was merged into, b"" for none, and the last ruling that parted it.

    `parted` is the number of that ruling, 0 for none. Who was parted goes by a key of its own from then on.
    """

    group: bytes
    parted: int


NOT_RULED = RuledAs(b"", 0)


class Counted(NamedTuple):
    """A claim that counts under another person-day than that of its own key."""

    shipment_id: str
    revision: int
    own: DayKey


class PersonView(Protocol):
    """What is known of persons at one moment."""

    def linked(self, links: Collection[Link]) -> dict[Link, DayKey]:
        """The person-days that those links lead to which were met before."""
        ...

    def aliases(self, keys: Collection[DayKey]) -> dict[DayKey, DayKey]:
        """The person-day that each of those stands for that stands for another; one step leads to the end."""
        ...

    def has_rulings(self) -> bool:
        """Whether anything was ever ruled: mostly nothing was, and then nobody need be looked up."""
        ...

    def ruled_as(self, persons: Collection[bytes]) -> dict[bytes, RuledAs]:
        """What was ruled of those persons of whom anything was."""
        ...

    def rulings(self, *, after: int, at_most: int) -> list[Ruling]:
        """The rulings by number, from the first after `after`."""
        ...


class PersonChange(PersonView, Protocol):
    """What a change of the ledger may do to persons; it sees its own writes."""

    def lead(self, links: Mapping[Link, DayKey]) -> dict[Link, DayKey]:
        """Where those links lead: where they led before, else there from now on."""
        ...

    def put_alias(self, key: DayKey, stands_for: DayKey) -> None:
        """Let a person-day, and all that stand for it, stand for another of the same local day."""
        ...

    def put_counted(self, counted: Iterable[Counted]) -> None:
        """Remember whose key these claims bear; what is known of a claim's revision stays."""
        ...

    def claimed_as(self, own: DayKey, *, under: DayKey, at_most: int) -> list[str]:
        """Shipments that claim under one person-day and bear the key of `own`, which may be the same."""
        ...

    def local_days(self) -> list[str]:
        """The local days on which anything counts, in order."""
        ...

    def ruling(self, request_id: str) -> Ruling | None:
        """The ruling of a request, None when there is none."""
        ...

    def splits(self, person: bytes) -> list[int]:
        """The numbers of the rulings that parted a person, in order."""
        ...

    def put_ruling(self, ruling: Ruling, group: bytes) -> Ruling:
        """The ruling as it is on record from now on, with the number that the store gave it.

        A merge puts its persons into `group`, with all who are in a group with one of them; a split takes its person
        out of any group and parts it.
        """
        ...

"""What changed between two versions of a list, told by entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tidewaiter_screening.lists.entry import Entry

Prints = Mapping[str, bytes]
"""By entry id, what tells its content from any other; 8 bytes each, so a version that is gone costs little to keep."""


class Difference(NamedTuple):
    """Ids of entries, each in the order of the list that has it: the newer one, or the older for what was removed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def prints_of(entries: Iterable[Entry]) -> Prints:
    """The print of every entry, in their order. Names, aliases, addresses, countries, kind and programme count."""
    return {entry.entry_id: hashlib.sha256(repr(tuple(entry)).encode()).digest()[:8] for entry in entries}


def difference(older: Prints, newer: Prints) -> Difference:
    """What was added, removed and changed from the older to the newer."""
    return Difference(
        added=tuple(entry_id for entry_id in newer if entry_id not in older),
        removed=tuple(entry_id for entry_id in older if entry_id not in newer),
        changed=tuple(entry_id for entry_id in newer if older.get(entry_id, newer[entry_id]) != newer[entry_id]),
    )

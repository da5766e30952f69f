"""What decisions are found by: that it is what their leaves say, no more and no less.

The rows lie in another order than the entries, so both are summed up and the sums compared: a sum of hashes is the
same only for the same rows, in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, Protocol

from tidewaiter_audit import leaf
from tidewaiter_audit.facets import facets_of
from tidewaiter_audit.fsck.report import Findings
from tidewaiter_audit.model import Entry

_ADDEND_BYTES: Final = 16


class FindableLog(Protocol):
    """What this check reads."""

    def facets(self) -> Iterator[tuple[int, int, str]]:
        """Leaf index, facet and value of everything that decisions are found by."""
        ...


class Findable:
    """The sum of what the entries say, to be compared with that of what is stored."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, entry: Entry) -> None:
        """One more entry; one that is no decision, or cannot be read, is found by nothing."""
        try:
            decision = leaf.decision_in(entry.leaf)
        except ValueError:
            return
        if decision is not None:
            self._sum += sum(_addend(entry.leaf_index, facet, value) for facet, value in facets_of(decision))

    def compare(self, store: FindableLog, found: Findings) -> None:
        """Adds to the findings when what is stored is something else."""
        stored = sum(_addend(*row) for row in store.facets())
        if stored != self._sum:
            found.add("FACETS_MISMATCH", "store", "what decisions are found by is not what their leaves say")


def _addend(leaf_index: int, facet: int, value: str) -> int:
    return int.from_bytes(sha256(f"{leaf_index}/{facet}/{value}".encode()).digest()[:_ADDEND_BYTES])

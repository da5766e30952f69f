"""What stays beside an entry: that it is there, and is what the leaf committed to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import leaf
from tidewaiter_audit.fsck.heads import StatedHeads
from tidewaiter_audit.fsck.report import Findings
from tidewaiter_audit.fsck.trails import TrailedLog, check_erasure, check_trail
from tidewaiter_audit.model import Entry

Kept = TypeVar("Kept")


class Beside(Generic[Kept]):
    """Walks one of the tables beside the log in step with the entries; rows that no entry takes are problems."""

    def __init__(self, orphan_code: str, rows: Iterator[tuple[LeafIndex, Kept]], found: Findings) -> None:
        self._orphan_code = orphan_code
        self._rows = rows
        self._found = found
        self._next = next(rows, None)

    def take(self, leaf_index: LeafIndex) -> Kept | None:
        """What is kept beside this entry; indices must be asked for in ascending order."""
        while self._next is not None and self._next[0] < leaf_index:
            self._pass_over(self._next[0])
        if self._next is None or self._next[0] != leaf_index:
            return None
        kept = self._next[1]
        self._next = next(self._rows, None)
        return kept

    def finish(self) -> None:
        """No entries follow."""
        while self._next is not None:
            self._pass_over(self._next[0])

    def _pass_over(self, leaf_index: LeafIndex) -> None:
        self._found.add(self._orphan_code, f"entry {leaf_index}", "there is no such entry")
        self._next = next(self._rows, None)


def check_entry(
    store: TrailedLog,
    entry: Entry,
    *,
    heads: StatedHeads,
    personal: tuple[bytes, bytes] | None,
    goods: bytes | None,
    found: Findings,
) -> None:
    """Adds to the findings what is wrong with one entry by itself."""
    where = f"entry {entry.leaf_index}"
    try:
        outline = leaf.outline_of(entry.leaf)
    except ValueError:
        found.add("LEAF_UNREADABLE", where, "it is no leaf")
        return
    if outline.entry_id != entry.decision_id:
        found.add("ID_MISMATCH", where, "it is found by another id than its leaf has")
    check_trail(store, entry, outline, found)
    check_erasure(store, entry, outline, found)
    heads.take(entry, outline)
    if outline.kind not in leaf.KINDS:
        found.add("LEAF_UNREADABLE", where, "it is of a kind that this release does not know")
    if not outline.is_decision:
        if personal is not None:
            found.add("PERSONAL_WITHOUT_ENTRY", where, "it is no decision, and has personal data beside it")
    elif personal is None:
        if not store.is_erased(entry.shipment_id, entry.leaf_index):
            found.add("PERSONAL_MISSING", where, "no personal data beside it, and no erasure on the log")
    elif not leaf.opens(outline, salt=personal[0], personal=personal[1]):
        found.add("PERSONAL_MISMATCH", where, "its personal data are not what the leaf committed to")
    if not leaf.has_goods(outline, goods or b""):
        found.add("GOODS_MISMATCH", where, "its goods are not what the leaf committed to")

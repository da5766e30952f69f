"""The trails: that every entry of a shipment names the one before it, and that what was erased is gone."""

from __future__ import annotations

from typing import Protocol

from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import leaf
from tidewaiter_audit.fsck.report import Findings
from tidewaiter_audit.leaf import Outline
from tidewaiter_audit.model import Entry
from tidewaiter_audit.trail import TrailEnd


class TrailedLog(Protocol):
    """What these checks read."""

    def trail_at(self, shipment_id: str, number: int) -> TrailEnd | None:
        """The entry of a shipment that has this number there."""
        ...

    def is_erased(self, shipment_id: str, leaf_index: LeafIndex) -> bool:
        """Whether an erasure of this shipment stands behind this index, or a retention of all up to it."""
        ...

    def personal_before(self, shipment_id: str, leaf_index: LeafIndex) -> int:
        """How many entries of a shipment before this index have personal data beside them; of all for ""."""
        ...


def check_trail(store: TrailedLog, entry: Entry, outline: Outline, found: Findings) -> None:
    """Adds to the findings when the entry is not where its leaf says that it stands among those of its shipment.

    Two entries of one shipment with one number cannot be: the store's own check of its index sees to that.
    """
    where = f"entry {entry.leaf_index}"
    if outline.shipment_id != entry.shipment_id:
        found.add("SHIPMENT_MISMATCH", where, "it is found by another shipment than its leaf names")
        return
    if outline.kind not in leaf.TRAILED_KINDS:
        return
    trail = outline.trail
    if trail is None or trail.number != entry.number:
        found.add("TRAIL_MISMATCH", where, f"it is found as number {entry.number} and its leaf says another")
        return
    before = store.trail_at(entry.shipment_id, trail.number - 1) if trail.number > 1 else None
    named = None if before is None else (before.leaf_index, before.leaf_hash.hex())
    said = (trail.previous_index, trail.previous_hash) if trail.number > 1 else None
    if named != said or (before is not None and before.leaf_index >= entry.leaf_index):
        found.add("TRAIL_BROKEN", where, f"the entry it names is not number {trail.number - 1} of its shipment")


def check_erasure(store: TrailedLog, entry: Entry, outline: Outline, found: Findings) -> None:
    """Adds to the findings when the entry is an erasure and what it erased is still there."""
    if outline.kind == leaf.ERASURE_KIND:
        kept = store.personal_before(outline.shipment_id, entry.leaf_index)
    elif outline.retention is not None:
        kept = store.personal_before("", LeafIndex(min(outline.retention.before_index, entry.leaf_index)))
    else:
        return
    if kept:
        found.add("ERASURE_UNDONE", f"entry {entry.leaf_index}", f"{kept} entries that it erased have personal data")

"""Placing entries: each that speaks of a shipment names the shipment's entry before it, so that none is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit.leaf import Draft, Placed, Trail, place


class TrailEnd(NamedTuple):
    """The newest entry of a shipment: its number among the shipment's entries, its index, its RFC 6962 hash."""

    number: int
    leaf_index: LeafIndex
    leaf_hash: bytes


class Head(NamedTuple):
    """The newest entry of a shipment: its number among the shipment's entries, and its index."""

    shipment_id: str
    number: int
    leaf_index: LeafIndex


def place_all(
    drafts: Sequence[Draft], *, first_index: int, ends: Mapping[str, TrailEnd]
) -> tuple[list[Placed], list[bytes]]:
    """The drafts as entries from this index on, and their hashes; `ends` are those of their shipments, where any."""
    newest = dict(ends)
    placed: list[Placed] = []
    hashes: list[bytes] = []
    for index, draft in enumerate(drafts, start=first_index):
        entry = place(draft, _trail(newest.get(draft.shipment_id)) if draft.shipment_id else None)
        hash_of_entry = leaf_hash(entry.leaf)
        if draft.shipment_id:
            newest[draft.shipment_id] = TrailEnd(entry.number, LeafIndex(index), hash_of_entry)
        placed.append(entry)
        hashes.append(hash_of_entry)
    return placed, hashes


def _trail(end: TrailEnd | None) -> Trail:
    if end is None:
        return _BEGINNING
    return Trail(number=end.number + 1, previous_hash=end.leaf_hash.hex(), previous_index=end.leaf_index)


_BEGINNING = Trail(number=1)

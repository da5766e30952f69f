"""The nouns of the log: what is handed in to be recorded, and what is known of it once it is."""

from __future__ import annotations

from enum import Enum

import msgspec
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit.facts import Decision, Shipment


class Submission(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A decision to record, what it was decided on, and the parties, who stay outside the leaf.

    `personal` is a tidewaiter.trade.v1.Shipment message with the parties and nothing else, serialised.
    """

    decision: Decision
    shipment: Shipment
    personal: bytes


class EntryState(Enum):
    """How far an entry has come. It only moves forward; the first two are one transaction here."""

    SEQUENCED = "SEQUENCED"
    """It has its index and is durable."""
    INTEGRATED = "INTEGRATED"
    """It is in the tree of a signed checkpoint that is durable, and not handed out yet."""
    PUBLISHED = "PUBLISHED"
    """It is in the tree of the checkpoint that is handed out, and can be proven."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """That a leaf is at an index of a signed tree: proof and checkpoint, as verified by us before anyone sees it."""

    log_origin: str
    leaf_index: LeafIndex
    leaf_hash: bytes
    tree_size: TreeSize
    proof: tuple[bytes, ...]
    checkpoint: bytes


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A decision on the log. `first` is what was recorded under its id before; None when it is recorded now."""

    receipt: Receipt
    first: Decision | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of the log. `recorded_at_ns` counts from 1970, UTC; no hash covers it.

    `decision_id` is the entry's id, a decision's own or one that no decision can have. `shipment_id` is the shipment
    it speaks of, empty when of all, and `number` its number among that shipment's entries, from 1.
    """

    leaf_index: LeafIndex
    decision_id: str
    leaf: bytes
    recorded_at_ns: int
    shipment_id: str
    number: int


class Proven(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry with its receipt at the newest checkpoint."""

    entry: Entry
    receipt: Receipt

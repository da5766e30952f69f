"""The nouns of the log: what is handed in to be recorded, and what is known of it once it is."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit.facts import Decision, Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A decision to record, what it was decided on, and the parties, who stay outside the leaf.

    `personal` is a tidewaiter.trade.v1.Shipment message with the parties and nothing else, serialised.
    """

    decision: Decision
    shipment: Shipment
    personal: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a leaf is at an index of a signed tree: proof and checkpoint, as verified by us before anyone sees it."""

    log_origin: str
    leaf_index: LeafIndex
    leaf_hash: bytes
    tree_size: TreeSize
    proof: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision on the log. `first` is what was recorded under its id before; None when it is recorded now."""

    receipt: Receipt
    first: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An entry with its receipt at the newest checkpoint."""

    entry: Entry
    receipt: Receipt

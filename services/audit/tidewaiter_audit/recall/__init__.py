"""Recalling recorded decisions with all that they were taken on, so that they can be run again.

An entry is whole when its parties are still kept, and erased when they are not; goods too long for a leaf are put
back. What is not a decision is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

import msgspec
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import leaf
from tidewaiter_audit.facts import Decision, Shipment
from tidewaiter_audit.model import Entry


class State(Enum):
    """Whether a decision can be run again."""

    WHOLE = "WHOLE"
    ERASED = "ERASED"
    """Its parties were erased."""
    UNREADABLE = "UNREADABLE"
    """Its leaf is of a kind that this release does not read, or what is beside it is not what it committed to."""


class Recalled(NamedTuple):
    """One recorded decision; `personal` are its parties as serialised, empty when erased."""

    leaf_index: LeafIndex
    state: State
    decision: Decision | None
    shipment: Shipment | None
    personal: bytes
    is_newest: bool
    """Whether no later decision on the same shipment was recalled with it: the one that stands."""


class RecalledLog(Protocol):
    """What recalling needs of the store."""

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order."""
        ...

    def beside(self, leaf_index: LeafIndex) -> tuple[bytes | None, bytes, bytes]:
        """Salt, None when erased, personal data and goods beside this entry."""
        ...

    def last_decision_of(self, shipment_id: str, tree_size: int) -> LeafIndex | None:
        """The newest decision on a shipment among so many first entries."""
        ...


def recall(store: RecalledLog, entries: Iterator[Entry], *, tree_size: int) -> Iterator[Recalled]:
    """The decisions among these entries, of the log as it was when it had `tree_size` of them."""
    for entry in entries:
        if entry.leaf_index >= tree_size:
            return
        if "/" in entry.decision_id:
            continue
        yield _recalled(store, entry, tree_size)


def _recalled(store: RecalledLog, entry: Entry, tree_size: int) -> Recalled:
    is_newest = store.last_decision_of(entry.shipment_id, tree_size) == entry.leaf_index
    salt, personal, goods = store.beside(entry.leaf_index)
    try:
        content, outline = leaf.read(entry.leaf), leaf.outline_of(entry.leaf)
        opens = salt is None or leaf.opens(outline, salt=salt, personal=personal)
        if not (opens and leaf.has_goods(outline, goods)):
            raise ValueError("what is beside the entry is not what it committed to")
        shipment = content.shipment
        if goods:
            items = leaf.read_goods(goods)
            shipment = msgspec.structs.replace(shipment, items=items, items_count=0, items_sha256="")
    except ValueError:
        return Recalled(entry.leaf_index, State.UNREADABLE, None, None, b"", is_newest)
    state = State.ERASED if salt is None else State.WHOLE
    return Recalled(entry.leaf_index, state, content.decision, shipment, personal, is_newest)

"""The log that all verbs share: its store, its key, the tree as last published, and whether it can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import errors
from tidewaiter_audit.growth import Growth
from tidewaiter_audit.leaf import FREEZE_ID
from tidewaiter_audit.model import Entry
from tidewaiter_audit.recover import StoredLog, recover
from tidewaiter_audit.trail import Head, TrailEnd
from tidewaiter_audit.tree import PublishedTree


class LogStore(StoredLog, Protocol):
    """What the verbs that read need of the store, besides what recovery needs."""

    @property
    def is_lost(self) -> bool:
        """Whether the store failed, and takes nothing more until opened anew."""
        ...

    @property
    def is_writer(self) -> bool:
        """Whether this process holds the lease on the store."""
        ...

    def checkpoint_covering(self, leaf_index: LeafIndex) -> bytes | None:
        """The signed note of the first tree that had this leaf."""
        ...

    def entries_at(self, indices: Sequence[LeafIndex]) -> list[Entry]:
        """The entries at these indices, in the order asked; indices that the log does not have are left out."""
        ...

    def newest_cosigned(self) -> bytes | None:
        """The largest checkpoint that enough witnesses have cosigned."""
        ...

    def heads_between(self, start: LeafIndex, end: LeafIndex) -> list[Head]:
        """Of which shipments the entries from `start` to `end`, exclusive, are, oldest first."""
        ...

    def entries_of(self, shipment_id: str, *, at_most: int) -> list[Entry]:
        """The entries of a shipment by number, at most so many."""
        ...

    def trail_ends(self, shipment_ids: Collection[str]) -> dict[str, TrailEnd]:
        """The newest entry of each of these shipments, by shipment; those without any are left out."""
        ...

    def entries_named(self, decision_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries under these ids, by id; ids that the log does not have are left out."""
        ...


class Log:
    """One log. Made only of a store that recovery found sound: raises what `recover` raises."""

    def __init__(self, *, store: LogStore, key: VerifierKey, retired_keys: Sequence[VerifierKey] = ()) -> None:
        self.store = store
        self.key = key
        self.keys = (key, *retired_keys)
        """By which checkpoints are verified: what signs now, and what signed before."""
        self.growth = Growth()
        tree = recover(store, key)
        self._tree: PublishedTree | None = tree
        self._published_size = tree.edge.size
        self._is_halted = False

    @property
    def is_ready(self) -> bool:
        """Whether to say SERVING: the log has not contradicted itself, and the store still takes writes, and ours."""
        return not self._is_halted and not self.store.is_lost and self.store.is_writer

    @property
    def is_frozen(self) -> bool:
        """Whether the log has its last entry: it is read for ever, and takes nothing more."""
        return bool(self.store.entries_named([FREEZE_ID]))

    @property
    def tree_size(self) -> int:
        """Leaves of the tree as last published; from any thread, and without asking the store."""
        return self._published_size

    def tree(self) -> PublishedTree:
        """The tree as last published, read again from the store when we are not sure of it.

        Failure CORRUPT: LOG_HALTED, or what recovery finds.
        """
        if self._is_halted:
            raise errors.log_halted()
        if self._tree is None:
            self.publish(recover(self.store, self.key))
        assert self._tree is not None
        return self._tree

    def publish(self, tree: PublishedTree) -> None:
        """Makes this the published tree: its checkpoint is durable."""
        self._tree = tree
        self._published_size = tree.edge.size
        self.growth.announce()

    def doubt(self) -> None:
        """Forgets the tree in memory, because it is not known what the store holds."""
        self._tree = None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Within the block a failure that shows the log to be corrupt stops it for good: no more answers."""
        try:
            yield
        except Failure as failure:
            if failure.kind is Kind.CORRUPT:
                self._is_halted = True
            raise

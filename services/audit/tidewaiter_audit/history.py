"""GetShipmentHistory: all entries of a shipment, with the proof that there are no others up to a size of the log.

The trail of a shipment fixes all entries before its newest one. Which one that is, the log states from time to time
for all shipments at once, as the root of a map, in an entry of its own:

1. Bring the map up to the entries published.   Dies here: the map is ahead of what was stated, and the next
                                                statement is of it; until then none can be proven.
2. Append the statement: size, root, shipments. Dies here: on the log or not; the same statement is made again, under
                                                the same name, and is on the log once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import structlog
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.logs import traceback_fields
from tidewaiter_tlog.errors import HistoryUntold, TlogError
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.heads_map import MapProof
from tidewaiter_tlog.history import History, ProvenLeaf, verify_history
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.leaf import Heads
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry
from tidewaiter_audit.recording import Recorder
from tidewaiter_audit.trail import Head
from tidewaiter_audit.tree import PublishedTree

ENTRIES_MAX: Final = 2_000
"""Entries of one shipment in one history: a shipment with more is read from the log itself."""
_ENTRIES_AT_ONCE: Final = 1_000
"""In one change of the map, some tens of milliseconds, between which others get their turn."""

log = structlog.get_logger()


class HeadsStore(Protocol):
    """Where the map of heads is kept."""

    @property
    def covered(self) -> tuple[int, int]:
        """How many entries of the log the map is of, and how many shipments it has."""
        ...

    @property
    def root(self) -> bytes:
        """The root over all heads."""
        ...

    async def put(self, heads: Sequence[Head], tree_size: int) -> None:
        """Makes it the map of so many entries, durably."""
        ...

    def prove(self, shipment_id: str) -> MapProof:
        """What the map has of this shipment."""
        ...


class ShipmentHistory(NamedTuple):
    """A history as a file, with how many entries it has and up to which size of the log it is complete."""

    file: bytes
    entries: int
    complete_to: int


class Histories:
    """The histories of all shipments of one log, and what states where their trails end."""

    def __init__(self, *, log: Log, heads: HeadsStore, recorder: Recorder) -> None:
        self._log = log
        self._heads = heads
        self._recorder = recorder
        self._turn = asyncio.Lock()

    async def history(self, shipment_id: str, *, fresh: bool) -> ShipmentHistory:
        """The history at the newest checkpoint, verified by ourselves; with no entries where there are none.

        Complete up to the newest statement, which is made now when `fresh` or when there is none yet.
        Failure FULL, HISTORY_TOO_LONG; CORRUPT, PROOF_INVALID, ROOT_MISMATCH.
        """
        if fresh or self._stated() is None:
            await asyncio.shield(asyncio.ensure_future(self.state()))
        async with self._turn:
            with self._log.guarded():
                return self._history(shipment_id)

    async def state(self) -> None:
        """Puts a statement on the log when an entry has moved a head since the last one. Not to be cancelled."""
        async with self._turn:
            if self._log.is_frozen:
                return
            size = self._log.tree().edge.size
            covered, _ = self._heads.covered
            if covered > size:
                raise errors.heads_foreign()
            while covered < size:
                end = min(size, covered + _ENTRIES_AT_ONCE)
                moved = self._log.store.heads_between(LeafIndex(covered), LeafIndex(end))
                if not moved and self._stated() is not None:
                    return
                await self._heads.put(moved, end)
                covered = end
            if self._stated() is None:
                _, shipments = self._heads.covered
                heads = Heads(root=self._heads.root.hex(), shipments=shipments, tree_size=covered)
                (result,) = await self._recorder.record([leaf.draft_heads(heads)])
                if isinstance(result, Failure):
                    raise result

    async def drain(self) -> None:
        """Waits for a statement that is under way."""
        async with self._turn:
            return

    async def keep_stating(self, pause_seconds: float) -> None:
        """For the life of the service; ends when cancelled. What fails is tried again after the pause."""
        while True:
            await asyncio.sleep(pause_seconds)
            try:
                await asyncio.shield(asyncio.ensure_future(self.state()))
            except Exception as error:  # noqa: BLE001  # logged whole, and tried again after a pause
                log.error("heads could not be stated", **traceback_fields(error))

    def _stated(self) -> Entry | None:
        """The statement of the map as it is now; None when it was not stated.

        Failure CORRUPT, ROOT_MISMATCH, when what was stated for this size is another map.
        """
        covered, _ = self._heads.covered
        name = leaf.heads_id(covered)
        entry = self._log.store.entries_named([name]).get(name)
        if entry is None or entry.leaf_index >= self._log.tree().edge.size:
            return None
        heads = leaf.outline_of(entry.leaf).heads
        if heads is None or heads.root != self._heads.root.hex():
            raise errors.heads_foreign()
        return entry

    def _history(self, shipment_id: str) -> ShipmentHistory:
        stated = self._stated()
        if stated is None:
            raise errors.log_moved()
        tree = self._log.tree()
        found = self._log.store.entries_of(shipment_id, at_most=ENTRIES_MAX + 1)
        entries = [entry for entry in found if entry.leaf_index < tree.edge.size]
        if len(entries) > ENTRIES_MAX:
            raise errors.history_too_long(shipment_id, ENTRIES_MAX)
        proven = _proven(tree, [stated, *entries])
        file = History(
            shipment_id=shipment_id,
            checkpoint=tree.checkpoint,
            heads=proven[0],
            map_proof=self._heads.prove(shipment_id),
            entries=tuple(proven[1:]),
        ).to_bytes()
        self._verify(file)
        return ShipmentHistory(file, len(entries), self._heads.covered[0])

    def _verify(self, file: bytes) -> None:
        try:
            verify_history(file, [self._log.key])
        except HistoryUntold:
            # Entries of a form without trails are given out all the same: whoever verifies is told.
            return
        except TlogError as error:
            raise errors.proof_invalid(str(error)) from error


def _proven(tree: PublishedTree, entries: Sequence[Entry]) -> list[ProvenLeaf]:
    receipts = tree.receipts(
        [entry.leaf_index for entry in entries],
        [leaf_hash(entry.leaf) for entry in entries],
        checkpoint=tree.checkpoint,
    )
    return [
        ProvenLeaf(leaf_index=entry.leaf_index, leaf=entry.leaf, proof=receipt.proof)
        for entry, receipt in zip(entries, receipts, strict=True)
    ]

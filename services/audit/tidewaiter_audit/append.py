"""AppendDecisions: decisions onto the log, durably, exactly once by decision_id, each with a proven receipt.

The order of writes, and what a crash leaves behind. One group at a time; a group is whatever was handed in while
the one before was on its way to the disk.

1. Draft the leaves, each under a fresh salt.           Dies here: nothing was written.
2. Set aside what the log has already.                  Dies here: the same.
3. Place the others, each naming its shipment's entry   Dies here: the signature dies with us, seen by nobody, so
   before it. Lay the tree out in memory and sign its   that another tree of this size may be signed later.
   checkpoint.
4. Prove each leaf and verify each proof ourselves.     One is false: nothing was written; the log stops.
5. Write leaves, tiles, checkpoint and what they are    Dies before COMMIT: nothing was written; callers had no
   found by in one transaction, if the lease is still   answer and repeat. Dies after: all of it is on the log, the
   ours and the newest checkpoint the one that 3 built  repeat finds it in 2 and gets the first decision.
   on. They are sequenced and integrated.
6. Publish the tree in memory: they are published.      Dies here: the same; the start reads the tree from 5.
7. Answer.                                              Dies here: the same.
8. Within a second, raise the high-water mark.          Dies here: the mark is older than the log, which is no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tidewaiter_chassis import logs
from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.measures import Meter
from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.signers import Signer
from tidewaiter_tlog.tiles import TileId
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.leaf import Draft, Placed
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry, Receipt, Recorded, Submission
from tidewaiter_audit.recover import read_checkpoint
from tidewaiter_audit.trail import place_all
from tidewaiter_audit.tree import PublishedTree

_SALTS_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All that one append makes of the store. `tiles` are whole: those that became full, and the last of each level."""

    old_checkpoint: bytes
    old_size: TreeSize
    new_size: TreeSize
    entries: Sequence[Placed]
    tiles: Mapping[TileId, bytes]
    checkpoint: bytes
    recorded_at_ns: int


class GroupStore(Protocol):
    """Where groups are kept."""

    async def write_group(self, group: Group) -> None:
        """Keeps all of the group or nothing of it; durable on return.

        Failure BUSY: LOG_MOVED, when the newest checkpoint does not say what `old_checkpoint` does; LEASE_LOST, when
        another process may write by now. After any other error it is not known whether the group was kept.
        """
        ...


class DecisionLog:
    """The one writer of a log, bounded by what may wait and by what goes into a group.

    With a `former_signer` every checkpoint is signed by both, as it is while one key takes over from another.
    """

    def __init__(
        self,
        *,
        log: Log,
        store: GroupStore,
        signer: Signer,
        former_signer: Signer | None = None,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        group_decisions_max: int,
        decisions_waiting_max: int,
        meter: Meter | None = None,
    ) -> None:
        self._log = log
        self._store = store
        self._signers = [signer] if former_signer is None else [former_signer, signer]
        self._clock = clock
        self._salts = _salts(random_bytes)
        self._groups: Coalescer[Draft, Recorded] = Coalescer(
            self._append_group,
            name="append",
            items_max=group_decisions_max,
            waiting_max=decisions_waiting_max,
            # One at a time: each group builds on the tree that the group before has published.
            flights_max=1,
            meter=meter,
        )

    async def append(self, submissions: Iterable[Submission | Failure]) -> list[Recorded | Failure]:
        """For each submission, in order, that it is on the log, or why not: one failing takes no other with it.

        Durable on return. A decision_id that the log has already is answered with the decision recorded first and
        the receipt that it got then, whatever is handed in now. What is handed in as a failure stays one.
        """
        # 1
        drafts = [self._draft(submission) for submission in submissions]
        placed = iter(await self._groups.submit_all([draft for draft in drafts if isinstance(draft, Draft)]))
        results = [next(placed) if isinstance(draft, Draft) else draft for draft in drafts]
        recorded = [result for result in results if isinstance(result, Recorded)]
        logs.note(
            decisions=len(results),
            refused=len(results) - len(recorded),
            replayed=sum(result.first is not None for result in recorded),
        )
        return results

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded | Failure]:
        """The same for entries of the log's own, that no submission makes."""
        return await self._groups.submit_all(drafts)

    async def drain(self) -> None:
        """Waits until everything accepted is on the log or refused."""
        await self._groups.drain()

    def _draft(self, submission: Submission | Failure) -> Draft | Failure:
        if isinstance(submission, Failure):
            return submission
        try:
            return leaf.draft(submission, salt=next(self._salts))
        except Failure as failure:
            return failure

    async def _append_group(self, drafts: list[Draft]) -> Sequence[Recorded | Failure]:
        with self._log.guarded():
            tree = self._log.tree()
            # 2
            seen = self._log.store.entries_named([draft.decision_id for draft in drafts])
            fresh: dict[str, Draft] = {}
            for draft in drafts:
                if draft.decision_id not in seen:
                    fresh.setdefault(draft.decision_id, draft)
            if fresh and self._log.is_frozen:
                raise errors.log_frozen()
            placed = await self._publish(tree, list(fresh.values()))
            firsts = self._first_receipts(tree, list(seen.values()))
            # 7
            return [
                Recorded(receipt=firsts[draft.decision_id], first=leaf.first_told(seen[draft.decision_id]))
                if draft.decision_id in seen
                else _told(draft, *placed[draft.decision_id])
                for draft in drafts
            ]

    async def _publish(self, tree: PublishedTree, drafts: list[Draft]) -> dict[str, tuple[Placed, Receipt]]:
        """These drafts as entries with their receipts, by decision_id, once they are on the log."""
        if not drafts:
            return {}
        # 3
        ends = self._log.store.trail_ends({draft.shipment_id for draft in drafts})
        placed, hashes = place_all(drafts, first_index=tree.edge.size, ends=ends)
        extension = tree.extend(hashes)
        note = sign_checkpoint(
            Checkpoint(origin=tree.origin, tree_size=extension.size, root=extension.root), self._signers
        )
        # 4
        indices = [LeafIndex(index) for index in range(tree.edge.size, extension.size)]
        try:
            receipts = tree.receipts(indices, hashes, checkpoint=note)
            # 5
            await self._store.write_group(
                Group(
                    old_checkpoint=tree.checkpoint,
                    old_size=tree.edge.size,
                    new_size=extension.size,
                    entries=placed,
                    tiles=extension.tiles,
                    checkpoint=note,
                    recorded_at_ns=self._clock.ns(),
                )
            )
        except BaseException:
            # What was laid out in memory is not, or perhaps not, what the store holds: the next group asks it.
            self._log.doubt()
            raise
        # 6
        self._log.publish(tree.grown(extension, note))
        return {entry.decision_id: (entry, receipt) for entry, receipt in zip(placed, receipts, strict=True)}

    def _first_receipts(self, tree: PublishedTree, entries: list[Entry]) -> dict[str, Receipt]:
        """The receipts that these entries got when they were recorded, by decision_id, byte for byte the same."""
        by_checkpoint: dict[bytes, list[Entry]] = defaultdict(list)
        for entry in entries:
            note = self._log.store.checkpoint_covering(entry.leaf_index)
            if note is None:
                raise errors.root_mismatch(f"no checkpoint covers entry {entry.leaf_index}")
            by_checkpoint[note].append(entry)
        found: dict[str, Receipt] = {}
        for note, covered in by_checkpoint.items():
            read_checkpoint(note, *self._log.keys)
            receipts = tree.receipts(
                [entry.leaf_index for entry in covered],
                [leaf_hash(entry.leaf) for entry in covered],
                checkpoint=note,
            )
            found.update(zip((entry.decision_id for entry in covered), receipts, strict=True))
        return found


def _salts(random_bytes: Callable[[int], bytes]) -> Iterator[bytes]:
    """Salts, each given out once; drawn many at a time, because asking the system costs more than the bytes."""
    while True:
        drawn = random_bytes(leaf.SALT_BYTES * _SALTS_AT_ONCE)
        for start in range(0, len(drawn), leaf.SALT_BYTES):
            yield drawn[start : start + leaf.SALT_BYTES]


def _told(draft: Draft, placed: Placed, receipt: Receipt) -> Recorded:
    """For two of one decision_id in a group the first is placed, and the second gets what a repeat would get."""
    return Recorded(receipt=receipt, first=None if draft is placed.draft else leaf.decision_in(placed.leaf))

"""GetDecision, GetProof and GetCheckpoint: what is on the log, and never an answer that it could not prove."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.receipt import Receipt as ReceiptFile
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry, EntryState, Proven, Receipt
from tidewaiter_audit.recover import read_checkpoint

DecisionName = str | LeafIndex
"""A decision_id, or the index of a leaf."""


class SignedTree(msgspec.Struct, frozen=True, kw_only=True):
    """The newest checkpoint: its note, its size, and the text of the key that verifies it; and the newest that
    enough witnesses have cosigned, empty when there is none.
    """

    note: bytes
    tree_size: TreeSize
    verifier_key: str
    cosigned: bytes = b""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An entry and how far it has come; its proof was verified when it is published."""

    entry: Entry
    state: EntryState


class DecisionReader:
    """Reads one log, proving what it reads against the newest checkpoint before it answers."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def get(self, name: DecisionName) -> Proven:
        """The entry and its receipt at the newest checkpoint.

        Failure NOT_FOUND, DECISION_NOT_FOUND; CORRUPT, PROOF_INVALID, after which the log answers nothing more.
        """
        (proven,) = self.get_all([name])
        if isinstance(proven, Failure):
            raise proven
        return proven

    def get_cosigned(self, name: DecisionName) -> Proven:
        """The entry and its receipt at the newest checkpoint that enough witnesses have cosigned.

        Failures as `get`, and NOT_READY, NOT_COSIGNED, when none has that covers the entry.
        """
        with self._log.guarded():
            tree = self._log.tree()
            (entry,) = self._find_all([name])
            if entry is None:
                raise errors.decision_not_found(str(name))
            note = self._log.store.newest_cosigned()
            if note is None or not entry.leaf_index < read_checkpoint(note, *self._log.keys).tree_size:
                raise errors.not_cosigned()
            leaf.check_name(entry)
            (receipt,) = tree.receipts([entry.leaf_index], [leaf_hash(entry.leaf)], checkpoint=note)
        return Proven(entry=entry, receipt=receipt)

    def get_all(self, names: Sequence[DecisionName]) -> list[Proven | Failure]:
        """For each name its entry and receipt, or its Failure NOT_FOUND: all at one checkpoint, proven in one walk."""
        with self._log.guarded():
            tree = self._log.tree()
            entries = self._find_all(names)
            # An entry of a group that is durable, but not published yet, has no proof yet either.
            published = [entry for entry in entries if entry is not None and entry.leaf_index < tree.edge.size]
            for entry in published:
                leaf.check_name(entry)
            receipts = tree.receipts(
                [entry.leaf_index for entry in published],
                [leaf_hash(entry.leaf) for entry in published],
                checkpoint=tree.checkpoint,
            )
        proven = {
            entry.leaf_index: Proven(entry=entry, receipt=receipt)
            for entry, receipt in zip(published, receipts, strict=True)
        }
        return [
            (proven.get(entry.leaf_index) if entry is not None else None) or errors.decision_not_found(str(name))
            for name, entry in zip(names, entries, strict=True)
        ]

    def see(self, name: DecisionName) -> Seen:
        """The entry and how far it has come, also before it can be proven. Failures as `get`."""
        with self._log.guarded():
            tree = self._log.tree()
            (entry,) = self._find_all([name])
            if entry is not None and entry.leaf_index >= tree.edge.size:
                leaf.check_name(entry)
                return Seen(entry=entry, state=EntryState.INTEGRATED)
        return Seen(entry=self.get(name).entry, state=EntryState.PUBLISHED)

    def checkpoint(self) -> SignedTree:
        """The newest checkpoint; Failure CORRUPT, LOG_HALTED."""
        with self._log.guarded():
            tree = self._log.tree()
            return SignedTree(
                note=tree.checkpoint,
                tree_size=tree.edge.size,
                verifier_key=self._log.key.to_text(),
                cosigned=self._log.store.newest_cosigned() or b"",
            )

    def _find_all(self, names: Sequence[DecisionName]) -> list[Entry | None]:
        named = self._log.store.entries_named([name for name in names if isinstance(name, str)])
        placed = self._log.store.entries_at([name for name in names if not isinstance(name, str)])
        at = {entry.leaf_index: entry for entry in placed}
        return [named.get(name) if isinstance(name, str) else at.get(name) for name in names]


def receipt_file(receipt: Receipt) -> bytes:
    """The receipt as a c2sp.org/tlog-proof@v1 file, which anyone can verify offline with the log's public key."""
    return ReceiptFile(leaf_index=receipt.leaf_index, proof=receipt.proof, checkpoint=receipt.checkpoint).to_bytes()

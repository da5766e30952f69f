"""GetDecision, GetProof and GetCheckpoint: what is on the log, and never an answer that it could not prove."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.receipt import Receipt as ReceiptFile
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Entry, Proven, Receipt

DecisionName = str | LeafIndex
"""A decision_id, or the index of a leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTree:
    """The newest checkpoint: its note, its size, and the text of the key that verifies it."""

    note: bytes
    tree_size: TreeSize
    verifier_key: str


class DecisionReader:
    """Reads one log, proving what it reads against the newest checkpoint before it answers."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def get(self, name: DecisionName) -> Proven:
        """The entry and its receipt at the newest checkpoint.

        Failure NOT_FOUND, DECISION_NOT_FOUND; CORRUPT, PROOF_INVALID, after which the log answers nothing more.
        """
        with self._log.guarded():
            tree = self._log.tree()
            entry = self._find(name)
            # An entry of a group that is durable, but not published yet, has no proof yet either.
            if entry is None or entry.leaf_index >= tree.edge.size:
                raise errors.decision_not_found(str(name))
            leaf.check_name(entry)
            (receipt,) = tree.receipts([entry.leaf_index], [leaf_hash(entry.leaf)], checkpoint=tree.checkpoint)
            return Proven(entry=entry, receipt=receipt)

    def checkpoint(self) -> SignedTree:
        """The newest checkpoint; Failure CORRUPT, LOG_HALTED."""
        with self._log.guarded():
            tree = self._log.tree()
            return SignedTree(note=tree.checkpoint, tree_size=tree.edge.size, verifier_key=self._log.key.to_text())

    def _find(self, name: DecisionName) -> Entry | None:
        if isinstance(name, str):
            return self._log.store.entries_named([name]).get(name)
        return self._log.store.entry_at(name)


def receipt_file(receipt: Receipt) -> bytes:
    """The receipt as a c2sp.org/tlog-proof@v1 file, which anyone can verify offline with the log's public key."""
    return ReceiptFile(leaf_index=receipt.leaf_index, proof=receipt.proof, checkpoint=receipt.checkpoint).to_bytes()

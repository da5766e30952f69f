"""GetConsistencyProof: that one tree continues another, verified before it is told."""

from __future__ import annotations

from typing import Protocol

import msgspec
from tidewaiter_chassis.failures import Violation, invalid
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.proof import verify_consistency
from tidewaiter_tlog.tree import TreeSize

from tidewaiter_audit import errors
from tidewaiter_audit.log import Log
from tidewaiter_audit.recover import read_checkpoint


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """The proof from one size to another, the roots at both, and the checkpoint of the newer where one was signed."""

    hashes: tuple[bytes, ...]
    newer_size: TreeSize
    older_root: bytes
    newer_root: bytes
    checkpoint: bytes


class CheckpointStore(Protocol):
    """What this needs of the store."""

    def checkpoint_of(self, tree_size: TreeSize) -> bytes | None:
        """The signed note of the tree of exactly this size."""
        ...


class ConsistencyProver:
    """Proves that one log only grew."""

    def __init__(self, *, log: Log, store: CheckpointStore) -> None:
        self._log = log
        self._store = store

    def prove(self, older: int, newer: int = 0) -> Continuation:
        """From `older` to `newer` leaves, 0 for the newest tree.

        Failure INVALID, SIZE_OUT_OF_RANGE, unless 1 <= older <= newer <= the newest; CORRUPT, PROOF_INVALID.
        """
        with self._log.guarded():
            tree = self._log.tree()
            size = newer or tree.edge.size
            _check_sizes(older, size, tree.edge.size)
            try:
                hashes = tree.tiles.consistency_proof(older, size)
                roots = tree.tiles.root(older), tree.tiles.root(size)
                verify_consistency(older, size, hashes, *roots)
            except TlogError as error:
                raise errors.proof_invalid(str(error)) from error
            note = self._store.checkpoint_of(TreeSize(size))
            # The roots are computed from tiles; where one was signed they must agree.
            if note is not None and read_checkpoint(note, self._log.key).root != roots[1]:
                raise errors.root_mismatch(f"the tiles lead to another root at {size} than was signed")
        return Continuation(
            hashes=hashes,
            newer_size=TreeSize(size),
            older_root=roots[0],
            newer_root=roots[1],
            checkpoint=note or b"",
        )


def _check_sizes(older: int, newer: int, newest: int) -> None:
    broken = []
    if newer > newest:
        broken.append(("newer_size", f"the log has {newest} entries: give at most that, or 0"))
    if not 1 <= older <= newer:
        broken.append(("older_size", f"{older} is not from 1 to {newer}, the newer size"))
    if broken:
        raise invalid(*[Violation(field=field, code="SIZE_OUT_OF_RANGE", message=text) for field, text in broken])

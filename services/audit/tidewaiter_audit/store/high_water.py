"""The largest checkpoint ever published, in a file where a restore of the data folder does not reach.

Whoever puts back all of audit's files together to an earlier state leaves a log that is sound by itself. This file
is what then still says that there was more.
"""

from __future__ import annotations

import os
from pathlib import Path

from tidewaiter_tlog.checkpoint import Checkpoint
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.keys import VerifierKey

from tidewaiter_audit import errors
from tidewaiter_audit.recover import read_checkpoint
from tidewaiter_audit.tree import PublishedTree

_MODE = 0o600


class HighWater:
    """The mark of one log, in the file at `path`."""

    def __init__(self, path: Path, *keys: VerifierKey) -> None:
        self._path = path
        self._keys = keys
        self._marked = b""

    def begin(self, tree: PublishedTree) -> None:
        """Makes the mark where there is none yet. Failure NOT_READY, HIGH_WATER_EXISTS, where there is one."""
        if self._path.exists():
            raise errors.high_water_exists(self._path)
        self.raise_to(tree.checkpoint)

    def check(self, tree: PublishedTree) -> None:
        """Returns when the tree goes on from the mark.

        Failure NOT_READY, HIGH_WATER_ABSENT; CORRUPT: LOG_ROLLED_BACK when the tree is smaller than the mark or has
        another root at its size, CHECKPOINT_INVALID when the file is no checkpoint of this log.
        """
        mark = self._read()
        if mark.tree_size > tree.edge.size:
            raise errors.log_rolled_back(tree.edge.size, mark.tree_size)
        try:
            root = tree.tiles.root(mark.tree_size)
        except TlogError as error:
            raise errors.root_mismatch(str(error)) from error
        if root != mark.root:
            raise errors.log_forked(mark.tree_size)

    def raise_to(self, checkpoint: bytes) -> None:
        """Makes this note the mark; durable on return. It must be of a tree that goes on from the mark."""
        if checkpoint == self._marked:
            return
        draft = self._path.with_name(f"{self._path.name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(checkpoint)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        _sync_folder(self._path.parent)
        self._marked = checkpoint

    def _read(self) -> Checkpoint:
        try:
            note = self._path.read_bytes()
        except FileNotFoundError as error:
            raise errors.high_water_absent(self._path) from error
        checkpoint = read_checkpoint(note, *self._keys)
        self._marked = note
        return checkpoint


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

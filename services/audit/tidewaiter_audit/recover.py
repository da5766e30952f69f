"""What a start finds: the tree as signed, or a refusal. The same way back is taken when a write's fate is unknown.

How much is looked at: the newest checkpoint and its signature; on every level the last tile, from which the root
is computed again; the leaves under the last tile of level 0, at most 256, with the names they are found by.
That is what the next append builds on, and takes milliseconds at any size. The whole log is for `fsck`, at start
with a setting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from tidewaiter_tlog.checkpoint import Checkpoint, verify_checkpoint
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.tiles import TILE_WIDTH, Tiles
from tidewaiter_tlog.tree import Edge, LeafIndex

from tidewaiter_audit import errors, leaf
from tidewaiter_audit.model import Entry
from tidewaiter_audit.tree import PublishedTree, TileShelf, TileStore


class StoredLog(TileStore, Protocol):
    """What recovery needs of the store."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Within the block every read sees the log as of one commit."""
        ...

    def newest_checkpoint(self) -> bytes | None:
        """The signed note of the largest tree; None where no log was made."""
        ...

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order."""
        ...


def recover(store: StoredLog, key: VerifierKey) -> PublishedTree:
    """The tree that the store holds and the newest checkpoint commits to, ready to grow.

    Failure NOT_READY, LOG_ABSENT, where no log was made; CORRUPT: CHECKPOINT_INVALID, ROOT_MISMATCH.
    """
    with store.snapshot():
        note = store.newest_checkpoint()
        if note is None:
            raise errors.log_absent("the store")
        checkpoint = read_checkpoint(note, key)
        shelf = TileShelf(store)
        tiles = Tiles(shelf.read)
        edge = _edge(tiles, checkpoint)
        _check_last_leaves(store, shelf, checkpoint)
    return PublishedTree(origin=checkpoint.origin, edge=edge, checkpoint=note, shelf=shelf, tiles=tiles)


def read_checkpoint(note: bytes, *keys: VerifierKey) -> Checkpoint:
    """The checkpoint, once one of these keys is seen to have signed it; Failure CORRUPT, CHECKPOINT_INVALID."""
    try:
        return verify_checkpoint(note, keys)
    except TlogError as error:
        raise errors.checkpoint_invalid(str(error)) from error


def _edge(tiles: Tiles, checkpoint: Checkpoint) -> Edge:
    try:
        edge = tiles.edge(checkpoint.tree_size)
    except TlogError as error:
        raise errors.root_mismatch(str(error)) from error
    if edge.root() != checkpoint.root:
        raise errors.root_mismatch(
            f"the tiles of {checkpoint.tree_size} leaves lead to {edge.root().hex()}, signed is {checkpoint.root.hex()}"
        )
    return edge


def _check_last_leaves(store: StoredLog, shelf: TileShelf, checkpoint: Checkpoint) -> None:
    """That the leaves under the last tile are there, under their names, and that none follows them."""
    size = checkpoint.tree_size
    tile_index = max(0, size - 1) // TILE_WIDTH
    first = tile_index * TILE_WIDTH
    hashes = []
    for entry in store.entries_from(LeafIndex(first)):
        if entry.leaf_index >= size:
            raise errors.root_mismatch(f"there is an entry {entry.leaf_index} beyond the {size} that were signed")
        leaf.check_name(entry)
        hashes.append(leaf_hash(entry.leaf))
    if b"".join(hashes) != shelf.read(0, tile_index, size - first):
        raise errors.root_mismatch(f"the entries from {first} on do not hash to their tile")

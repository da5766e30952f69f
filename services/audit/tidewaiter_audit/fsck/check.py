"""The check itself.

1. The store's own check of its file.
2. Every checkpoint: signed by this log, of the size it is kept under, the first of them of the empty tree.
3. Every entry: in its place without a gap, none beyond the newest checkpoint, a leaf under the id it is found by,
   each id once; its parties and goods those that the leaf committed to, and none without a leaf; found by what its
   leaf says.
4. The tree, grown from these leaves: its root at the size of every checkpoint, and every tile, none missing or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.hashing import HASH_SIZE, leaf_hash
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.tiles import TILE_WIDTH, extend, tile_width
from tidewaiter_tlog.tree import Edge, LeafIndex, TreeSize

from tidewaiter_audit.fsck.beside import Beside, check_entry
from tidewaiter_audit.fsck.findable import Findable, FindableLog
from tidewaiter_audit.fsck.heads import StatedHeads, StatingLog
from tidewaiter_audit.fsck.report import Findings, FsckReport
from tidewaiter_audit.fsck.trails import TrailedLog
from tidewaiter_audit.model import Entry
from tidewaiter_audit.recover import read_checkpoint

_LEAVES_AT_ONCE: Final = 4096


class CheckedLog(TrailedLog, StatingLog, FindableLog, Protocol):
    """What the check reads."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Within the block every read sees the log as of one commit, so that a log in use can be checked."""
        ...

    def damage(self) -> list[str]:
        """What the store itself finds wrong with its file."""
        ...

    def checkpoints(self) -> Iterator[tuple[TreeSize, bytes]]:
        """Every tree size signed, with its note, smallest first."""
        ...

    def cosigned(self) -> Iterator[tuple[TreeSize, bytes]]:
        """Every size of which a checkpoint was cosigned, with its note, smallest first."""
        ...

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order."""
        ...

    def personal(self) -> Iterator[tuple[LeafIndex, tuple[bytes, bytes]]]:
        """Index, salt and personal data of everything kept beside the log, in order."""
        ...

    def goods(self) -> Iterator[tuple[LeafIndex, bytes]]:
        """Index and goods of all that were too long for a leaf, in order."""
        ...

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of this tile."""
        ...

    def tile_places(self) -> Iterator[tuple[int, int]]:
        """Level and index of every tile."""
        ...


def check_log(store: CheckedLog, *keys: VerifierKey) -> FsckReport:
    """The whole log against itself and its keys, those that signed before included.

    Some 15 seconds and little memory a million leaves.
    """
    found = Findings()
    with store.snapshot():
        for damage in store.damage():
            found.add("STORE_DAMAGED", "store", damage)
        signed = _check_checkpoints(store, keys, found)
        tree = _Regrowth(store, signed, found)
        for entry in _entries(store, max(signed, default=0), found):
            tree.add(leaf_hash(entry.leaf))
        tree.finish()
    return FsckReport(
        tree_size=tree.edge.size,
        root=tree.edge.root().hex(),
        checkpoints=len(signed),
        problems=tuple(found.first),
        problems_total=found.total,
    )


def _check_checkpoints(store: CheckedLog, keys: Sequence[VerifierKey], found: Findings) -> dict[int, bytes]:
    """The root that was signed for each size."""
    signed: dict[int, bytes] = {}
    for size, note in store.checkpoints():
        try:
            checkpoint = read_checkpoint(note, *keys)
        except Failure as failure:
            found.add("CHECKPOINT_INVALID", f"checkpoint {size}", failure.detail)
            continue
        if checkpoint.tree_size == size:
            signed[size] = checkpoint.root
        else:
            found.add("CHECKPOINT_MISPLACED", f"checkpoint {size}", f"it is of {checkpoint.tree_size} leaves")
    for size, note in store.cosigned():
        try:
            cosigned = read_checkpoint(note, *keys)
        except Failure as failure:
            found.add("COSIGNED_INVALID", f"cosigned checkpoint {size}", failure.detail)
            continue
        if (cosigned.tree_size, cosigned.root) != (size, signed.get(size)):
            found.add("COSIGNED_MISMATCH", f"cosigned checkpoint {size}", "it is not the checkpoint of that size")
    if 0 not in signed:
        found.add("CHECKPOINT_MISSING", "checkpoint 0", "no log was made here, or its beginning is gone")
    return signed


def _entries(store: CheckedLog, newest: int, found: Findings) -> Iterator[Entry]:
    """The entries that make the tree: all up to the first gap or the newest checkpoint."""
    personal = Beside("PERSONAL_WITHOUT_ENTRY", store.personal(), found)
    heads = StatedHeads(store, found)
    goods = Beside("GOODS_WITHOUT_ENTRY", store.goods(), found)
    findable = Findable()
    position = 0
    for position, entry in enumerate(store.entries_from(LeafIndex(0)), start=1):
        if entry.leaf_index != position - 1:
            found.add("ENTRY_MISSING", f"entry {position - 1}", f"the next one is {entry.leaf_index}")
            return
        if entry.leaf_index >= newest:
            found.add("ENTRY_UNSIGNED", f"entry {entry.leaf_index}", f"the newest checkpoint is of {newest} leaves")
            return
        kept, long = personal.take(entry.leaf_index), goods.take(entry.leaf_index)
        check_entry(store, entry, heads=heads, personal=kept, goods=long, found=found)
        findable.add(entry)
        yield entry
    if position < newest:
        found.add("ENTRY_MISSING", f"entry {position}", f"the newest checkpoint is of {newest} leaves")
    personal.finish()
    goods.finish()
    heads.finish()
    findable.compare(store, found)


class _Regrowth:
    """The tree as it grows again, compared with what is stored on the way."""

    def __init__(self, store: CheckedLog, signed: dict[int, bytes], found: Findings) -> None:
        self.edge = Edge()
        self._store = store
        self._signed = signed
        self._found = found
        self._waiting: list[bytes] = []
        self._partial: dict[tuple[int, int], bytes] = {}
        self._compare_root()

    def add(self, hash_of_leaf: bytes) -> None:
        """One more leaf."""
        self._waiting.append(hash_of_leaf)
        size = self.edge.size + len(self._waiting)
        if size in self._signed or len(self._waiting) == _LEAVES_AT_ONCE:
            self._grow(self._waiting)
            self._waiting = []

    def finish(self) -> None:
        """Compares what only the end shows: the last tiles, and that there are no others."""
        self._grow(self._waiting)
        for (level, index), hashes in self._partial.items():
            self._compare_tile(level, index, hashes)
        for level, index in self._store.tile_places():
            if tile_width(level, index, self.edge.size) == 0:
                self._found.add("TILE_UNKNOWN", f"tile {level}/{index}", "the tree has no such tile")

    def _grow(self, hashes: Sequence[bytes]) -> None:
        if not hashes:
            return
        extension = extend(self.edge.size, hashes, self._read_partial, edge=self.edge)
        for tile, data in extension.tiles.items():
            if len(data) == TILE_WIDTH * HASH_SIZE:
                self._partial.pop((tile.level, tile.index), None)
                self._compare_tile(tile.level, tile.index, data)
            else:
                self._partial[tile.level, tile.index] = data
        self.edge = extension.edge
        self._compare_root()

    def _read_partial(self, level: int, index: int, width: int) -> bytes:
        return self._partial[level, index][: width * HASH_SIZE]

    def _compare_root(self) -> None:
        size, root = self.edge.size, self.edge.root()
        if self._signed.get(size, root) != root:
            self._found.add("ROOT_MISMATCH", f"checkpoint {size}", f"the leaves lead to another root, {root.hex()}")

    def _compare_tile(self, level: int, index: int, hashes: bytes) -> None:
        stored = self._store.tile(level, index)
        if stored is None:
            self._found.add("TILE_MISSING", f"tile {level}/{index}", "the tree has it and the store does not")
        elif stored != hashes:
            self._found.add("TILE_MISMATCH", f"tile {level}/{index}", "it is not what the leaves below it make")

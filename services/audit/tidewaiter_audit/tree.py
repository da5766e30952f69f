"""The tree as last published, in memory: its edge, its signed checkpoint, and the tiles at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tidewaiter_tlog.checkpoint import parse_checkpoint
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.hashing import HASH_SIZE
from tidewaiter_tlog.proof import verify_inclusions
from tidewaiter_tlog.tiles import Extension, TileId, Tiles, extend
from tidewaiter_tlog.tree import Edge, LeafIndex

from tidewaiter_audit import errors
from tidewaiter_audit.model import Receipt


class TileStore(Protocol):
    """What a tree needs of the store."""

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of this tile, as many as there are; None when there is none."""
        ...


class TileShelf:
    """The tiles that the next append reads, kept at hand; all others come from the store.

    At most one for each level stays: the last, which is the only one that still grows.
    """

    def __init__(self, store: TileStore) -> None:
        self._store = store
        self._at_hand: dict[tuple[int, int], bytes] = {}

    def put(self, tiles: Mapping[TileId, bytes]) -> None:
        """Lays out the tiles of an append, so that it can be proven before it is written."""
        for tile, hashes in tiles.items():
            self._at_hand[tile.level, tile.index] = hashes

    def tidy(self) -> None:
        """Keeps of each level the last tile only; the others are in the store by now."""
        last = {level: (level, index) for level, index in sorted(self._at_hand)}
        self._at_hand = {place: self._at_hand[place] for place in last.values()}

    def read(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile; fewer where the store has fewer, which no reader lets pass."""
        hashes = self._at_hand.get((level, index)) or self._store.tile(level, index) or b""
        return hashes[: width * HASH_SIZE]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTree:
    """One published size of the log: the edge it grows from, and the checkpoint that commits to it."""

    origin: str
    edge: Edge
    checkpoint: bytes
    shelf: TileShelf
    tiles: Tiles

    def extend(self, leaf_hashes: Sequence[bytes]) -> Extension:
        """What these leaves would make of the tree. Changes nothing that was published."""
        extension = extend(self.edge.size, leaf_hashes, self.shelf.read, edge=self.edge)
        self.shelf.put(extension.tiles)
        return extension

    def grown(self, extension: Extension, checkpoint: bytes) -> PublishedTree:
        """The tree after the extension was published under this checkpoint."""
        self.shelf.tidy()
        return PublishedTree(
            origin=self.origin, edge=extension.edge, checkpoint=checkpoint, shelf=self.shelf, tiles=self.tiles
        )

    def receipts(
        self, leaf_indices: Sequence[LeafIndex], leaf_hashes: Sequence[bytes], *, checkpoint: bytes
    ) -> list[Receipt]:
        """The receipts of these leaves at a checkpoint of ours, all proofs made in one walk and each verified.

        Failure CORRUPT, PROOF_INVALID, when one does not verify: then none is given out.
        """
        try:
            signed = parse_checkpoint(checkpoint)
            proofs = self.tiles.inclusion_proofs(leaf_indices, signed.tree_size)
            verify_inclusions(leaf_indices, signed.tree_size, leaf_hashes, proofs, signed.root)
        except TlogError as error:
            raise errors.proof_invalid(str(error)) from error
        return [
            Receipt(
                log_origin=self.origin,
                leaf_index=leaf_index,
                leaf_hash=leaf_hash,
                tree_size=signed.tree_size,
                proof=proof,
                checkpoint=checkpoint,
            )
            for leaf_index, leaf_hash, proof in zip(leaf_indices, leaf_hashes, proofs, strict=True)
        ]

"""A log kept as tiles (c2sp.org/tlog-tiles): nodes, roots and proofs at any tree size, and the tiles of an append.

Invariants.
A node is read from the tile of its level, and is complete in every tree that has it.
A subtree on the right edge is never stored; it is folded from complete nodes.
A tile of a level above is written only from full tiles of the level below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tidewaiter_tlog.errors import TreeMalformed
from tidewaiter_tlog.hashing import HASH_SIZE
from tidewaiter_tlog.path import ReadNode, consistency_path, edge_at
from tidewaiter_tlog.proof import check_leaf_index, check_sizes
from tidewaiter_tlog.tile_address import (
    TILE_HEIGHT,
    TILE_WIDTH,
    BundleId,
    TileId,
    bundles_of,
    parse_tile_path,
    tile_width,
    tiles_of,
)
from tidewaiter_tlog.tile_cache import ReadTile, TileCache, checked_tile
from tidewaiter_tlog.tree import TREE_SIZE_MAX, Edge, TreeSize, check_tree_size, fold, subtrees

TILES_MAX: Final = 256
"""Decoded tiles kept by default: some 12 MB, enough for the right edge and the last 60,000 leaves."""

_HEIGHTS_MAX: Final = TREE_SIZE_MAX.bit_length()
_POSITION_MASK: Final = TILE_WIDTH - 1


class Tiles:
    """Reads a log through its tiles; the tiles are believed, so compare a root with a signed checkpoint first.

    Errors of the reader pass through; raises TileMalformed for a tile of the wrong length or one that changed.
    Keeps at most `tiles_max` decoded tiles; not for several threads at once.
    After leaves that were read here turned out not to be in the log, a new one is needed: this one would refuse
    the tiles that hold others in their place.
    """

    def __init__(self, read_tile: ReadTile, *, tiles_max: int = TILES_MAX) -> None:
        self._cache = TileCache(read_tile, tiles_max=tiles_max)

    def node(self, height: int, index: int, tree_size: int) -> bytes:
        """The hash of a complete node: of the leaves from index * 2^height on, 2^height many.

        Raises TreeMalformed unless the tree of this size has all these leaves.
        """
        if not 0 <= height < _HEIGHTS_MAX or index < 0 or (index + 1) << height > check_tree_size(tree_size):
            raise TreeMalformed(f"a tree of {tree_size} leaves has no complete node {index} at height {height}")
        level, inside = divmod(height, TILE_HEIGHT)
        per_tile = TILE_HEIGHT - inside
        position = index & ((1 << per_tile) - 1)
        tile_index = index >> per_tile
        return self._cache.get(level, tile_index, tile_width(level, tile_index, tree_size)).rows[inside][position]

    def edge(self, tree_size: int) -> Edge:
        """The edge of the tree of this size, from which the log can grow on."""
        return edge_at(tree_size, self._nodes_of(tree_size))

    def root(self, tree_size: int) -> bytes:
        """The root of the tree of this size."""
        return self.edge(tree_size).root()

    def inclusion_proof(self, leaf_index: int, tree_size: int) -> tuple[bytes, ...]:
        """The inclusion proof of one leaf; raises ProofInvalid for a leaf that is not in the tree."""
        return self.inclusion_proofs([leaf_index], tree_size)[0]

    def inclusion_proofs(self, leaf_indices: Sequence[int], tree_size: int) -> list[tuple[bytes, ...]]:
        """The inclusion proofs of many leaves in one tree, in the order asked; raises ProofInvalid as for one.

        What the ways of several leaves share is looked up once, and nothing is hashed twice.
        """
        for leaf_index in leaf_indices:
            check_leaf_index(leaf_index, tree_size)
        return _Walk(self._cache, self.edge(tree_size)).proofs(leaf_indices) if leaf_indices else []

    def consistency_proof(self, size1: int, size2: int) -> tuple[bytes, ...]:
        """The consistency proof of two tree sizes; raises ProofInvalid unless 0 < size1 <= size2."""
        check_sizes(size1, size2)
        return tuple(consistency_path(size1, size2, self._nodes_of(size2)))

    def _nodes_of(self, tree_size: int) -> ReadNode:
        return lambda height, index: self.node(height, index, tree_size)


class _Walk:
    """The ways from many leaves to the root of one tree.

    A leaf lies in one of the perfect subtrees of the edge; its height is that of the highest bit in which
    leaf index and tree size differ. Its proof is the siblings inside that subtree, read from tiles, and then
    the tail that all leaves of the subtree share: everything to its right as one hash, and the subtrees to
    its left from near to far.
    """

    def __init__(self, cache: TileCache, edge: Edge) -> None:
        self._cache = cache
        self._size = edge.size
        self._tails = _tails(edge)
        self._ways: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def proofs(self, leaf_indices: Sequence[int]) -> list[tuple[bytes, ...]]:
        return [self._way(0, index, (index ^ self._size).bit_length() - 1) for index in leaf_indices]

    def _way(self, level: int, position: int, height: int) -> tuple[bytes, ...]:
        """The proof from node `position` of this level to the root, inside the perfect subtree of this height."""
        above = height - TILE_HEIGHT * level
        if above == 0:
            return self._tails[height]
        tile_index = position >> TILE_HEIGHT
        rows = self._cache.get(level, tile_index, tile_width(level, tile_index, self._size)).rows
        inside = position & _POSITION_MASK
        if above < TILE_HEIGHT:
            return (*[rows[up][inside >> up ^ 1] for up in range(above)], *self._tails[height])
        return (
            rows[0][inside ^ 1],
            rows[1][inside >> 1 ^ 1],
            rows[2][inside >> 2 ^ 1],
            rows[3][inside >> 3 ^ 1],
            rows[4][inside >> 4 ^ 1],
            rows[5][inside >> 5 ^ 1],
            rows[6][inside >> 6 ^ 1],
            rows[7][inside >> 7 ^ 1],
            *self._way_from_tile(level + 1, tile_index, height),
        )

    def _way_from_tile(self, level: int, position: int, height: int) -> tuple[bytes, ...]:
        way = self._ways.get((level, position))
        if way is None:
            way = self._ways[level, position] = self._way(level, position, height)
        return way


def _tails(edge: Edge) -> dict[int, tuple[bytes, ...]]:
    """For each perfect subtree of the edge, by its height, how a proof goes on from its root to that of the tree."""
    tails = {}
    right: tuple[bytes, ...] = ()
    # From the right, so that what lies to the right of a subtree is folded on by one hash each time.
    for place, (height, _) in reversed(list(enumerate(subtrees(0, edge.size)))):
        tails[height] = right + edge.hashes[:place][::-1]
        right = (fold((edge.hashes[place], *right)),)
    return tails


@dataclass(frozen=True, slots=True)
class Extension:
    """What an append makes of a log: the new edge, and the tiles to write, by what they are.

    The tiles are all that became full and the last, partial one of each level that changed; others stay.
    """

    edge: Edge
    tiles: dict[TileId, bytes]

    @property
    def size(self) -> TreeSize:
        """The number of leaves after the append."""
        return self.edge.size

    @property
    def root(self) -> bytes:
        """The root after the append."""
        return self.edge.root()


def extend(old_size: int, leaf_hashes: Sequence[bytes], read_tile: ReadTile, *, edge: Edge | None = None) -> Extension:
    """The tiles and the edge after appending leaf hashes to a log of `old_size` leaves.

    Reads only the partial tiles on the right edge; the cost per leaf does not depend on the size of the log.
    With the edge of the old tree at hand nothing old is hashed again; without, it is computed from the tiles.
    Raises TreeMalformed when the edge is of another size or a hash is not 32 bytes, TileMalformed for a tile of
    the wrong length.
    """
    if edge is None:
        edge = Tiles(read_tile).edge(old_size)
    if edge.size != old_size:
        raise TreeMalformed(f"the edge must be of the old tree of {old_size} leaves, and is of {edge.size}")
    new_edge, rows = edge.grow(leaf_hashes, stride=TILE_HEIGHT)
    tiles: dict[TileId, bytes] = {}
    for level, row in enumerate(rows):
        first, taken = divmod(old_size >> (TILE_HEIGHT * level), TILE_WIDTH)
        before = _partial(read_tile, level, first, taken)
        for index, start in enumerate(range(-taken, len(row), TILE_WIDTH), start=first):
            # The first tile takes up where the partial one of before left off.
            kept = before if start < 0 else b""
            data = kept + b"".join(row[max(start, 0) : start + TILE_WIDTH])
            tiles[TileId(level, index, len(data) // HASH_SIZE)] = data
    return Extension(new_edge, tiles)


def _partial(read_tile: ReadTile, level: int, index: int, width: int) -> bytes:
    """The bytes of a partial tile about to grow; a reader that has only a later, wider one is told apart."""
    if width == 0:
        return b""
    tile = TileId(level, index, width)
    data = checked_tile(tile, read_tile(level, index, width))
    return data[: width * HASH_SIZE]


__all__ = [
    "TILES_MAX",
    "TILE_HEIGHT",
    "TILE_WIDTH",
    "BundleId",
    "Extension",
    "ReadTile",
    "TileId",
    "Tiles",
    "bundles_of",
    "extend",
    "parse_tile_path",
    "tile_width",
    "tiles_of",
]

"""The edge of a tree: the few subtree hashes from which an append-only tree grows and its root is computed.

A tree of n leaves is a row of perfect subtrees, one for each bit set in n, the largest first (RFC 6962 section
2.1 splits exactly there).
Their hashes are all that an append needs to know of the past: at most 63 of them, whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NewType, Self

from tidewaiter_tlog.errors import TreeMalformed, shown
from tidewaiter_tlog.hashing import EMPTY_ROOT, HASH_SIZE, are_hashes, node_hash, parent_hashes

LeafIndex = NewType("LeafIndex", int)
"""The position of a leaf, counted from 0."""

TreeSize = NewType("TreeSize", int)
"""The number of leaves of a tree: one more than the index of its last leaf."""

TREE_SIZE_MAX: Final = 2**63 - 1
"""The largest tree: what a signed 64-bit integer holds, as in other implementations of these specifications."""

_SIZE_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree of `size` leaves, known by the hashes of its perfect subtrees, the largest first.

    Raises TreeMalformed when the number or the length of the hashes does not fit the size.
    """

    size: TreeSize = TreeSize(0)
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        check_tree_size(self.size)
        if not isinstance(self.hashes, tuple) or len(self.hashes) != self.size.bit_count():
            raise TreeMalformed(
                f"the edge of a tree of {self.size} leaves must have {self.size.bit_count()} hashes, "
                f"one for each bit set in its size, and has {shown(self.hashes)}"
            )
        check_hashes(self.hashes)

    def root(self) -> bytes:
        """The Merkle tree hash of the whole tree, 32 bytes (RFC 6962 section 2.1)."""
        return fold(self.hashes) if self.hashes else EMPTY_ROOT

    def append(self, leaf_hashes: Sequence[bytes]) -> Edge:
        """The edge after these leaf hashes, in order; this edge stays as it is."""
        return self.grow(leaf_hashes, stride=1)[0]

    def grow(self, leaf_hashes: Sequence[bytes], *, stride: int) -> tuple[Edge, list[list[bytes]]]:
        """The edge after these leaf hashes, and the nodes that the append completed, in order.

        The rows are those of heights 0, stride, 2 * stride and so on; the first is the leaf hashes themselves.
        One hash per leaf on average, at any size of the tree.
        """
        size = check_tree_size(self.size + len(leaf_hashes))
        row = list(leaf_hashes)
        check_hashes(row)
        waiting = dict(zip(_heights(self.size), self.hashes, strict=True))
        rows: list[list[bytes]] = []
        height = 0
        while row:
            if height % stride == 0:
                rows.append(row)
            left_over = waiting.pop(height, None)
            if left_over is not None:
                row = [left_over, *row]
            if len(row) % 2:
                waiting[height] = row[-1]
            row = parent_hashes(row)
            height += 1
        return Edge(size, tuple(waiting[kept] for kept in _heights(size))), rows

    def to_bytes(self) -> bytes:
        """The edge as stored: the size as 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The edge that to_bytes wrote; raises TreeMalformed for anything else."""
        if not isinstance(data, bytes) or len(data) < _SIZE_BYTES or (len(data) - _SIZE_BYTES) % HASH_SIZE:
            raise TreeMalformed(
                f"a stored edge must be a size of 8 bytes and whole hashes of 32 bytes, and this is {shown(data)}"
            )
        size = TreeSize(int.from_bytes(data[:_SIZE_BYTES], "big"))
        starts = range(_SIZE_BYTES, len(data), HASH_SIZE)
        return cls(size, tuple(data[start : start + HASH_SIZE] for start in starts))


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over a row of neighbouring subtrees, each larger than the next; the row must not be empty."""
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


def subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees of the leaves from start to end (exclusive), as (height, index), left to right.

    `start` must be a multiple of the smallest power of two not below end - start, as it is for every
    subtree of RFC 6962; the subtrees then shrink from left to right.
    """
    found = []
    for height in _heights(end - start):
        found.append((height, start >> height))
        start += 1 << height
    return found


def check_tree_size(size: int) -> TreeSize:
    """The size itself; raises TreeMalformed unless it is an integer from 0 to TREE_SIZE_MAX."""
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= TREE_SIZE_MAX:
        raise TreeMalformed(f"a tree size must be an integer from 0 to 2^63 - 1, and this is {shown(size)}")
    return TreeSize(size)


def check_hashes(hashes: Sequence[bytes]) -> None:
    """Raises TreeMalformed unless each is 32 bytes."""
    if are_hashes(hashes):
        return
    for position, found in enumerate(hashes):
        if not isinstance(found, bytes) or len(found) != HASH_SIZE:
            raise TreeMalformed(f"a hash in a tree must be 32 bytes, and number {position} is {shown(found)}")


def _heights(size: int) -> Iterable[int]:
    """The heights of the perfect subtrees of a tree, from left to right: the bits set in its size."""
    return (height for height in range(size.bit_length() - 1, -1, -1) if size >> height & 1)

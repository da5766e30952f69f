"""Inclusion and consistency proofs, made from a reader of nodes (RFC 6962 sections 2.1.1 and 2.1.2).

A node here is a perfect subtree. Every other subtree that a proof needs lies on the right edge of the tree and
is folded from perfect ones, so that a node never changes once the tree has grown over it.
"""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter_tlog.hashing import EMPTY_ROOT
from tidewaiter_tlog.proof import check_leaf_index, check_sizes
from tidewaiter_tlog.tree import Edge, check_tree_size, fold, subtrees

ReadNode = Callable[[int, int], bytes]
"""Given (height, index), the hash of that perfect subtree: of the leaves from index * 2^height on, 2^height many."""


def inclusion_path(leaf_index: int, tree_size: int, read_node: ReadNode) -> list[bytes]:
    """The inclusion proof of a leaf: PATH of RFC 6962 section 2.1.1; raises ProofInvalid for a leaf not in the tree.

    Reads each node once, and only nodes that are complete in a tree of this size.
    """
    check_leaf_index(leaf_index, tree_size)
    start, end = 0, tree_size
    path: list[bytes] = []
    while end - start > 1:
        split = start + _split(end - start)
        if leaf_index < split:
            path.append(range_hash(split, end, read_node))
            end = split
        else:
            path.append(range_hash(start, split, read_node))
            start = split
    return path[::-1]


def consistency_path(size1: int, size2: int, read_node: ReadNode) -> list[bytes]:
    """The consistency proof of two sizes: PROOF of RFC 6962 section 2.1.2.

    Raises ProofInvalid unless 0 < size1 <= size2; the proof of equal sizes is empty.
    """
    check_sizes(size1, size2)
    start, end = 0, size2
    path: list[bytes] = []
    while end != size1:
        split = start + _split(end - start)
        if size1 <= split:
            path.append(range_hash(split, end, read_node))
            end = split
        else:
            path.append(range_hash(start, split, read_node))
            start = split
    if start:
        path.append(range_hash(start, end, read_node))
    return path[::-1]


def edge_at(tree_size: int, read_node: ReadNode) -> Edge:
    """The edge of the tree of this size."""
    size = check_tree_size(tree_size)
    return Edge(size, tuple(read_node(height, index) for height, index in subtrees(0, size)))


def range_hash(start: int, end: int, read_node: ReadNode) -> bytes:
    """The Merkle tree hash of the leaves from start to end (exclusive), where RFC 6962 has such a subtree."""
    if start == end:
        return EMPTY_ROOT
    return fold([read_node(height, index) for height, index in subtrees(start, end)])


def _split(size: int) -> int:
    """The largest power of two below the size, where RFC 6962 splits; the size is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)

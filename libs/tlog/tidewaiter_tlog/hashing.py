"""The three hashes of a Merkle tree (RFC 6962 section 2.1): of nothing, of a leaf, of two nodes.

A leaf and an inner node are hashed under different first bytes, so that neither can be passed off as the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, cast

HASH_SIZE: Final = 32
LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one log entry, 32 bytes: SHA-256 of 0x00 and the entry."""
    return sha256(LEAF_PREFIX + data).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The leaf hash of each entry, in order."""
    return [sha256(LEAF_PREFIX + data).digest() for data in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, 32 bytes: SHA-256 of 0x01 and the hashes of its two children."""
    return sha256(NODE_PREFIX + left + right).digest()


def parent_hashes(row: Iterable[bytes]) -> list[bytes]:
    """The parents of a row of nodes taken two by two; a last node without a partner is left out.

    One loop for a whole row, because a call per node would cost as much again as the hash.
    """
    nodes = iter(row)
    return [sha256(NODE_PREFIX + left + right).digest() for left, right in zip(nodes, nodes, strict=False)]


def are_hashes(values: Sequence[object]) -> bool:
    """Whether each value is a bytes object of 32 bytes; two passes without a Python loop, for whole batches."""
    return set(map(type, values)) <= {bytes} and set(map(len, cast("Sequence[bytes]", values))) <= {HASH_SIZE}

"""Inclusion and consistency proofs, verified (RFC 6962 sections 2.1.1 and 2.1.2); path.py makes them.

Nothing is trusted: whatever a function here is given, it returns or raises ProofInvalid.
The checks follow RFC 9162 sections 2.1.3.2 and 2.1.4.2, which state as an algorithm what RFC 6962 defines.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_tlog.errors import ProofInvalid, shown
from tidewaiter_tlog.hashing import HASH_SIZE, are_hashes, node_hash
from tidewaiter_tlog.tree import TREE_SIZE_MAX

Proof = Sequence[bytes]
"""The hashes of a proof, from the leaves towards the root."""


def verify_inclusion(leaf_index: int, tree_size: int, leaf_hash: bytes, proof: Proof, root: bytes) -> None:
    """Returns when the proof shows that the leaf is at this index of the tree with this root; else ProofInvalid."""
    _check_hash("the root", root)
    _check_root(leaf_index, tree_size, root_from_inclusion(leaf_index, tree_size, leaf_hash, proof), root)


def verify_inclusions(
    leaf_indices: Sequence[int], tree_size: int, leaf_hashes: Sequence[bytes], proofs: Sequence[Proof], root: bytes
) -> None:
    """Verifies a batch of inclusion proofs in one tree exactly as verify_inclusion would one after the other.

    Neighbouring leaves share most of their way to the root: a proof is followed only until it meets, with the
    same hash and the same rest, one that has already led to the root.
    Raises ProofInvalid at the first proof that fails, or when the three sequences differ in length.
    """
    _check_hash("the root", root)
    if not len(leaf_indices) == len(leaf_hashes) == len(proofs):
        raise ProofInvalid(
            "a batch must have one leaf hash and one proof for each leaf index, and has "
            f"{len(leaf_indices)} indices, {len(leaf_hashes)} hashes and {len(proofs)} proofs"
        )
    proven: dict[tuple[int, int], tuple[bytes, Proof]] = {}
    for leaf_index, leaf_hash, proof in zip(leaf_indices, leaf_hashes, proofs, strict=True):
        _check_way(leaf_index, tree_size, leaf_hash, proof)
        found = _climb(leaf_index, tree_size - 1, leaf_hash, proof, proven)
        _check_root(leaf_index, tree_size, root if found is None else found, root)


def root_from_inclusion(leaf_index: int, tree_size: int, leaf_hash: bytes, proof: Proof) -> bytes:
    """The root of the tree of this size that has this leaf at this index, if the proof is right.

    Raises ProofInvalid when index, size, hash or number of hashes rules out any tree.
    """
    _check_way(leaf_index, tree_size, leaf_hash, proof)
    node, last, folded = leaf_index, tree_size - 1, leaf_hash
    for sibling in proof:
        # A node without a right sibling climbs unhashed until it is itself a right child.
        while node == last and not node & 1:
            node >>= 1
            last >>= 1
        folded = node_hash(sibling, folded) if node & 1 else node_hash(folded, sibling)
        node >>= 1
        last >>= 1
    return folded


def _climb(
    node: int, last: int, folded: bytes, proof: Proof, proven: dict[tuple[int, int], tuple[bytes, Proof]]
) -> bytes | None:
    """As root_from_inclusion, but None as soon as the rest of the way is one already in `proven`; adds to it.

    What follows depends on nothing but position, hash and rest of the proof, so equal ones end at the same root.
    """
    for taken, sibling in enumerate(proof):
        rest = proof[taken:]
        known = proven.get((node, last))
        if known is not None and known[0] == folded and known[1] == rest:
            return None
        proven[node, last] = folded, rest
        while node == last and not node & 1:
            node >>= 1
            last >>= 1
        folded = node_hash(sibling, folded) if node & 1 else node_hash(folded, sibling)
        node >>= 1
        last >>= 1
    return folded


def verify_consistency(size1: int, size2: int, proof: Proof, root1: bytes, root2: bytes) -> None:
    """Returns when the proof shows that the first tree is a prefix of the second; else ProofInvalid.

    A first size of 0 is refused: every tree begins with the empty one, so nothing could be shown.
    """
    check_sizes(size1, size2)
    _check_hash("the first root", root1)
    _check_hash("the second root", root2)
    _check_proof(proof, consistency_length(size1, size2))
    found1, found2 = (root1, root1) if size1 == size2 else _roots_from_consistency(size1, size2, proof, root1)
    if found1 != root1:
        raise ProofInvalid(
            f"the consistency proof must lead to the root {root1.hex()} of the tree of {size1} leaves, "
            f"and leads to {found1.hex()}"
        )
    if found2 != root2:
        raise ProofInvalid(
            f"the consistency proof from {size1} leaves must lead to the root {root2.hex()} "
            f"of the tree of {size2} leaves, and leads to {found2.hex()}"
        )


def _roots_from_consistency(size1: int, size2: int, proof: Proof, root1: bytes) -> tuple[bytes, bytes]:
    """The roots of both trees that the proof leads to; 0 < size1 < size2, and the proof has the right length."""
    node, last = size1 - 1, size2 - 1
    # The proof starts at the largest subtree that ends both at size1 and inside the second tree.
    while node & 1:
        node >>= 1
        last >>= 1
    # When that subtree is the whole first tree, its hash is the first root and is left out of the proof.
    hashes = iter(proof)
    folded1 = folded2 = next(hashes) if node else root1
    for sibling in hashes:
        while node == last and not node & 1:
            node >>= 1
            last >>= 1
        if node & 1:
            folded1, folded2 = node_hash(sibling, folded1), node_hash(sibling, folded2)
        else:
            folded2 = node_hash(folded2, sibling)
        node >>= 1
        last >>= 1
    return folded1, folded2


def inclusion_length(leaf_index: int, tree_size: int) -> int:
    """How many hashes the inclusion proof of a leaf has: at most 63."""
    # Below the height where the ways to this leaf and to the last one part, there is a sibling at every
    # height; above it only where the way turns right, because the right edge has no right siblings.
    inner = (leaf_index ^ (tree_size - 1)).bit_length()
    return inner + (leaf_index >> inner).bit_count()


def consistency_length(size1: int, size2: int) -> int:
    """How many hashes the consistency proof of two sizes, 0 < size1 <= size2, has: at most 64."""
    if size1 == size2:
        return 0
    trailing_zeros = (size1 & -size1).bit_length() - 1
    whole_first_tree = size1 == 1 << trailing_zeros
    return inclusion_length(size1 - 1, size2) - trailing_zeros + (0 if whole_first_tree else 1)


def _check_size(what: str, size: int) -> None:
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= TREE_SIZE_MAX:
        raise ProofInvalid(f"{what} must be an integer from 0 to 2^63 - 1, and is {shown(size)}")


def check_leaf_index(leaf_index: int, tree_size: int) -> None:
    """Raises ProofInvalid unless the index is that of a leaf of a tree of this size."""
    _check_size("the leaf index", leaf_index)
    _check_size("the tree size", tree_size)
    if leaf_index >= tree_size:
        raise ProofInvalid(f"the leaf index must be below the tree size {tree_size}, and is {leaf_index}")


def check_sizes(size1: int, size2: int) -> None:
    """Raises ProofInvalid unless 0 < size1 <= size2 and both are tree sizes."""
    _check_size("the first tree size", size1)
    _check_size("the second tree size", size2)
    if size1 == 0:
        raise ProofInvalid("the first tree must have a leaf, because nothing can be proven from the empty tree")
    if size1 > size2:
        raise ProofInvalid(f"the first tree size must be at most the second, {size2}, and is {size1}")


def _check_hash(what: str, value: bytes) -> None:
    if not isinstance(value, bytes) or len(value) != HASH_SIZE:
        raise ProofInvalid(f"{what} must be {HASH_SIZE} bytes, and is {shown(value)}")


def _check_way(leaf_index: int, tree_size: int, leaf_hash: bytes, proof: Proof) -> None:
    check_leaf_index(leaf_index, tree_size)
    _check_hash("the leaf hash", leaf_hash)
    _check_proof(proof, inclusion_length(leaf_index, tree_size))


def _check_root(leaf_index: int, tree_size: int, found: bytes, root: bytes) -> None:
    if found != root:
        raise ProofInvalid(
            f"the inclusion proof of leaf {leaf_index} must lead to the root {root.hex()} "
            f"of the tree of {tree_size} leaves, and leads to {found.hex()}"
        )


def _check_proof(proof: Proof, length: int) -> None:
    if not isinstance(proof, list | tuple):
        raise ProofInvalid(f"a proof must be a list or a tuple of hashes, and is {shown(proof)}")
    if len(proof) != length:
        raise ProofInvalid(f"the proof must have {length} hashes, and has {len(proof)}")
    if are_hashes(proof):
        return
    for position, value in enumerate(proof):
        _check_hash(f"hash {position} of the proof", value)

"""The slow definition judges the fast code: RFC 6962 section 2.1, written down as it is printed there."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.path import consistency_path, inclusion_path
from tidewaiter_tlog.proof import (
    consistency_length,
    inclusion_length,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
    verify_inclusions,
)
from tidewaiter_tlog.tiles import Tiles, extend
from tidewaiter_tlog.tree import Edge

SIZE_MAX = 64
LARGER_SIZES = (127, 128, 129, 255, 256, 257, 511, 513, 1000, 4095, 4097, 65_535, 65_537)


class Definition:
    """MTH, PATH and PROOF of RFC 6962 over entries that are their own index, remembering what was hashed."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def entry(self, index: int) -> bytes:
        return b"entry %d" % index

    def mth(self, start: int, end: int) -> bytes:
        if start == end:
            return sha256(b"").digest()
        known = self._known.get((start, end))
        if known is None:
            known = self._known[start, end] = self._mth(start, end)
        return known

    def _mth(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return sha256(b"\x00" + self.entry(start)).digest()
        middle = start + largest_power_below(end - start)
        return sha256(b"\x01" + self.mth(start, middle) + self.mth(middle, end)).digest()

    def path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + largest_power_below(end - start)
        if index < middle:
            return [*self.path(index, start, middle), self.mth(middle, end)]
        return [*self.path(index, middle, end), self.mth(start, middle)]

    def proof(self, size1: int, size2: int) -> list[bytes]:
        return self.subproof(size1, 0, size2, whole=True)

    def subproof(self, size1: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if size1 == end:
            return [] if whole else [self.mth(start, end)]
        middle = start + largest_power_below(end - start)
        if size1 <= middle:
            return [*self.subproof(size1, start, middle, whole=whole), self.mth(middle, end)]
        return [*self.subproof(size1, middle, end, whole=False), self.mth(start, middle)]

    def node(self, height: int, index: int) -> bytes:
        return self.mth(index << height, (index + 1) << height)

    def leaves(self, size: int) -> list[bytes]:
        return [self.mth(index, index + 1) for index in range(size)]


def largest_power_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def tiles_of_leaves(leaves: list[bytes]) -> Tiles:
    written = extend(0, leaves, unread).tiles
    by_place = {(tile.level, tile.index): data for tile, data in written.items()}
    return Tiles(lambda level, index, width: by_place[level, index][: width * 32])


def unread(level: int, index: int, width: int) -> bytes:
    raise AssertionError(f"an empty log has no tile to read: {level}, {index}, {width}")


@pytest.fixture(scope="module")
def definition() -> Definition:
    return Definition()


def test_the_root_of_every_small_tree_is_as_defined(definition: Definition) -> None:
    edge = Edge()
    for size in range(SIZE_MAX + 1):
        assert definition.mth(0, size) == edge.root()
        assert edge == Edge().append(definition.leaves(size))
        edge = edge.append([definition.mth(size, size + 1)])


def test_every_inclusion_proof_of_every_small_tree_is_as_defined_and_verifies(definition: Definition) -> None:
    tiles = tiles_of_leaves(definition.leaves(SIZE_MAX))
    for size in range(1, SIZE_MAX + 1):
        root = definition.mth(0, size)
        batch = tiles.inclusion_proofs(range(size), size)
        for index in range(size):
            expected = definition.path(index, 0, size)
            assert expected == inclusion_path(index, size, definition.node)
            assert expected == list(batch[index])
            assert len(expected) == inclusion_length(index, size)
            verify_inclusion(index, size, definition.mth(index, index + 1), expected, root)
        verify_inclusions(range(size), size, definition.leaves(size), batch, root)


def test_every_consistency_proof_of_every_small_pair_is_as_defined_and_verifies(definition: Definition) -> None:
    tiles = tiles_of_leaves(definition.leaves(SIZE_MAX))
    for size2 in range(1, SIZE_MAX + 1):
        for size1 in range(1, size2 + 1):
            expected = definition.proof(size1, size2)
            assert expected == consistency_path(size1, size2, definition.node)
            assert expected == list(tiles.consistency_proof(size1, size2))
            assert len(expected) == consistency_length(size1, size2)
            verify_consistency(size1, size2, expected, definition.mth(0, size1), definition.mth(0, size2))


def test_larger_trees_are_as_defined(definition: Definition) -> None:
    chance = random.Random(20_250_829)
    largest = max(LARGER_SIZES)
    tiles = tiles_of_leaves(definition.leaves(largest))
    for size in (*LARGER_SIZES, *(chance.randrange(65, largest) for _ in range(20))):
        root = definition.mth(0, size)
        assert root == tiles.root(size)
        indices = [0, size - 1, size // 2, *(chance.randrange(size) for _ in range(20))]
        proofs = tiles.inclusion_proofs(indices, size)
        assert [definition.path(index, 0, size) for index in indices] == [list(proof) for proof in proofs]
        verify_inclusions(indices, size, [definition.mth(index, index + 1) for index in indices], proofs, root)
        for size1 in (1, size - 1, size, *(chance.randrange(1, size) for _ in range(10))):
            proof = definition.proof(size1, size)
            assert proof == list(tiles.consistency_proof(size1, size))
            verify_consistency(size1, size, proof, definition.mth(0, size1), root)


def test_a_proof_verifies_for_no_other_leaf_and_no_other_index(definition: Definition) -> None:
    for size in range(2, 33):
        root = definition.mth(0, size)
        for index in range(size):
            proof = definition.path(index, 0, size)
            for other in range(size):
                if other != index:
                    assert not verifies(index, size, definition.mth(other, other + 1), proof, root)
                    assert not verifies(other, size, definition.mth(index, index + 1), proof, root)


def test_a_proof_with_a_hash_more_or_less_is_refused(definition: Definition) -> None:
    for size in range(1, 20):
        root = definition.mth(0, size)
        for index in range(size):
            proof = definition.path(index, 0, size)
            leaf = definition.mth(index, index + 1)
            for wrong in (proof[:-1], proof[1:], [*proof, root], [root, *proof], [*proof, *proof]):
                if wrong != proof:
                    assert not verifies(index, size, leaf, wrong, root)


def test_a_consistency_proof_verifies_for_no_other_pair_of_roots(definition: Definition) -> None:
    for size2 in range(2, 20):
        for size1 in range(1, size2):
            proof = definition.proof(size1, size2)
            root1, root2 = definition.mth(0, size1), definition.mth(0, size2)
            assert not agrees(size1, size2, proof, root2, root1)
            assert not agrees(size1, size2, proof, root1, root1)
            assert not agrees(size1, size2, proof, root2, root2)
            for wrong in (proof[:-1], [*proof, root1], [root1, *proof], proof[::-1]):
                if wrong != proof:
                    assert not agrees(size1, size2, wrong, root1, root2)


def test_every_single_bit_of_an_inclusion_proof_matters(definition: Definition) -> None:
    small = [(leaves, index) for leaves in range(1, 10) for index in range(leaves)]
    for size, index in [*small, (300, 17), (300, 298)]:
        proof, root = definition.path(index, 0, size), definition.mth(0, size)
        leaf = definition.mth(index, index + 1)
        assert all(not verifies(index, size, changed, proof, root) for changed in single_bit_changes(leaf))
        assert all(not verifies(index, size, leaf, proof, changed) for changed in single_bit_changes(root))
        for place, sibling in enumerate(proof):
            for changed in single_bit_changes(sibling):
                assert not verifies(index, size, leaf, [*proof[:place], changed, *proof[place + 1 :]], root)


def test_every_single_bit_of_a_consistency_proof_matters(definition: Definition) -> None:
    pairs = [(size1, size2) for size2 in range(2, 10) for size1 in range(1, size2)]
    for size1, size2 in [*pairs, (170, 300), (256, 300)]:
        proof, root1, root2 = definition.proof(size1, size2), definition.mth(0, size1), definition.mth(0, size2)
        assert all(not agrees(size1, size2, proof, changed, root2) for changed in single_bit_changes(root1))
        assert all(not agrees(size1, size2, proof, root1, changed) for changed in single_bit_changes(root2))
        for place, sibling in enumerate(proof):
            for changed in single_bit_changes(sibling):
                assert not agrees(size1, size2, [*proof[:place], changed, *proof[place + 1 :]], root1, root2)


def test_a_batch_is_refused_when_any_one_of_its_proofs_is(definition: Definition) -> None:
    chance = random.Random(6962)
    size = 300
    root, leaves = definition.mth(0, size), definition.leaves(size)
    proofs = tiles_of_leaves(leaves).inclusion_proofs(range(size), size)
    for index in range(size):
        place, bit = chance.randrange(len(proofs[index])), chance.randrange(256)
        changed = (int.from_bytes(proofs[index][place], "big") ^ 1 << bit).to_bytes(32, "big")
        wrong = [*proofs[:index], (*proofs[index][:place], changed, *proofs[index][place + 1 :]), *proofs[index + 1 :]]
        with pytest.raises(ProofInvalid):
            verify_inclusions(range(size), size, leaves, wrong, root)


def test_the_root_from_a_proof_is_that_of_the_tree(definition: Definition) -> None:
    assert definition.mth(0, 11) == root_from_inclusion(10, 11, definition.mth(10, 11), definition.path(10, 0, 11))


def verifies(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(index, size, leaf, proof, root)
    except ProofInvalid:
        return False
    return True


def agrees(size1: int, size2: int, proof: list[bytes], root1: bytes, root2: bytes) -> bool:
    try:
        verify_consistency(size1, size2, proof, root1, root2)
    except ProofInvalid:
        return False
    return True


def single_bit_changes(value: bytes) -> list[bytes]:
    number = int.from_bytes(value, "big")
    return [(number ^ 1 << bit).to_bytes(len(value), "big") for bit in range(8 * len(value))]

"""Whatever a verifier is given, it returns or raises ProofInvalid, and says what it expected and found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hash, node_hash
from tidewaiter_tlog.path import consistency_path, edge_at, inclusion_path, range_hash
from tidewaiter_tlog.proof import root_from_inclusion, verify_consistency, verify_inclusion, verify_inclusions
from tidewaiter_tlog.tree import TREE_SIZE_MAX

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LEFT, RIGHT = leaf_hash(b"left"), leaf_hash(b"right")
ROOT = node_hash(LEFT, RIGHT)

not_a_size = st.sampled_from([-1, -(2**70), TREE_SIZE_MAX + 1, 10**6000, True, 1.5, None, "2", b"2"])
not_a_hash: st.SearchStrategy[Any] = st.sampled_from(
    [b"", b"x" * 31, b"x" * 33, "x" * 32, None, 7, bytearray(32), [], ROOT.hex()]
)
not_a_proof: st.SearchStrategy[Any] = st.sampled_from(
    [None, LEFT, "x", 7, {}, {LEFT}, iter([LEFT]), [LEFT, LEFT], [], [None], [b""], ["x" * 32]]
)


def test_the_proof_of_two_leaves_verifies() -> None:
    verify_inclusion(0, 2, LEFT, [RIGHT], ROOT)
    verify_inclusion(1, 2, RIGHT, (LEFT,), ROOT)
    verify_inclusion(0, 1, LEFT, [], LEFT)
    verify_consistency(1, 2, [RIGHT], LEFT, ROOT)
    verify_consistency(2, 2, [], ROOT, ROOT)


@FUZZ
@given(not_a_size | st.just(2))
def test_an_index_that_no_leaf_has_is_refused(index: Any) -> None:
    with pytest.raises(ProofInvalid):
        verify_inclusion(index, 2, LEFT, [RIGHT], ROOT)


@FUZZ
@given(not_a_size | st.just(0))
def test_a_size_that_no_tree_with_a_leaf_has_is_refused(size: Any) -> None:
    with pytest.raises(ProofInvalid):
        verify_inclusion(0, size, LEFT, [RIGHT], ROOT)
    with pytest.raises(ProofInvalid):
        verify_consistency(size, 2, [RIGHT], LEFT, ROOT)
    with pytest.raises(ProofInvalid):
        verify_consistency(1, size, [RIGHT], LEFT, ROOT)


@FUZZ
@given(not_a_hash)
def test_a_hash_that_is_none_is_refused_wherever_it_stands(wrong: Any) -> None:
    for leaf, proof, root in ((wrong, [RIGHT], ROOT), (LEFT, [wrong], ROOT), (LEFT, [RIGHT], wrong)):
        with pytest.raises(ProofInvalid):
            verify_inclusion(0, 2, leaf, proof, root)
        with pytest.raises(ProofInvalid):
            verify_inclusions([0], 2, [leaf], [proof], root)
    for given_proof, root1, root2 in (([wrong], LEFT, ROOT), ([RIGHT], wrong, ROOT), ([RIGHT], LEFT, wrong)):
        with pytest.raises(ProofInvalid):
            verify_consistency(1, 2, given_proof, root1, root2)


@FUZZ
@given(not_a_proof)
def test_a_proof_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(ProofInvalid):
        verify_inclusion(0, 2, LEFT, wrong, ROOT)
    with pytest.raises(ProofInvalid):
        verify_consistency(1, 2, wrong, LEFT, ROOT)


@FUZZ
@given(
    st.integers(-1, 2**64),
    st.integers(-1, 2**64),
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    st.binary(min_size=32, max_size=32),
)
def test_nothing_made_up_verifies(first: int, second: int, proof: list[bytes], root: bytes) -> None:
    with pytest.raises(ProofInvalid):
        verify_inclusion(first, second, LEFT, proof, root)
    with pytest.raises(ProofInvalid):
        verify_consistency(first, second, proof, LEFT, root)


def test_nothing_can_be_proven_from_the_empty_tree() -> None:
    with pytest.raises(ProofInvalid, match="empty tree"):
        verify_consistency(0, 2, [], EMPTY_ROOT, ROOT)
    with pytest.raises(ProofInvalid, match="empty tree"):
        verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    with pytest.raises(ProofInvalid, match="empty tree"):
        consistency_path(0, 2, node)


def test_equal_sizes_with_different_roots_are_refused() -> None:
    with pytest.raises(ProofInvalid):
        verify_consistency(2, 2, [], ROOT, LEFT)


def test_a_refusal_says_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(ProofInvalid, match=f"must lead to the root {LEFT.hex()} .* and leads to {ROOT.hex()}"):
        verify_inclusion(0, 2, LEFT, [RIGHT], LEFT)
    with pytest.raises(ProofInvalid, match="must have 1 hashes, and has 2"):
        verify_inclusion(0, 2, LEFT, [RIGHT, RIGHT], ROOT)
    with pytest.raises(ProofInvalid, match="must be 32 bytes, and is 3 bytes"):
        verify_inclusion(0, 2, LEFT, [b"abc"], ROOT)
    with pytest.raises(ProofInvalid, match="must be below the tree size 2, and is 2"):
        verify_inclusion(2, 2, LEFT, [RIGHT], ROOT)
    with pytest.raises(ProofInvalid, match="must be at most the second, 1, and is 2"):
        verify_consistency(2, 1, [], ROOT, LEFT)


def test_the_largest_tree_has_a_proof_of_its_first_and_its_last_leaf() -> None:
    root_from_inclusion(0, TREE_SIZE_MAX, LEFT, [RIGHT] * 63)
    root_from_inclusion(TREE_SIZE_MAX - 1, TREE_SIZE_MAX, LEFT, [RIGHT] * 62)


def test_a_batch_of_unequal_parts_is_refused() -> None:
    with pytest.raises(ProofInvalid, match="2 indices, 1 hashes and 1 proofs"):
        verify_inclusions([0, 1], 2, [LEFT], [[RIGHT]], ROOT)


def test_a_wrong_proof_behind_a_right_one_is_still_found() -> None:
    verify_inclusions([0, 1, 0], 2, [LEFT, RIGHT, LEFT], [[RIGHT], [LEFT], [RIGHT]], ROOT)
    for indices, hashes, proofs in (
        ([0, 1], [LEFT, LEFT], [[RIGHT], [LEFT]]),
        ([0, 1], [LEFT, RIGHT], [[RIGHT], [RIGHT]]),
        ([0, 0], [LEFT, RIGHT], [[RIGHT], [RIGHT]]),
        ([0, 0], [LEFT, LEFT], [[RIGHT], [LEFT]]),
        ([0, 0], [LEFT, LEFT], [[RIGHT], []]),
        ([0, 2], [LEFT, LEFT], [[RIGHT], [RIGHT]]),
    ):
        with pytest.raises(ProofInvalid):
            verify_inclusions(indices, 2, hashes, proofs, ROOT)


def test_paths_are_made_from_a_reader_of_nodes() -> None:
    assert [RIGHT] == inclusion_path(0, 2, node)
    assert [LEFT] == inclusion_path(1, 2, node)
    assert [RIGHT] == consistency_path(1, 2, node)
    assert [] == consistency_path(2, 2, node)
    assert ROOT == edge_at(2, node).root() == range_hash(0, 2, node)
    assert EMPTY_ROOT == range_hash(0, 0, node)
    with pytest.raises(ProofInvalid):
        inclusion_path(2, 2, node)


def node(height: int, index: int) -> bytes:
    return {(0, 0): LEFT, (0, 1): RIGHT, (1, 0): ROOT}[height, index]

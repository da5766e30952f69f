"""The edge of a tree grows, is stored, and refuses what cannot be one."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.errors import TreeMalformed, shown
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hash, leaf_hashes, node_hash
from tidewaiter_tlog.tree import TREE_SIZE_MAX, Edge, TreeSize, fold, subtrees

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LEAVES = leaf_hashes(b"%d" % index for index in range(1000))


@st.composite
def any_stored_edge(draw: st.DrawFn) -> bytes:
    size = draw(st.integers(0, 2**64 - 1))
    length = 32 * size.bit_count()
    return size.to_bytes(8, "big") + draw(st.binary(min_size=length, max_size=length))


def test_the_three_hashes_are_those_of_the_rfc() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert sha256(b"").digest() == EMPTY_ROOT == Edge().root()
    assert sha256(b"\x00left").digest() == left == Edge().append([left]).root()
    assert sha256(b"\x01" + left + right).digest() == node_hash(left, right) == Edge().append([left, right]).root()


def test_batches_of_any_size_give_the_same_edge_as_one_batch() -> None:
    chance = random.Random(4)
    for _ in range(20):
        edge, start = Edge(), 0
        while start < len(LEAVES):
            end = min(len(LEAVES), start + chance.choice([0, 1, 2, 3, 7, 50, 255, 256, 257]))
            edge, start = edge.append(LEAVES[start:end]), end
        assert Edge().append(LEAVES) == edge


def test_growing_returns_the_nodes_that_the_append_completed() -> None:
    edge, rows = Edge().append(LEAVES[:5]).grow(LEAVES[5:8], stride=1)
    pairs = [node_hash(LEAVES[index], LEAVES[index + 1]) for index in (4, 6)]
    four = node_hash(*pairs)
    assert [LEAVES[5:8], pairs, [four]] == rows[:3]
    assert [(edge.root(),)] == [tuple(row) for row in rows[3:]]


def test_the_edge_that_is_appended_to_stays_as_it_is() -> None:
    edge = Edge().append(LEAVES[:5])
    before = edge.to_bytes()
    edge.append(LEAVES[5:9])
    assert before == edge.to_bytes()


def test_an_edge_of_any_size_is_stored_and_read_again() -> None:
    for size in range(260):
        edge = Edge().append(LEAVES[:size])
        assert edge == Edge.from_bytes(edge.to_bytes())


@FUZZ
@given(st.binary(max_size=200) | any_stored_edge())
def test_reading_an_edge_is_total_and_what_is_read_is_written_alike(data: bytes) -> None:
    try:
        edge = Edge.from_bytes(data)
    except TreeMalformed:
        return
    assert data == edge.to_bytes()


@pytest.mark.parametrize("size", [-1, TREE_SIZE_MAX + 1, True, 1.0, None, "1"])
def test_a_size_that_no_tree_has_is_refused(size: object) -> None:
    with pytest.raises(TreeMalformed):
        Edge(size)  # type: ignore[arg-type]


@pytest.mark.parametrize("hashes", [(), (b"short",), (LEAVES[0], LEAVES[1]), [LEAVES[0]], None, (None,), ("x" * 32,)])
def test_hashes_that_do_not_fit_the_size_are_refused(hashes: object) -> None:
    with pytest.raises(TreeMalformed):
        Edge(TreeSize(1), hashes)  # type: ignore[arg-type]


@pytest.mark.parametrize("leaf", [b"", b"x" * 31, b"x" * 33, "x" * 32, None, 7])
def test_a_leaf_hash_that_is_none_is_refused(leaf: object) -> None:
    with pytest.raises(TreeMalformed):
        Edge().append([LEAVES[0], leaf])  # type: ignore[list-item]


def test_no_tree_grows_past_the_largest_size() -> None:
    full = Edge(TreeSize(TREE_SIZE_MAX), tuple(LEAVES[:63]))
    with pytest.raises(TreeMalformed, match=r"must be an integer from 0 to 2\^63 - 1, and this is 9223372036854775808"):
        full.append(LEAVES[:1])


def test_subtrees_cover_the_leaves_from_left_to_right() -> None:
    assert [(2, 0), (1, 2), (0, 6)] == subtrees(0, 7)
    assert [(1, 2), (0, 6)] == subtrees(4, 7)
    assert [] == subtrees(0, 0)
    assert fold(LEAVES[:1]) == LEAVES[0]


def test_a_message_shows_what_was_found_and_never_its_content() -> None:
    assert "5" == shown(5)
    assert "an integer of 19932 bits" == shown(10**6000)
    assert "6 bytes" == shown(b"secret")
    assert "6 characters" == shown("secret")
    assert "2 items" == shown(["secret", "secret"])
    assert "a value of type bool" == shown(True)
    assert "a value of type NoneType" == shown(None)

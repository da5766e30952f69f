"""The verifiable map: its root depends on its content alone, and no proof shows what it does not have."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.heads_map import (
    EMPTY,
    NODE_BYTES,
    NOTHING,
    Item,
    Levels,
    MapProof,
    Subtree,
    join,
    key_of,
    prove_in,
    single,
    subtree,
    value_in,
)


def items(count: int) -> list[Item]:
    return sorted((key_of(f"s-{number}"), b"v-%d" % number) for number in range(count))


def root_of(made: list[Item]) -> bytes:
    return subtree(made).hash


def in_row(made: list[Item], depth: int, place: int) -> Subtree:
    """The subtree at this place of the level so far below the root, by the definition."""
    return subtree([item for item in made if int.from_bytes(item[0], "big") >> (256 - depth) == place], depth)


def test_the_root_of_few_items_is_what_the_format_says() -> None:
    (first, other) = (bytes([0b0000_0000]) * 32, b"one"), (bytes([0b0100_0000]) * 32, b"two")
    leaves = [sha256(b"\x02" + key + value).digest() for key, value in (first, other)]

    assert bytes(32) == root_of([])
    assert leaves[0] == root_of([first])
    # They agree in the first bit and part in the second.
    halves = sha256(b"\x03" + leaves[0] + leaves[1]).digest()
    assert sha256(b"\x03" + halves + EMPTY).digest() == root_of([first, other])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 17, 80])
def test_every_key_is_proven_present_with_its_value_and_every_other_absent(count: int) -> None:
    made = items(count)

    for key, value in made:
        assert value == value_in(key, prove_in(made, key), root_of(made))
    for number in range(50):
        key = key_of(f"absent-{number}")
        assert value_in(key, prove_in(made, key), root_of(made)) is None


def test_the_levels_over_a_row_of_subtrees_are_those_of_the_map() -> None:
    made = items(300)
    levels = Levels.of_nothing(4)
    levels.put({place: in_row(made, 4, place) for place in range(16)})

    assert subtree(made) == levels.whole
    assert {(depth, place): in_row(made, depth, place) for depth in range(5) for place in range(1 << depth)} == {
        (depth, place): levels.at(depth, place) for depth in range(5) for place in range(1 << depth)
    }
    assert (16, 4) == (levels.width, levels.height)


@given(steps=some.lists(some.sets(some.integers(0, 60), max_size=5), max_size=8))
@settings(max_examples=50, deadline=None)
def test_levels_changed_step_by_step_are_those_made_at_once(steps: list[set[int]]) -> None:
    levels, kept = Levels.of_nothing(3), set[bytes]()
    for step in steps:
        kept |= {key_of(str(number)) for number in step}
        made = [(key, b"x") for key in sorted(kept)]
        places = {key_of(str(number))[0] >> 5 for number in step}
        levels = Levels(levels.packed)
        levels.put({place: in_row(made, 3, place) for place in places})

        assert subtree(made) == levels.whole


def test_a_row_of_one_has_no_levels_above_and_a_row_of_nothing_is_nothing() -> None:
    one = Levels.of_nothing(0)
    assert NOTHING == one.whole == Levels.of_nothing(5).whole

    one.put({0: single(items(1)[0])})

    assert single(items(1)[0]) == one.whole
    assert NODE_BYTES == len(one.packed)


@pytest.mark.parametrize("length", [0, 1, NODE_BYTES - 1, NODE_BYTES + 1, 2 * NODE_BYTES, 5 * NODE_BYTES])
def test_bytes_that_are_no_levels_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no levels"):
        Levels(bytes(length))


@given(numbers=some.sets(some.integers(0, 200), min_size=1, max_size=20), order=some.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_root_does_not_depend_on_how_the_items_are_halved(numbers: set[int], order: object) -> None:
    made = sorted((key_of(str(number)), b"x") for number in numbers)
    left = [item for item in made if not item[0][0] & 0x80]
    right = [item for item in made if item[0][0] & 0x80]

    assert subtree(made) == join(subtree(left, 1), subtree(right, 1))


def test_two_maps_that_differ_in_one_item_have_other_roots() -> None:
    made = items(20)
    roots = {root_of(made)}
    for at, (key, value) in enumerate(made):
        roots |= {
            root_of(made[:at] + made[at + 1 :]),
            root_of([*made[:at], (key, value + b"x"), *made[at + 1 :]]),
        }

    assert 41 == len(roots)


def test_no_bit_of_a_proof_can_be_changed() -> None:
    made = items(40)
    key = made[7][0]
    proof, root = prove_in(made, key), root_of(made)
    assert proof.found is not None

    for place, sibling in enumerate(proof.siblings):
        for bit in range(256):
            turned = (int.from_bytes(sibling, "big") ^ 1 << bit).to_bytes(32, "big")
            changed = MapProof((*proof.siblings[:place], turned, *proof.siblings[place + 1 :]), proof.found)
            with pytest.raises(ProofInvalid):
                value_in(key, changed, root)
    for forged in (
        MapProof(proof.siblings, (key, b"another value")),
        MapProof(proof.siblings, None),
        MapProof(proof.siblings[:-1], proof.found),
        MapProof((*proof.siblings, EMPTY), proof.found),
        MapProof((), None),
    ):
        with pytest.raises(ProofInvalid):
            value_in(key, forged, root)


def test_a_present_key_cannot_be_shown_absent_by_another_key_s_item() -> None:
    made = items(40)
    root = root_of(made)

    for key, _ in made[:5]:
        for other, _ in made[5:]:
            with pytest.raises(ProofInvalid):
                value_in(key, prove_in(made, other), root)


@pytest.mark.parametrize(
    ("key", "proof", "root"),
    [
        (b"short", MapProof((), None), EMPTY),
        (bytes(32), MapProof((), None), b"short"),
        (bytes(32), MapProof((b"short",), None), EMPTY),
        (bytes(32), MapProof((EMPTY,) * 257, None), EMPTY),
        (bytes(32), MapProof((), (b"short", b"")), EMPTY),
    ],
)
def test_what_is_no_proof_at_all_is_refused(key: bytes, proof: MapProof, root: bytes) -> None:
    with pytest.raises(ProofInvalid):
        value_in(key, proof, root)

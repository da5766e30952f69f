"""A log written batch by batch has the tiles of one written at once, and any wrong bit in it is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.entry_bundle import encode_bundle
from tidewaiter_tlog.errors import ProofInvalid, TileMalformed, TlogError, TreeMalformed
from tidewaiter_tlog.fsck import check_bundle, check_bundles, check_tiles
from tidewaiter_tlog.hashing import leaf_hashes
from tidewaiter_tlog.tiles import BundleId, TileId, extend, tiles_of
from tidewaiter_tlog.tree import Edge

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

ENTRIES = [b"%d" % index for index in range(70_000)]
LEAVES = leaf_hashes(ENTRIES)

Written = dict[TileId, bytes]


def reader(written: Written) -> Callable[[int, int, int], bytes]:
    return lambda level, index, width: written[TileId(level, index, width)]


def write(batches: Iterator[int], size: int, *, with_edge: bool) -> tuple[Written, Edge]:
    """Appends batch after batch until the log has `size` leaves, keeping every tile that was ever written."""
    written: Written = {}
    edge = Edge()
    while edge.size < size:
        leaves = LEAVES[edge.size : min(size, edge.size + next(batches))]
        extension = extend(edge.size, leaves, reader(written), edge=edge if with_edge else None)
        assert edge.size + len(leaves) == extension.size
        assert extension.root == extension.edge.root()
        assert not written.keys() & extension.tiles.keys()
        written |= extension.tiles
        edge = extension.edge
    return written, edge


@pytest.mark.parametrize("with_edge", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_random_batches_write_the_tiles_of_a_rebuild(seed: int, with_edge: bool) -> None:
    chance = random.Random(seed)
    size = chance.randrange(1000, 6000)
    sizes = iter(lambda: chance.choice([0, 1, 2, 100, 255, 256, 257, 512, chance.randrange(1, 2000)]), None)
    written, edge = write(sizes, size, with_edge=with_edge)
    rebuilt = extend(0, LEAVES[:size], reader({}))
    assert rebuilt.edge == edge
    assert rebuilt.tiles == {tile: written[tile] for tile in tiles_of(size)}


def test_one_leaf_at_a_time_writes_every_tile_of_every_size() -> None:
    written, _ = write(iter(lambda: 1, None), 600, with_edge=True)
    assert {tile for size in range(1, 601) for tile in tiles_of(size)} == written.keys()


def test_growing_past_the_border_of_the_third_level_writes_its_tile() -> None:
    written, edge = write(iter([65_000, 535, 1, 1, 4_000, 463]), 70_000, with_edge=True)
    assert extend(0, LEAVES, reader({})).tiles == {tile: written[tile] for tile in tiles_of(70_000)}
    check_tiles(70_000, edge.root(), reader(written))


@FUZZ
@given(st.integers(0, 600), st.integers(0, 600))
def test_any_two_batches_write_the_tiles_of_one(first: int, second: int) -> None:
    start = extend(0, LEAVES[:first], reader({}))
    end = extend(first, LEAVES[first : first + second], reader(start.tiles))
    whole = extend(0, LEAVES[: first + second], reader({}))
    assert whole.edge == end.edge
    written = start.tiles | end.tiles
    assert whole.tiles == {tile: written[tile] for tile in tiles_of(first + second)}


def test_appending_nothing_writes_nothing() -> None:
    edge = Edge().append(LEAVES[:300])
    extension = extend(300, [], reader({}), edge=edge)
    assert ({}, edge) == (extension.tiles, extension.edge)


def test_the_edge_of_another_size_is_refused() -> None:
    with pytest.raises(TreeMalformed, match="must be of the old tree of 3 leaves, and is of 2"):
        extend(3, LEAVES[:1], reader({}), edge=Edge().append(LEAVES[:2]))


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, None])
def test_a_leaf_hash_of_the_wrong_length_is_refused(wrong: Any) -> None:
    with pytest.raises(TreeMalformed):
        extend(0, [LEAVES[0], wrong], reader({}))


def test_every_single_bit_of_a_tile_matters() -> None:
    for size, step in ((20, 1), (300, 97), (70_000, 1_000_003)):
        extension = extend(0, LEAVES[:size], reader({}))
        written, root = extension.tiles, extension.root
        check_tiles(size, root, reader(written))
        last = max(written, key=lambda tile: (tile.level == 0, tile.index))
        for tile in written if size < 1000 else (last, TileId(1, 1, 17), TileId(2, 0, 1), TileId(0, 100)):
            number = int.from_bytes(written[tile], "big")
            bits = 8 * len(written[tile])
            for bit in range(0, bits, step) if size < 1000 else (0, bits - 1):
                changed = written | {tile: (number ^ 1 << bit).to_bytes(bits // 8, "big")}
                with pytest.raises((TileMalformed, ProofInvalid)):
                    check_tiles(size, root, reader(changed))


def test_a_root_of_another_tree_is_refused() -> None:
    extension = extend(0, LEAVES[:300], reader({}))
    with pytest.raises(ProofInvalid, match="must lead to the root"):
        check_tiles(300, Edge().append(LEAVES[:299]).root(), reader(extension.tiles))


def test_a_full_tile_that_does_not_fit_the_one_above_is_named() -> None:
    extension = extend(0, LEAVES[:300], reader({}))
    changed = extension.tiles | {TileId(0, 0): extension.tiles[TileId(0, 0)][::-1]}
    with pytest.raises(TileMalformed, match=r"tile/0/000 must hash to .* as tile/1/000\.p/1 has it"):
        check_tiles(300, extension.root, reader(changed))


def test_every_single_bit_of_a_bundle_matters() -> None:
    size = 20
    tiles = extend(0, LEAVES[:size], reader({})).tiles
    data = encode_bundle(ENTRIES[:size])
    check_bundles(size, lambda index, width: data, reader(tiles))
    number = int.from_bytes(data, "big")
    for bit in range(8 * len(data)):
        changed = (number ^ 1 << bit).to_bytes(len(data), "big")
        with pytest.raises(TlogError):
            check_bundles(size, lambda index, width, changed=changed: changed, reader(tiles))  # type: ignore[misc]


def test_an_entry_that_is_not_the_one_logged_is_named() -> None:
    tiles = extend(0, LEAVES[:300], reader({})).tiles
    entries = [*ENTRIES[256:299], b"another"]
    with pytest.raises(TileMalformed, match=r"entry 299 in tile/entries/001\.p/44 must hash to"):
        check_bundle(BundleId(1, 44), entries, tiles[TileId(0, 1, 44)])
    with pytest.raises(TileMalformed, match="must have 44 entries, and has 43"):
        check_bundle(BundleId(1, 44), entries[1:], tiles[TileId(0, 1, 44)])

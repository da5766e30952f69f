"""Tiles and bundles have the paths, widths and bytes of the specification; reading them is total."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter_tlog.entry_bundle import ENTRY_BYTES_MAX, decode_bundle, encode_bundle
from tidewaiter_tlog.errors import ProofInvalid, TileMalformed, TreeMalformed
from tidewaiter_tlog.hashing import EMPTY_ROOT, leaf_hashes
from tidewaiter_tlog.tiles import BundleId, TileId, Tiles, bundles_of, extend, parse_tile_path, tile_width, tiles_of
from tidewaiter_tlog.tree import Edge

# A busy machine is no failure of the code under test.
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SIZE = 70_000
LEAVES = leaf_hashes(b"%d" % index for index in range(SIZE))


class MemoryTiles:
    """The tiles of one log, which counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.tiles = extend(0, LEAVES[:size], self).tiles
        self._widest = {(tile.level, tile.index): data for tile, data in self.tiles.items()}
        self.reads: list[TileId] = []

    def __call__(self, level: int, index: int, width: int) -> bytes:
        self.reads.append(TileId(level, index, width))
        return self._widest[level, index][: 32 * width]


@pytest.fixture(scope="module")
def log() -> MemoryTiles:
    return MemoryTiles(SIZE)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 67, 1), "tile/0/067.p/1"),
        (TileId(3, 1_234_067), "tile/3/x001/x234/067"),
        (TileId(63, 1000, 255), "tile/63/x001/000.p/255"),
        (BundleId(0), "tile/entries/000"),
        (BundleId(1_234_067, 9), "tile/entries/x001/x234/067.p/9"),
        (TileId(0, 2**63 - 1), "tile/0/x009/x223/x372/x036/x854/x775/807"),
    ],
)
def test_a_tile_has_its_path_and_the_path_its_tile(tile: TileId | BundleId, path: str) -> None:
    assert path == tile.path
    assert tile == parse_tile_path(path)


@FUZZ
@given(st.integers(0, 63) | st.none(), st.integers(0, 2**63 - 1) | st.integers(0, 10_000), st.integers(1, 256))
def test_any_tile_path_is_read_as_it_is_written(level: int | None, index: int, width: int) -> None:
    tile = BundleId(index, width) if level is None else TileId(level, index, width)
    assert tile == parse_tile_path(tile.path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/x000/000",
        "tile/entrie/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/../000",
        "tile/0/\u0661\u0662\u0663",
        "tile/0/x001/" * 50,
    ],
)
def test_a_path_of_any_other_form_is_refused(path: str) -> None:
    with pytest.raises(TileMalformed):
        parse_tile_path(path)


@FUZZ
@given(st.text(max_size=80) | st.from_regex(r"tile/[0-9a-z]{1,3}/[x0-9/]{1,20}(\.p/[0-9]{1,3})?", fullmatch=True))
def test_reading_a_path_is_total_and_what_is_read_is_written_alike(path: str) -> None:
    try:
        tile = parse_tile_path(path)
    except TileMalformed:
        return
    assert path == tile.path


@pytest.mark.parametrize("value", [-1, 2**63, True, 1.0, None, "0"])
def test_a_tile_that_cannot_be_is_refused(value: Any) -> None:
    for arguments in ((value, 0, 1), (0, value, 1), (0, 0, value)):
        with pytest.raises(TileMalformed):
            TileId(*arguments)
        if arguments[0] == 0:
            with pytest.raises(TileMalformed):
                BundleId(*arguments[1:])


def test_a_tree_of_70_000_leaves_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_of(SIZE))
    assert 273 + 1 + 1 + 1 + 1 == len(tiles)
    assert [TileId(0, 273, 112), TileId(1, 0), TileId(1, 1, 17), TileId(2, 0, 1)] == tiles[273:]
    assert all(tile.is_full for tile in tiles[:273])
    assert [TileId(0, 0), TileId(1, 0, 1)] == list(tiles_of(256))
    assert [] == list(tiles_of(0))
    assert [BundleId(0), BundleId(1, 44)] == list(bundles_of(300))
    assert 0 == tile_width(0, 274, SIZE)


def test_the_tiles_of_a_log_are_those_of_its_size_and_nothing_else(log: MemoryTiles) -> None:
    assert sorted(tile.path for tile in tiles_of(SIZE)) == sorted(tile.path for tile in log.tiles)
    assert all(32 * tile.width == len(data) for tile, data in log.tiles.items())


def test_the_root_at_any_earlier_size_is_that_of_its_leaves(log: MemoryTiles) -> None:
    tiles, chance = Tiles(log), random.Random(5)
    for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, SIZE, *(chance.randrange(3000) for _ in range(30))):
        assert Edge().append(LEAVES[:size]) == tiles.edge(size)
    assert EMPTY_ROOT == tiles.root(0)


def test_a_batch_of_proofs_reads_each_tile_once(log: MemoryTiles) -> None:
    tiles = Tiles(log)
    tiles.root(SIZE)
    log.reads.clear()
    tiles.inclusion_proofs(range(1000, 2000), SIZE)
    assert sorted(log.reads, key=str) == sorted({TileId(0, index) for index in range(3, 8)} | {TileId(1, 0)}, key=str)


def test_proofs_come_in_the_order_asked_and_again_from_the_cache(log: MemoryTiles) -> None:
    tiles = Tiles(log)
    asked = [5, 69_999, 0, 5, 256]
    first = tiles.inclusion_proofs(asked, SIZE)
    log.reads.clear()
    assert first == tiles.inclusion_proofs(asked, SIZE) == [tiles.inclusion_proof(index, SIZE) for index in asked]
    assert [] == log.reads
    assert [] == tiles.inclusion_proofs([], SIZE)


def test_a_small_cache_answers_the_same(log: MemoryTiles) -> None:
    indices = random.Random(1).sample(range(SIZE), 50)
    assert Tiles(log).inclusion_proofs(indices, SIZE) == Tiles(log, tiles_max=1).inclusion_proofs(indices, SIZE)


def test_the_cache_keeps_no_more_tiles_than_it_may(log: MemoryTiles) -> None:
    tiles = Tiles(log, tiles_max=2)
    for index in (0, 256, 512, 512, 256):
        tiles.node(0, index, SIZE)
    log.reads.clear()
    tiles.node(0, 256, SIZE)
    tiles.node(0, 512, SIZE)
    assert [] == log.reads
    tiles.node(0, 0, SIZE)
    assert [TileId(0, 0)] == log.reads


def test_a_full_tile_serves_in_place_of_a_partial_one(log: MemoryTiles) -> None:
    def only_full(level: int, index: int, width: int) -> bytes:
        return log.tiles.get(TileId(level, index)) or log(level, index, width)

    assert Tiles(log).inclusion_proofs(range(300), 300) == Tiles(only_full).inclusion_proofs(range(300), 300)
    assert extend(300, LEAVES[300:600], log) == extend(300, LEAVES[300:600], only_full)


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 33, b"x" * 8191, b"x" * 8193, b"x" * 64, None, "x" * 32])
def test_a_tile_of_the_wrong_length_is_refused(data: Any) -> None:
    with pytest.raises(TileMalformed, match="must be 32 bytes"):
        Tiles(lambda level, index, width: data).root(1)
    with pytest.raises(TileMalformed, match="must be 32 bytes"):
        extend(1, LEAVES[:1], lambda level, index, width: data, edge=Edge().append(LEAVES[:1]))


def test_a_tile_that_changed_under_the_reader_is_refused() -> None:
    data = {1: LEAVES[0], 2: LEAVES[1] + LEAVES[2]}
    tiles = Tiles(lambda level, index, width: data[width])
    tiles.root(1)
    with pytest.raises(TileMalformed, match=r"tile/0/000.p/2 must begin with the 1 hashes"):
        tiles.root(2)


def test_what_is_not_in_the_tree_is_refused(log: MemoryTiles) -> None:
    tiles = Tiles(log)
    for height, index in ((0, 300), (8, 1), (-1, 0), (0, -1), (9, 0), (63, 0), (10**12, 0)):
        with pytest.raises(TreeMalformed):
            tiles.node(height, index, 300)
    no_leaves: list[Any] = [300, -1, True, None]
    for no_leaf in no_leaves:
        with pytest.raises(ProofInvalid):
            tiles.inclusion_proofs([0, no_leaf], 300)
    for size1, size2 in ((0, 300), (301, 300), (-1, 300), (1, 2**63)):
        with pytest.raises(ProofInvalid):
            tiles.consistency_proof(size1, size2)
    with pytest.raises(TreeMalformed):
        tiles.root(-1)


@FUZZ
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_is_read_as_it_is_written(entries: list[bytes]) -> None:
    assert entries == decode_bundle(encode_bundle(entries), len(entries))


@FUZZ
@given(st.binary(max_size=100), st.integers(0, 5))
def test_reading_a_bundle_is_total_and_what_is_read_is_written_alike(data: bytes, width: int) -> None:
    try:
        entries = decode_bundle(data, width)
    except TileMalformed:
        return
    assert data == encode_bundle(entries)


def test_a_bundle_is_lengths_and_entries_in_turn() -> None:
    assert b"\x00\x03one\x00\x00\x00\x02hi" == encode_bundle([b"one", b"", b"hi"])


@pytest.mark.parametrize(
    ("data", "width"),
    [(b"", 1), (b"\x00", 1), (b"\x00\x02x", 1), (b"\x00\x01xy", 1), (b"\x00\x01x", 2), (b"", 0), (b"", 257), (None, 1)],
)
def test_a_bundle_that_is_not_exactly_its_entries_is_refused(data: Any, width: int) -> None:
    with pytest.raises(TileMalformed):
        decode_bundle(data, width)


def test_a_bundle_may_have_256_entries_and_no_more() -> None:
    assert [b"x"] * 256 == decode_bundle(encode_bundle([b"x"] * 256), 256)
    with pytest.raises(TileMalformed, match="must have from 1 to 256 entries, and has 257"):
        decode_bundle(b"\x00\x01x" * 257, 257)


def test_an_entry_may_have_65_535_bytes_and_no_more() -> None:
    assert 65_535 == ENTRY_BYTES_MAX
    longest = b"x" * ENTRY_BYTES_MAX
    assert [longest] == decode_bundle(encode_bundle([longest]), 1)
    for entries in ([longest + b"x"], [], [b""] * 257, ["x"]):
        with pytest.raises(TileMalformed):
            encode_bundle(entries)  # type: ignore[arg-type]

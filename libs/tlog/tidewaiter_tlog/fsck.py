"""The whole-log check: every tile against the tiles below it and the root, every entry against its leaf hash.

A proof only touches the tiles on its way, and a root only those of the right edge; this touches all.
"""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter_tlog.entry_bundle import decode_bundle
from tidewaiter_tlog.errors import ProofInvalid, TileMalformed
from tidewaiter_tlog.hashing import HASH_SIZE, leaf_hash, parent_hashes
from tidewaiter_tlog.tile_address import TILE_HEIGHT, TILE_WIDTH, BundleId, TileId, bundles_of, tile_width, tiles_of
from tidewaiter_tlog.tile_cache import ReadTile, checked_tile
from tidewaiter_tlog.tiles import Tiles
from tidewaiter_tlog.tree import check_tree_size

ReadBundle = Callable[[int, int], bytes]
"""Given (index, width), the bytes of that entry bundle."""


def check_tiles(tree_size: int, root: bytes, read_tile: ReadTile) -> None:
    """Returns when every tile of the tree is right, given its root: any single wrong bit in any tile is found.

    Raises TileMalformed naming the tile that does not fit the one above it, ProofInvalid when the right edge
    does not lead to the root.
    Reads each tile about twice and keeps few at a time; about 0.7 seconds per million leaves.
    """
    found = Tiles(read_tile).root(tree_size)
    if found != root:
        raise ProofInvalid(
            f"the tiles must lead to the root {root.hex()} of the tree of {tree_size} leaves, and lead to {found.hex()}"
        )
    parent, parent_data = None, b""
    for tile in tiles_of(tree_size):
        data = _exact(tile, read_tile)
        if not tile.is_full:
            # Its hashes are all on the right edge, and so in the root.
            continue
        above = TileId(tile.level + 1, tile.index // TILE_WIDTH, _width_above(tile, tree_size))
        if above != parent:
            parent, parent_data = above, _exact(above, read_tile)
        start = tile.index % TILE_WIDTH * HASH_SIZE
        expected = parent_data[start : start + HASH_SIZE]
        hashed = _tile_root(data)
        if hashed != expected:
            raise TileMalformed(
                f"{tile.path} must hash to {expected.hex()} as {above.path} has it, and hashes to {hashed.hex()}"
            )


def check_bundles(tree_size: int, read_bundle: ReadBundle, read_tile: ReadTile) -> None:
    """Returns when every entry hashes to its leaf hash in the level 0 tiles; else TileMalformed naming the entry.

    It says nothing of the tiles themselves: check those first.
    """
    for bundle in bundles_of(check_tree_size(tree_size)):
        entries = decode_bundle(read_bundle(bundle.index, bundle.width), bundle.width)
        check_bundle(bundle, entries, _exact(TileId(0, bundle.index, bundle.width), read_tile))


def check_bundle(bundle: BundleId, entries: list[bytes], tile_data: bytes) -> None:
    """Returns when each entry of one bundle hashes to its hash in the tile; else TileMalformed naming the entry."""
    if len(entries) != bundle.width:
        raise TileMalformed(f"{bundle.path} must have {bundle.width} entries, and has {len(entries)}")
    for position, entry in enumerate(entries):
        expected = tile_data[position * HASH_SIZE : (position + 1) * HASH_SIZE]
        found = leaf_hash(entry)
        if found != expected:
            raise TileMalformed(
                f"entry {bundle.index * TILE_WIDTH + position} in {bundle.path} must hash to {expected.hex()} "
                f"as its tile has it, and hashes to {found.hex()}"
            )


def _exact(tile: TileId, read_tile: ReadTile) -> bytes:
    data = checked_tile(tile, read_tile(tile.level, tile.index, tile.width))
    return data[: tile.width * HASH_SIZE]


def _width_above(tile: TileId, tree_size: int) -> int:
    return tile_width(tile.level + 1, tile.index // TILE_WIDTH, tree_size)


def _tile_root(data: bytes) -> bytes:
    row = [data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)]
    for _ in range(TILE_HEIGHT):
        row = parent_hashes(row)
    return row[0]

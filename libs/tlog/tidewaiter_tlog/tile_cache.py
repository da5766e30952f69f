"""Decoded tiles: the hashes of a tile and all nodes above them inside it, and a bounded number of them kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tidewaiter_tlog.errors import TileMalformed, shown
from tidewaiter_tlog.hashing import HASH_SIZE, parent_hashes
from tidewaiter_tlog.tile_address import TILE_HEIGHT, TILE_WIDTH, TileId

ReadTile = Callable[[int, int, int], bytes]
"""Given (level, index, width), the bytes of that tile: width hashes of 32 bytes.

The reader may give the full tile of 256 hashes for a partial one, as tlog-tiles allows once it exists.
"""


class DecodedTile:
    """A tile and the nodes inside it: `rows[height][position]`, height 0 (the hashes of the tile) to 8.

    It only ever grows at its right end, and then only the new nodes are hashed.
    """

    __slots__ = ("data", "rows")

    def __init__(self) -> None:
        self.data = b""
        self.rows: list[list[bytes]] = [[] for _ in range(TILE_HEIGHT + 1)]

    @property
    def width(self) -> int:
        """How many hashes of the tile are known: 0 to 256."""
        return len(self.rows[0])

    def grow(self, tile: TileId, data: bytes) -> None:
        """Takes in the bytes of the tile at a greater width; raises TileMalformed when what was known differs."""
        if len(data) < len(self.data) or not data.startswith(self.data):
            raise TileMalformed(
                f"{tile.path} must begin with the {self.width} hashes it had before, because a log only grows, "
                "and does not"
            )
        row = [data[start : start + HASH_SIZE] for start in range(len(self.data), len(data), HASH_SIZE)]
        self.data = data
        for known in self.rows:
            # What this row already had and did not pair yet is the left half of its first new parent.
            unpaired = known[-1:] if len(known) % 2 else []
            known.extend(row)
            row = parent_hashes(unpaired + row)


class TileCache:
    """The tiles that were read last, decoded; at most `tiles_max`, of about 46 kB each when full.

    Not for several threads at once.
    """

    def __init__(self, read_tile: ReadTile, *, tiles_max: int) -> None:
        self._read_tile = read_tile
        self._tiles_max = max(1, tiles_max)
        self._tiles: OrderedDict[tuple[int, int], DecodedTile] = OrderedDict()

    def get(self, level: int, index: int, width: int) -> DecodedTile:
        """The tile with at least its first `width` hashes known, read only when they are not known yet."""
        tile = self._tiles.get((level, index))
        if tile is not None and tile.width >= width:
            self._tiles.move_to_end((level, index))
            return tile
        tile_id = TileId(level, index, width)
        data = checked_tile(tile_id, self._read_tile(level, index, width))
        if tile is None:
            tile = DecodedTile()
        tile.grow(tile_id, data)
        self._tiles[level, index] = tile
        self._tiles.move_to_end((level, index))
        if len(self._tiles) > self._tiles_max:
            self._tiles.popitem(last=False)
        return tile


def checked_tile(tile: TileId, data: bytes) -> bytes:
    """The bytes that a reader gave for the tile; raises TileMalformed unless they are as many as the tile has.

    The full tile in place of a partial one is let through whole.
    """
    if isinstance(data, bytes) and len(data) in (tile.width * HASH_SIZE, TILE_WIDTH * HASH_SIZE):
        return data
    raise TileMalformed(f"{tile.path} must be {tile.width * HASH_SIZE} bytes, and is {shown(data)}")

"""Where tiles and entry bundles are: the arithmetic and the paths of c2sp.org/tlog-tiles, both ways.

Tile `index` of level `level` holds up to 256 neighbouring hashes of height 8 * level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tidewaiter_tlog.errors import TileMalformed, shown
from tidewaiter_tlog.tree import check_tree_size

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
LEVEL_MAX: Final = 63
"""The highest level the specification has a path for; a tree of 2^63 - 1 leaves only needs levels 0 to 7."""

INDEX_MAX: Final = 2**63 - 1
_PATH_CHARACTERS_MAX: Final = 64

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-9][0-9])/(?P<index>(?:x[0-9]{3}/){0,7}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class TileId:
    """A Merkle tree tile: level 0 to 63, index from 0, width 1 to 256 hashes (256: full); else TileMalformed."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check("the level of a tile", self.level, 0, LEVEL_MAX)
        _check("the index of a tile", self.index, 0, INDEX_MAX)
        _check("the width of a tile", self.width, 1, TILE_WIDTH)

    @property
    def is_full(self) -> bool:
        """Whether it has all 256 hashes, and so never changes again."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """The path below the log's URL prefix, such as tile/0/x001/234.p/17."""
        return f"tile/{self.level}/{_index_path(self.index)}{_width_suffix(self.width)}"


@dataclass(frozen=True, slots=True)
class BundleId:
    """An entry bundle: the entries below the level 0 tile of the same index and width; else TileMalformed."""

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check("the index of an entry bundle", self.index, 0, INDEX_MAX)
        _check("the width of an entry bundle", self.width, 1, TILE_WIDTH)

    @property
    def path(self) -> str:
        """The path below the log's URL prefix, such as tile/entries/x001/234.p/17."""
        return f"tile/entries/{_index_path(self.index)}{_width_suffix(self.width)}"


def parse_tile_path(path: str) -> TileId | BundleId:
    """What the path names; raises TileMalformed for any but the one way of writing it."""
    if not isinstance(path, str) or len(path) > _PATH_CHARACTERS_MAX:
        raise TileMalformed(f"a tile path must be at most {_PATH_CHARACTERS_MAX} characters, and this is {shown(path)}")
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileMalformed(
            "a tile path must be like tile/0/x001/234, tile/entries/x001/234 or one of them with .p/17, and is not"
        )
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = TILE_WIDTH if found["width"] is None else int(found["width"])
    tile = BundleId(index, width) if found["level"] == "entries" else TileId(int(found["level"]), index, width)
    if tile.path != path:
        raise TileMalformed(f"a tile path must be written without needless parts, here as {tile.path}")
    return tile


def tile_width(level: int, index: int, tree_size: int) -> int:
    """How many hashes, 0 to 256, this tile has in a tree of this size; 0 means that there is no such tile."""
    return max(0, min(TILE_WIDTH, (tree_size >> (TILE_HEIGHT * level)) - TILE_WIDTH * index))


def tiles_of(tree_size: int) -> Iterator[TileId]:
    """Every tile of a tree of this size, level by level from the leaves up, each from left to right."""
    level, hashes = 0, int(check_tree_size(tree_size))
    while hashes:
        for index in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield TileId(level, index, tile_width(level, index, tree_size))
        level, hashes = level + 1, hashes >> TILE_HEIGHT


def bundles_of(tree_size: int) -> Iterator[BundleId]:
    """Every entry bundle of a tree of this size, in order; a partial one is the last."""
    for index in range((check_tree_size(tree_size) + TILE_WIDTH - 1) // TILE_WIDTH):
        yield BundleId(index, tile_width(0, index, tree_size))


def _index_path(index: int) -> str:
    """Groups of three digits, all but the last with an x before, so that a folder never has the name of a file."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def _width_suffix(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"


def _check(what: str, value: int, lowest: int, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise TileMalformed(f"{what} must be an integer from {lowest} to {highest}, and is {shown(value)}")

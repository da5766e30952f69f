"""What is at which path, and how long it may be kept. Only what the newest checkpoint commits to is served.

| path | cached |
| --- | --- |
| /checkpoint | a second; not served while the log could not sign it again |
| /tile/<level>/<index>[.p/<width>] | for ever, by anyone |
| /tile/entries/<index>[.p/<width>] | for ever, but not by what several readers share: entries are the operator's view |
| /health | never |
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from tidewaiter_tlog.checkpoint import parse_checkpoint
from tidewaiter_tlog.entry_bundle import encode_bundle
from tidewaiter_tlog.errors import TlogError
from tidewaiter_tlog.fsck import check_bundle
from tidewaiter_tlog.hashing import HASH_SIZE
from tidewaiter_tlog.tiles import TILE_WIDTH, BundleId, TileId, parse_tile_path, tile_width
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit.model import Entry

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"

_FOR_EVER: Final = "max-age=31536000, immutable"
_GZIP_LEVEL: Final = 1


class SiteStore(Protocol):
    """What is read for an answer."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Within the block every read sees the log as of one commit."""
        ...

    def newest_checkpoint(self) -> bytes | None:
        """The signed note of the largest tree."""
        ...

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of this tile, as many as there are."""
        ...

    def entries_between(self, start: LeafIndex, end: LeafIndex) -> list[Entry]:
        """The entries from `start` to `end` (exclusive), in order."""
        ...


class Answer(NamedTuple):
    """A status with what goes with it."""

    status: int
    content_type: str
    cache: str
    body: bytes
    encoding: str = ""

    @property
    def etag(self) -> str:
        """The same for the same bytes, in quotes as HTTP has it."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


def answer(path: str, store: SiteStore, *, is_fresh: Callable[[], bool], accepts_gzip: bool) -> Answer:
    """What is at this path; 404 for anything that is not, or not yet, part of the log."""
    if path == "/health":
        return _health(is_fresh())
    if path == "/checkpoint":
        return _checkpoint(store, is_fresh())
    try:
        place = parse_tile_path(path.removeprefix("/"))
    except TlogError:
        return _failed(404, "There is no such file.")
    with store.snapshot():
        note = store.newest_checkpoint()
        size = parse_checkpoint(note).tree_size if note else 0
        level = 0 if isinstance(place, BundleId) else place.level
        if place.width > tile_width(level, place.index, size):
            return _failed(404, "The log has no such tile, or not yet.")
        if isinstance(place, TileId):
            return _tile(store, place)
        return _bundle(store, place, accepts_gzip=accepts_gzip)


def _health(is_fresh: bool) -> Answer:
    if is_fresh:
        return Answer(200, TEXT, "no-store", b"A fresh checkpoint can be signed.\n")
    return _failed(503, "No fresh checkpoint can be signed.")


def _checkpoint(store: SiteStore, is_fresh: bool) -> Answer:
    note = store.newest_checkpoint()
    if note is None or not is_fresh:
        return _failed(503, "No fresh checkpoint can be signed.")
    return Answer(200, TEXT, "max-age=1, must-revalidate", note)


def _tile(store: SiteStore, tile: TileId) -> Answer:
    hashes = _hashes(store, tile)
    if hashes is None:
        return _failed(500, "The tile is not what it should be.")
    return Answer(200, BYTES, f"public, {_FOR_EVER}", hashes)


def _bundle(store: SiteStore, bundle: BundleId, *, accepts_gzip: bool) -> Answer:
    start = bundle.index * TILE_WIDTH
    leaves = [entry.leaf for entry in store.entries_between(LeafIndex(start), LeafIndex(start + bundle.width))]
    hashes = _hashes(store, TileId(0, bundle.index, bundle.width))
    try:
        check_bundle(bundle, leaves, hashes or b"")
    except TlogError:
        # For ever is too long for a mistake.
        return _failed(500, "The entries are not what they should be.")
    body = encode_bundle(leaves)
    cache = f"private, {_FOR_EVER}"
    if accepts_gzip:
        return Answer(200, BYTES, cache, gzip.compress(body, _GZIP_LEVEL, mtime=0), "gzip")
    return Answer(200, BYTES, cache, body)


def _hashes(store: SiteStore, tile: TileId) -> bytes | None:
    """The tile at the width asked for; None when the store has less."""
    hashes = (store.tile(tile.level, tile.index) or b"")[: tile.width * HASH_SIZE]
    return hashes if len(hashes) == tile.width * HASH_SIZE else None


def _failed(status: int, text: str) -> Answer:
    return Answer(status, TEXT, "no-store", f"{text}\n".encode())

"""Entry bundles: up to 256 neighbouring log entries, each after its length (c2sp.org/tlog-tiles, log entries)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidewaiter_tlog.errors import TileMalformed, shown
from tidewaiter_tlog.tile_address import TILE_WIDTH

ENTRY_BYTES_MAX: Final = 2**16 - 1
_LENGTH_BYTES: Final = 2


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 entries of at most 65,535 bytes each; raises TileMalformed beyond these bounds."""
    _check_width(len(entries))
    parts: list[bytes] = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, bytes) or len(entry) > ENTRY_BYTES_MAX:
            raise TileMalformed(
                f"a log entry must be at most {ENTRY_BYTES_MAX} bytes, and entry {position} is {shown(entry)}"
            )
        parts += (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle; raises TileMalformed unless the bytes are exactly `width` entries."""
    _check_width(width)
    if not isinstance(data, bytes):
        raise TileMalformed(f"an entry bundle must be bytes, and is {shown(data)}")
    entries: list[bytes] = []
    start = 0
    for position in range(width):
        body = start + _LENGTH_BYTES
        end = body + int.from_bytes(data[start:body], "big")
        if body > len(data) or end > len(data):
            raise TileMalformed(
                f"an entry bundle must hold {width} entries, and its {len(data)} bytes end within entry {position}"
            )
        entries.append(data[body:end])
        start = end
    if start != len(data):
        raise TileMalformed(
            f"an entry bundle of {width} entries must end with the last, and {len(data) - start} bytes follow it"
        )
    return entries


def _check_width(width: int) -> None:
    if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= TILE_WIDTH:
        raise TileMalformed(f"an entry bundle must have from 1 to {TILE_WIDTH} entries, and has {shown(width)}")

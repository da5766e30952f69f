"""The tables of the history, read and written through one SQLite connection inside one transaction.

They are bounded: what was not touched for `days_kept` goes, a little with every write, and over the bounds of rows the
longest untouched go earlier. No write looks at more rows than it writes, times a constant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar, cast

import apsw
import msgspec
from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_risk.history.record import Seen
from tidewaiter_risk.history.trails import Trail, pack, unpack

R = TypeVar("R")

_SWEPT_FOR_EACH = 3
"""Rows looked at for each row written: more than one, so that what is due goes faster than new rows come."""
_SWEPT_MIN = 16

_TRAILS = "SELECT key, entries FROM trail WHERE key IN (SELECT value FROM json_each(?))"
_FIRST_DAYS = "SELECT key, first_day FROM trail WHERE key IN (SELECT value FROM json_each(?))"
_SEEN = "SELECT shipment_id, content FROM seen WHERE shipment_id IN (SELECT value FROM json_each(?))"
_PUT_TRAIL = """
INSERT INTO trail (key, first_day, touched, entries) VALUES (?1, ?2, ?2, ?3)
ON CONFLICT (key) DO UPDATE SET touched = ?2, entries = ?3
"""
_NEXT_TRAILS = "SELECT number, touched FROM trail WHERE number > ? ORDER BY number LIMIT ?"
_UPDATE_TRAIL = "UPDATE trail SET touched = ?2, entries = ?3 WHERE key = ?1"
_PUT_SEEN = "INSERT INTO seen (shipment_id, revision, touched, content) VALUES (?, ?, ?, ?)"

_encode_seen = msgspec.msgpack.Encoder().encode
_decode_seen = msgspec.msgpack.Decoder(Seen).decode


class Bounds(NamedTuple):
    """How much is kept: days without a sighting, trails, and shipments."""

    days_kept: int
    trails_max: int
    shipments_max: int


class SqliteRows:
    """One transaction's history. See `record.Rows` for what each method promises."""

    def __init__(self, connection: apsw.Connection, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds

    def seen(self, shipment_ids: Iterable[str]) -> dict[str, Seen]:
        """What those of the shipments were answered that are kept."""
        found = cast(Iterable[tuple[str, bytes]], self._connection.execute(_SEEN, (json.dumps(list(shipment_ids)),)))
        return {shipment_id: _readable(_decode_seen, content) for shipment_id, content in found}

    def trails(self, keys: Iterable[int]) -> dict[int, Trail]:
        """The trails of those keys that have one."""
        found = cast(Iterable[tuple[int, bytes]], self._connection.execute(_TRAILS, (json.dumps(list(keys)),)))
        return {key: _readable(unpack, entries) for key, entries in found}

    def first_days(self, keys: Iterable[int]) -> dict[int, int]:
        """The UTC day on which each of these keys was first seen."""
        return dict(cast(Iterable[tuple[int, int]], self._connection.execute(_FIRST_DAYS, (json.dumps(list(keys)),))))

    def began(self, today: int) -> int:
        """The UTC day on which this history began: kept on the first call."""
        self._connection.execute("UPDATE history SET began = ? WHERE began IS NULL", (today,))
        ((began,),) = self._connection.execute("SELECT began FROM history")
        assert isinstance(began, int), "set a line above"
        return began

    def put(self, seen: Mapping[str, Seen], trails: Mapping[int, Trail], *, today: int) -> None:
        """Keep these, each in place of the former; an empty trail goes. Then a little of what is due goes too."""
        if not seen and not trails:
            return
        executemany = self._connection.executemany
        executemany("DELETE FROM trail WHERE key = ?", [(key,) for key, trail in trails.items() if not trail])
        trail_count = self._number("SELECT trails FROM history")
        rows = [(key, today, pack(trail)) for key, trail in trails.items() if trail]
        # Over the bound a trail that exists still grows, within its own bound; a new one is left out.
        executemany(_PUT_TRAIL if trail_count < self._bounds.trails_max else _UPDATE_TRAIL, rows)
        executemany("DELETE FROM seen WHERE shipment_id = ?", [(shipment_id,) for shipment_id in seen])
        executemany(_PUT_SEEN, [(key, one.revision, today, _encode_seen(one)) for key, one in seen.items()])
        limit = max(_SWEPT_MIN, _SWEPT_FOR_EACH * (len(rows) + len(seen)))
        self._sweep_trails(today, limit)
        self._sweep_seen(today, limit)

    def _sweep_trails(self, today: int, limit: int) -> None:
        full = self._number("SELECT trails FROM history") >= self._bounds.trails_max
        swept = self._number("SELECT swept FROM history")
        oldest = today if full else today - self._bounds.days_kept
        looked = self._touched(_NEXT_TRAILS, swept, limit)
        due = [(number,) for number, touched in looked if touched < oldest]
        self._connection.executemany("DELETE FROM trail WHERE number = ?", due)
        # After the last row the sweep begins again at the first.
        self._connection.execute("UPDATE history SET swept = ?", (looked[-1][0] if len(looked) == limit else 0,))

    def _sweep_seen(self, today: int, limit: int) -> None:
        surplus = max(0, self._number("SELECT shipments FROM history") - self._bounds.shipments_max)
        looked = self._touched("SELECT number, touched FROM seen ORDER BY number LIMIT ?", limit)
        oldest = today - self._bounds.days_kept
        due = [(number,) for place, (number, touched) in enumerate(looked) if place < surplus or touched < oldest]
        self._connection.executemany("DELETE FROM seen WHERE number = ?", due)

    def _number(self, query: str) -> int:
        ((number,),) = self._connection.execute(query)
        return cast(int, number)

    def _touched(self, query: str, *given: int) -> list[tuple[int, int]]:
        return cast(list[tuple[int, int]], self._connection.execute(query, given).fetchall())


def history_secret(connection: apsw.Connection, made: bytes) -> bytes:
    """The secret under which the history hashes: the one kept in it, else `made`, which is kept from then on."""
    connection.execute("INSERT INTO history (only, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", (made,))
    ((kept,),) = connection.execute("SELECT secret FROM history")
    assert isinstance(kept, bytes), "the table is strict"
    return kept


def _readable(decode: Callable[[bytes], R], packed: bytes) -> R:
    try:
        return decode(packed)
    except msgspec.MsgspecError as error:
        raise Failure(
            kind=Kind.CORRUPT,
            reason="HISTORY_UNREADABLE",
            detail="A row of the history cannot be read: it was damaged, or written by another release.",
        ) from error

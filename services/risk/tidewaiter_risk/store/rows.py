"""The tables of the history, read and written through one SQLite connection inside one transaction.

They are bounded: what was not touched for `days_kept` goes, a little with every write, and over the bounds of rows the
longest untouched go earlier. No write looks at more rows than it writes, times a constant. One object serves one
transaction: what it was asked to look up is what it may `put`, since it remembers which of that exists.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import apsw
import msgspec
from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_risk.history.record import Seen
from tidewaiter_risk.history.trails import Trail, pack, unpack
from tidewaiter_risk.list_open_shipments import Page

R = TypeVar("R")

_SWEPT_FOR_EACH = 3
"""Rows looked at for each row written: more than one, so that what is due goes faster than new rows come."""
_SWEPT_MIN = 16

_TRAILS = "SELECT number, key, first_day, entries FROM trail WHERE key IN (SELECT value FROM json_each(?))"
_SEEN = "SELECT number, shipment_id, content FROM seen WHERE shipment_id IN (SELECT value FROM json_each(?))"
_ADD_TRAIL = "INSERT INTO trail (key, first_day, touched, entries) VALUES (?1, ?2, ?2, ?3)"
_CHANGE_TRAIL = "UPDATE trail SET touched = ?, entries = ? WHERE number = ?"
_ADD_SEEN = "INSERT INTO seen (shipment_id, revision, touched, content, arrives) VALUES (?, ?, ?, ?, ?)"
ENDS = "SELECT (SELECT min(number) FROM seen), (SELECT max(number) FROM seen)"
"""Each alone is one look into the tree; asked for together they would be found by reading all."""
_OPEN = """
SELECT number, shipment_id FROM seen WHERE number > ?1 AND number <= ?2 AND (arrives IS NULL OR arrives >= ?3)
ORDER BY number LIMIT ?4
"""
_NEXT_TRAILS = """
SELECT count(*), max(number), min(touched)
FROM (SELECT number, touched FROM trail WHERE number > ? ORDER BY number LIMIT ?)
"""
_FORGET_TRAILS = "DELETE FROM trail WHERE number > ? AND number <= ? AND touched < ?"
_FORGET_SEEN = """
DELETE FROM seen WHERE number IN (SELECT number FROM seen ORDER BY number LIMIT ?1)
AND (touched < ?2 OR number IN (SELECT number FROM seen ORDER BY number LIMIT ?3))
"""

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
        self._seen_numbers: dict[str, int] = {}
        self._trail_numbers: dict[int, int] = {}

    def seen(self, shipment_ids: Iterable[str]) -> dict[str, Seen]:
        """What those of the shipments were answered that are kept."""
        seen = {}
        for number, shipment_id, content in self._rows(_SEEN, json.dumps(list(shipment_ids))):
            self._seen_numbers[shipment_id] = number
            seen[shipment_id] = _readable(_decode_seen, content)
        return seen

    def trails(self, keys: Iterable[int]) -> tuple[dict[int, Trail], dict[int, int]]:
        """The trails of those keys that have one, and the UTC day on which each of them was first seen."""
        trails, first_days = {}, {}
        for number, key, first_day, entries in self._rows(_TRAILS, json.dumps(list(keys))):
            self._trail_numbers[key] = number
            trails[key], first_days[key] = _readable(unpack, entries), first_day
        return trails, first_days

    def began(self, today: int) -> int:
        """The UTC day on which this history began: kept on the first call."""
        ((began,),) = self._rows("SELECT began FROM history")
        if began is None:
            self._rows("UPDATE history SET began = ?", today)
        return today if began is None else int(began)

    def put(self, seen: Mapping[str, Seen], trails: Mapping[int, Trail], *, today: int) -> None:
        """Keep these, each in place of the former; an empty trail goes. Then a little of what is due goes too."""
        if not seen and not trails:
            return
        ((trail_count, shipment_count, swept),) = self._rows("SELECT trails, shipments, swept FROM history")
        trail_count += self._put_trails(trails, today, has_room=trail_count < self._bounds.trails_max)
        shipment_count += self._put_seen(seen, today)
        limit = max(_SWEPT_MIN, _SWEPT_FOR_EACH * (len(trails) + len(seen)))
        forgotten, swept = self._sweep_trails(today, limit, swept, is_full=trail_count >= self._bounds.trails_max)
        trail_count -= forgotten
        shipment_count -= self._sweep_seen(today, limit, shipment_count)
        self._rows("UPDATE history SET trails = ?, shipments = ?, swept = ?", trail_count, shipment_count, swept)

    def _put_trails(self, trails: Mapping[int, Trail], today: int, *, has_room: bool) -> int:
        """How many trails more there are. Without room those that exist still grow, within their own bound."""
        known = self._trail_numbers
        gone = [(known[key],) for key, trail in trails.items() if not trail and key in known]
        changed = [(today, pack(trail), known[key]) for key, trail in trails.items() if trail and key in known]
        added = [(key, today, pack(trail)) for key, trail in trails.items() if trail and key not in known]
        if gone:
            self._connection.executemany("DELETE FROM trail WHERE number = ?", gone)
        self._connection.executemany(_CHANGE_TRAIL, changed)
        if not has_room:
            return -len(gone)
        self._connection.executemany(_ADD_TRAIL, added)
        return len(added) - len(gone)

    def _put_seen(self, seen: Mapping[str, Seen], today: int) -> int:
        """How many answers more there are. A newer one takes a new number: the front is what was touched first."""
        known = self._seen_numbers
        replaced = [(known[shipment_id],) for shipment_id in seen if shipment_id in known]
        if replaced:
            self._connection.executemany("DELETE FROM seen WHERE number = ?", replaced)
        rows = [(key, one.revision, today, _encode_seen(one), one.arrives) for key, one in seen.items()]
        self._connection.executemany(_ADD_SEEN, rows)
        return len(rows) - len(replaced)

    def _sweep_trails(self, today: int, limit: int, swept: int, *, is_full: bool) -> tuple[int, int]:
        """How many of the next trails were due and went, and after which number the sweep goes on."""
        ((looked, last, touched),) = self._rows(_NEXT_TRAILS, swept, limit)
        oldest = today if is_full else today - self._bounds.days_kept
        forgotten = 0
        if looked and touched < oldest:
            self._rows(_FORGET_TRAILS, swept, last, oldest)
            forgotten = self._connection.changes()
        # After the last row the sweep begins again at the first.
        return forgotten, last if looked == limit else 0

    def _sweep_seen(self, today: int, limit: int, shipment_count: int) -> int:
        """How many answers at the front were due, or too many, and went."""
        surplus = max(0, shipment_count - self._bounds.shipments_max)
        oldest = today - self._bounds.days_kept
        front = self._rows("SELECT touched FROM seen ORDER BY number LIMIT 1")
        if not surplus and not (front and front[0][0] < oldest):
            return 0
        self._rows(_FORGET_SEEN, limit, oldest, min(surplus, limit))
        return self._connection.changes()

    def _rows(self, query: str, *given: int | str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, given).fetchall()


def open_shipments(
    connection: apsw.Connection, from_day: int, *, after: int, page_size: int, looked_at_max: int
) -> Page:
    """See `list_open_shipments.History`."""
    ((first, last),) = connection.execute(ENDS)
    if last is None:
        return Page((), None)
    # What was forgotten at the front is passed over.
    begin = max(after, first - 1)
    given = (begin, begin + looked_at_max, from_day, page_size)
    rows: list[tuple[Any, ...]] = connection.execute(_OPEN, given).fetchall()
    reached = rows[-1][0] if len(rows) == page_size else begin + looked_at_max
    return Page(tuple([shipment_id for _, shipment_id in rows]), reached if reached < last else None)


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

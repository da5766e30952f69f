"""The map of heads in a file of its own, beside the log's: derived from the log, and made again when it is lost.

A subtree below the first 16 bits is a bucket, of which the hash is kept. A change costs the items of its bucket, one
in 65,536 of all, and of the levels above what has changed; a proof costs one bucket.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import apsw
from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations
from tidewaiter_tlog.heads_map import (
    KEY_BITS,
    NOTHING,
    Item,
    MapProof,
    Subtree,
    fold,
    halves_of,
    key_of,
    prove,
    refold,
    subtree,
)
from tidewaiter_tlog.history import head_value

from tidewaiter_audit.trail import Head

FILE_NAME: Final = "heads.db"

_PAGE_BYTES: Final = 8_192
_HALF_BITS: Final = 8
_BUCKET_BITS: Final = 2 * _HALF_BITS
_ROW: Final = 1 << _HALF_BITS


class HeadsMap:
    """The levels of the map above its buckets, in memory; the rest stays in the database that each call is given.

    Not for several threads at once.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._rows: list[list[list[Subtree]]] = []
        """The levels from the buckets of one first byte up to their root, for each first byte."""
        self._top: list[list[Subtree]] = []
        """The levels above."""
        self.read(connection)

    def read(self, connection: apsw.Connection) -> None:
        """Takes the levels from the database, where a change may not have been kept."""
        rows: dict[int, list[Subtree]] = {}
        for prefix, hash_of_bucket, is_single in connection.execute("SELECT prefix, hash, is_single FROM bucket"):
            first, second = divmod(prefix, _ROW)
            rows.setdefault(first, [NOTHING] * _ROW)[second] = Subtree(hash_of_bucket, bool(is_single))
        nothing = fold([NOTHING] * _ROW)
        self._rows = [fold(rows[first]) if first in rows else nothing for first in range(_ROW)]
        self._top = fold([row[-1][0] for row in self._rows])

    @property
    def root(self) -> bytes:
        """The root over all heads, 32 bytes."""
        return self._top[-1][0].hash

    def put(self, connection: apsw.Connection, heads: Iterable[Head], tree_size: int) -> None:
        """Makes it the map of so many entries: `heads` are those that the new ones among them moved, oldest first."""
        newest = {key_of(head.shipment_id): head for head in heads}
        known = sum(_has(connection, key) for key in newest)
        connection.executemany(
            "INSERT OR REPLACE INTO head VALUES (?, ?, ?)",
            [(key, head.number, head.leaf_index) for key, head in newest.items()],
        )
        connection.execute(
            "UPDATE covered SET tree_size = ?, shipments = shipments + ?", (tree_size, len(newest) - known)
        )
        touched: dict[int, set[int]] = defaultdict(set)
        for key in newest:
            touched[key[0]].add(key[1])
        for first, seconds in touched.items():
            # Copied, because rows without any head share one.
            levels = self._rows[first] = [list(level) for level in self._rows[first]]
            row = levels[0]
            for second in seconds:
                items = _items(connection, bytes([first, second]) + bytes(30), _BUCKET_BITS)
                row[second] = subtree(items, _BUCKET_BITS)
            refold(levels, seconds)
            self._top[0][first] = levels[-1][0]
            connection.executemany(
                "INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)",
                [(first * _ROW + second, row[second].hash, row[second].is_single) for second in seconds],
            )
        refold(self._top, touched.keys())

    def prove(self, connection: apsw.Connection, shipment_id: str) -> MapProof:
        """What the map has of this shipment."""
        key = key_of(shipment_id)
        bucket = _items(connection, key, _BUCKET_BITS)

        def halves(depth: int) -> tuple[Subtree, Subtree]:
            if depth >= _BUCKET_BITS:
                return halves_of(bucket, key, depth)
            level, inside = divmod(depth, _HALF_BITS)
            folded = self._rows[key[0]] if level else self._top
            place = key[level] >> (_HALF_BITS - inside)
            below = folded[_HALF_BITS - inside - 1]
            return below[2 * place], below[2 * place + 1]

        return prove(key, halves, lambda depth: next(iter(_items(connection, key, depth, at_most=1)), None))


class SqliteHeads:
    """The map as the service keeps it: changed by one writer, durably, and read between changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._map = HeadsMap(database.read())

    @classmethod
    def open(cls, folder: Path, *, meter: Meter | None = None) -> SqliteHeads:
        """The map in this folder, empty when it was not there."""
        return cls(
            Database.open(
                folder / FILE_NAME,
                migrations=load_migrations("tidewaiter_audit.store", "heads_migrations"),
                name="heads",
                page_bytes=_PAGE_BYTES,
                meter=meter,
            )
        )

    @property
    def covered(self) -> tuple[int, int]:
        """How many entries of the log the map is of, and how many shipments it has."""
        for size, shipments in self._database.read().execute("SELECT tree_size, shipments FROM covered"):
            return size, shipments
        raise AssertionError("the migration made the one row")

    @property
    def root(self) -> bytes:
        """The root over all heads, 32 bytes."""
        return self._map.root

    async def put(self, heads: Sequence[Head], tree_size: int) -> None:
        """As HeadsMap.put, durably; nothing else may be asked of the map meanwhile, and the call not be cancelled."""
        try:
            await self._database.write(lambda connection: self._map.put(connection, heads, tree_size))
        except Exception:
            self._map.read(self._database.read())
            raise

    def prove(self, shipment_id: str) -> MapProof:
        """What the map has of this shipment."""
        return self._map.prove(self._database.read(), shipment_id)

    async def shut(self) -> None:
        """Lets go of the file."""
        await self._database.close()


def _has(connection: apsw.Connection, key: bytes) -> bool:
    return bool(connection.execute("SELECT count(*) FROM head WHERE key = ?", (key,)).get)


def _items(connection: apsw.Connection, key: bytes, depth: int, *, at_most: int = -1) -> list[Item]:
    """The items whose keys agree with this one in their first bits, in the order of the keys."""
    rest = KEY_BITS - depth
    low = int.from_bytes(key, "big") >> rest << rest
    rows = connection.execute(
        "SELECT key, number, leaf_index FROM head WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?",
        (low.to_bytes(32, "big"), (low | ((1 << rest) - 1)).to_bytes(32, "big"), at_most),
    )
    return [(found, head_value(number, leaf_index)) for found, number, leaf_index in rows]

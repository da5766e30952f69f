"""The map of heads in a file of its own, beside the log's: derived from the log, and made again when it is lost.

A subtree below the first 16 bits is a bucket. Of each the hash is kept in memory, and on the disk its levels: they
grow with it, so that the row at their foot has a few items to a subtree. A change costs these, and one hash for
each level above; a proof costs one bucket.
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
    NODE_BYTES,
    Item,
    Levels,
    MapProof,
    Subtree,
    halves_of,
    key_of,
    prove,
    subtree,
)
from tidewaiter_tlog.history import head_value

from tidewaiter_audit.trail import Head

FILE_NAME: Final = "heads.db"

_PAGE_BYTES: Final = 8_192
_BUCKET_BITS: Final = 16
_ROW_ITEMS_MAX: Final = 4
"""Of a bucket, for each subtree of its row on an average: with more the row is made twice as long."""


class HeadsMap:
    """The levels of the map above its buckets, in memory; the rest stays in the database that each call is given.

    Not for several threads at once.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._top = Levels.of_nothing(_BUCKET_BITS)
        self.read(connection)

    def read(self, connection: apsw.Connection) -> None:
        """Takes the levels from the database, where a change may not have been kept."""
        # The root of packed levels stands first.
        roots = connection.execute("SELECT prefix, substr(levels, 1, ?) FROM bucket", (NODE_BYTES,))
        self._top = Levels.of_nothing(_BUCKET_BITS)
        self._top.put({prefix: Levels(root).whole for prefix, root in roots})

    @property
    def root(self) -> bytes:
        """The root over all heads, 32 bytes."""
        return self._top.whole.hash

    def put(self, connection: apsw.Connection, heads: Iterable[Head], tree_size: int) -> None:
        """Makes it the map of so many entries: `heads` are those that the new ones among them moved, oldest first."""
        newest = {key_of(head.shipment_id): head for head in heads}
        by_bucket: dict[int, list[bytes]] = defaultdict(list)
        # In the order of the table, bucket by bucket: what lands on one page is done while that page is at hand.
        for key in sorted(newest):
            by_bucket[_first_bits(key, _BUCKET_BITS)].append(key)
        new_items = 0
        roots: dict[int, Subtree] = {}
        for prefix, keys in by_bucket.items():
            new_here = len(keys) - sum(_has(connection, key) for key in keys)
            connection.executemany(
                "INSERT OR REPLACE INTO head VALUES (?, ?, ?)",
                [(key, newest[key].number, newest[key].leaf_index) for key in keys],
            )
            items, levels = _changed(connection, prefix, keys, new_here)
            connection.execute("INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)", (prefix, items, levels.packed))
            roots[prefix] = levels.whole
            new_items += new_here
        connection.execute("UPDATE covered SET tree_size = ?, shipments = shipments + ?", (tree_size, new_items))
        self._top.put(roots)

    def prove(self, connection: apsw.Connection, shipment_id: str) -> MapProof:
        """What the map has of this shipment."""
        key = key_of(shipment_id)
        bucket = _items(connection, key, _BUCKET_BITS)

        def halves(depth: int) -> tuple[Subtree, Subtree]:
            if depth >= _BUCKET_BITS:
                return halves_of(bucket, key, depth)
            left = 2 * _first_bits(key, depth)
            return self._top.at(depth + 1, left), self._top.at(depth + 1, left + 1)

        return prove(key, halves, lambda depth: next(iter(_items(connection, key, depth, at_most=1)), None))


def _changed(connection: apsw.Connection, prefix: int, keys: Iterable[bytes], new_items: int) -> tuple[int, Levels]:
    """How many items a bucket has, and its levels, now that the heads of these keys of it have moved."""
    items, levels = new_items, Levels.of_nothing(0)
    for known, packed in connection.execute("SELECT items, levels FROM bucket WHERE prefix = ?", (prefix,)):
        items, levels = known + new_items, Levels(packed)
    row_bits = _BUCKET_BITS + levels.height
    touched: Iterable[int] = {_first_bits(key, row_bits) for key in keys}
    if items > _ROW_ITEMS_MAX * levels.width:
        # All is made again once in each doubling, so that of one item it costs the same at any size.
        levels = Levels.of_nothing((items // _ROW_ITEMS_MAX).bit_length())
        row_bits = _BUCKET_BITS + levels.height
        touched = range(prefix << levels.height, (prefix + 1) << levels.height)
    levels.put(
        {place & (levels.width - 1): subtree(_items_below(connection, place, row_bits), row_bits) for place in touched}
    )
    return items, levels


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
    return _items_below(connection, _first_bits(key, depth), depth, at_most=at_most)


def _items_below(connection: apsw.Connection, first_bits: int, depth: int, *, at_most: int = -1) -> list[Item]:
    """The items whose keys begin with these bits, `depth` many, in the order of the keys."""
    rest = KEY_BITS - depth
    low = first_bits << rest
    rows = connection.execute(
        "SELECT key, number, leaf_index FROM head WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?",
        (low.to_bytes(32, "big"), (low | ((1 << rest) - 1)).to_bytes(32, "big"), at_most),
    )
    return [(found, head_value(number, leaf_index)) for found, number, leaf_index in rows]


def _first_bits(key: bytes, depth: int) -> int:
    return int.from_bytes(key, "big") >> (KEY_BITS - depth)

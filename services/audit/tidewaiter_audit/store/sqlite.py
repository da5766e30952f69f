"""The log in one SQLite file: the newest checkpoint and all that it commits to change in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import apsw
from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tiles import TileId
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors
from tidewaiter_audit.append import Group
from tidewaiter_audit.model import Entry
from tidewaiter_audit.trail import TrailEnd

FILE_NAME: Final = "audit.db"

_PAGE_BYTES: Final = 16_384
"""Several leaves to a page: a leaf is some kilobytes."""

_ENTRY: Final = "SELECT leaf_index, decision_id, recorded_at_ns, leaf, shipment_id, number FROM entry"
_BY_IDS: Final = (
    "SELECT e.leaf_index, e.decision_id, e.recorded_at_ns, e.leaf, e.shipment_id, e.number FROM json_each(?) AS wanted "
    "CROSS JOIN entry AS e ON e.decision_id = wanted.value"
)

_TRAIL_ENDS: Final = (
    "SELECT wanted.value, e.number, e.leaf_index, e.leaf FROM json_each(?) AS wanted CROSS JOIN entry AS e "
    "ON e.leaf_index = (SELECT of.leaf_index FROM entry AS of WHERE of.shipment_id = wanted.value "
    "AND of.shipment_id <> '' ORDER BY of.number DESC LIMIT 1)"
)


class SqliteReader:
    """Reads a log through one connection, which nothing here changes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    @classmethod
    def open_file(cls, path: Path) -> Self:
        """The log in this file, which may be in use meanwhile; apsw.Error when it is none."""
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(5_000)
        return cls(connection)

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Within the block every read sees the log as of one commit. It must not be entered twice."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def newest_checkpoint(self) -> bytes | None:
        """The signed note of the largest tree; None where no log was made."""
        return self._one_blob("SELECT note FROM checkpoint ORDER BY tree_size DESC LIMIT 1", ())

    def checkpoint_covering(self, leaf_index: LeafIndex) -> bytes | None:
        """The signed note of the first tree that had this leaf: the one in its first receipt."""
        return self._one_blob(
            "SELECT note FROM checkpoint WHERE tree_size > ? ORDER BY tree_size LIMIT 1", (leaf_index,)
        )

    def checkpoints(self) -> Iterator[tuple[TreeSize, bytes]]:
        """Every tree size signed, with its note, smallest first."""
        for size, note in self._connection.execute("SELECT tree_size, note FROM checkpoint ORDER BY tree_size"):
            yield TreeSize(size), note

    def entry_at(self, leaf_index: LeafIndex) -> Entry | None:
        """The entry at this index."""
        # Read to the end: an open query would hold on to the log as it was.
        found = list(self._entries(f"{_ENTRY} WHERE leaf_index = ?", (leaf_index,)))
        return found[0] if found else None

    def trail_ends(self, shipment_ids: Collection[str]) -> dict[str, TrailEnd]:
        """The newest entry of each of these shipments, by shipment; those without any are left out."""
        wanted = apsw.jsonb_encode(list(shipment_ids))
        return {
            shipment_id: TrailEnd(number, LeafIndex(index), leaf_hash(leaf))
            for shipment_id, number, index, leaf in self._connection.execute(_TRAIL_ENDS, (wanted,))
        }

    def entries_named(self, decision_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries under these ids, by id; ids that the log does not have are left out."""
        wanted = apsw.jsonb_encode(list(decision_ids))
        return {entry.decision_id: entry for entry in self._entries(_BY_IDS, (wanted,))}

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order, one at a time."""
        return self._entries(f"{_ENTRY} WHERE leaf_index >= ? ORDER BY leaf_index", (leaf_index,))

    def trail_at(self, shipment_id: str, number: int) -> TrailEnd | None:
        """The entry of a shipment that has this number there."""
        query = "SELECT number, leaf_index, leaf FROM entry WHERE shipment_id = ? AND number = ? AND shipment_id <> ''"
        found = list(self._connection.execute(query, (shipment_id, number)))
        return TrailEnd(found[0][0], LeafIndex(found[0][1]), leaf_hash(found[0][2])) if found else None

    def is_erased_after(self, shipment_id: str, leaf_index: LeafIndex) -> bool:
        """Whether an erasure of this shipment stands behind this index."""
        query = (
            "SELECT count(*) FROM entry WHERE shipment_id = ? AND shipment_id <> '' AND leaf_index > ? "
            "AND substr(decision_id, 1, 8) = 'erasure/'"
        )
        return bool(self._connection.execute(query, (shipment_id, leaf_index)).get)

    def personal_before(self, shipment_id: str, leaf_index: LeafIndex) -> int:
        """How many entries of a shipment before this index still have personal data beside them."""
        query = (
            "SELECT count(*) FROM entry JOIN personal USING (leaf_index) "
            "WHERE shipment_id = ? AND shipment_id <> '' AND leaf_index < ?"
        )
        return int(self._connection.execute(query, (shipment_id, leaf_index)).get)

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of this tile, as many as there are."""
        return self._one_blob("SELECT hashes FROM tile WHERE level = ? AND tile_index = ?", (level, index))

    def tile_places(self) -> Iterator[tuple[int, int]]:
        """Level and index of every tile."""
        yield from self._connection.execute("SELECT level, tile_index FROM tile ORDER BY level, tile_index")

    def personal(self) -> Iterator[tuple[LeafIndex, tuple[bytes, bytes]]]:
        """Index, salt and personal data of everything kept beside the log, in order."""
        for index, salt, data in self._connection.execute(
            "SELECT leaf_index, salt, data FROM personal ORDER BY leaf_index"
        ):
            yield LeafIndex(index), (salt, data)

    def goods(self) -> Iterator[tuple[LeafIndex, bytes]]:
        """Index and goods of all that were too long for a leaf, in order."""
        for index, data in self._connection.execute("SELECT leaf_index, data FROM goods ORDER BY leaf_index"):
            yield LeafIndex(index), data

    def damage(self) -> list[str]:
        """What the store itself finds wrong with its file; empty when nothing."""
        found = [row[0] for row in self._connection.execute("PRAGMA integrity_check(100)")]
        return [] if found == ["ok"] else found

    def _one_blob(self, query: str, given: tuple[int, ...]) -> bytes | None:
        found: bytes | None = self._connection.execute(query, given).get
        return found

    def _entries(self, query: str, given: tuple[object, ...]) -> Iterator[Entry]:
        for index, decision_id, recorded_at_ns, leaf, shipment_id, number in self._connection.execute(query, given):
            yield Entry(
                leaf_index=LeafIndex(index),
                decision_id=decision_id,
                leaf=leaf,
                recorded_at_ns=recorded_at_ns,
                shipment_id=shipment_id,
                number=number,
            )


class SqliteLog(SqliteReader):
    """The log as its one writer holds it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.read())
        self._database = database

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        meter: Meter | None = None,
        before_commit: Callable[[], None] | None = None,
        after_commit: Callable[[], None] | None = None,
        vfs: str | None = None,
    ) -> SqliteLog:
        """The log in this folder, its tables made when absent; whether they hold a log is for `recover` to say.

        `before_commit`, `after_commit` and `vfs` are for fault tests, as in Database.open.
        """
        return cls(
            Database.open(
                folder / FILE_NAME,
                migrations=load_migrations("tidewaiter_audit.store"),
                name="audit",
                page_bytes=_PAGE_BYTES,
                meter=meter,
                before_commit=before_commit,
                after_commit=after_commit,
                vfs=vfs,
            )
        )

    @property
    def is_lost(self) -> bool:
        """Whether the store failed, and takes nothing more until opened anew."""
        return self._database.lost.is_set()

    async def begin_log(self, note: bytes) -> None:
        """Keeps the checkpoint of the empty tree, durably."""
        await self._database.write(
            lambda connection: connection.execute("INSERT INTO checkpoint (tree_size, note) VALUES (0, ?)", (note,))
        )

    async def write_group(self, group: Group) -> None:
        """Keeps the group and its checkpoint together, durably, if the newest checkpoint is the one it builds on."""
        await self._database.write(lambda connection: _write_group(connection, group))

    async def shut(self) -> None:
        """Commits what was accepted and lets go of the file."""
        await self._database.close()


def _write_group(connection: apsw.Connection, group: Group) -> None:
    newest = connection.execute("SELECT max(tree_size) FROM checkpoint").get
    if newest != group.old_size:
        raise errors.log_moved()
    entries = list(enumerate(group.entries, start=group.old_size))
    connection.executemany(
        "INSERT INTO entry (leaf_index, decision_id, recorded_at_ns, leaf, shipment_id, number) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (index, entry.decision_id, group.recorded_at_ns, entry.leaf, entry.draft.shipment_id, entry.number)
            for index, entry in entries
        ],
    )
    connection.executemany(
        "INSERT INTO personal (leaf_index, salt, data) VALUES (?, ?, ?)",
        [(index, entry.draft.salt, entry.draft.personal) for index, entry in entries if entry.draft.salt],
    )
    connection.executemany(
        "INSERT INTO goods (leaf_index, data) VALUES (?, ?)",
        [(index, entry.draft.goods) for index, entry in entries if entry.draft.goods],
    )
    connection.executemany(
        "DELETE FROM personal WHERE leaf_index IN "
        "(SELECT leaf_index FROM entry WHERE shipment_id = ? AND leaf_index < ?)",
        [(entry.draft.shipment_id, index) for index, entry in entries if entry.draft.is_erasure],
    )
    connection.executemany(
        "INSERT INTO tile (level, tile_index, hashes) VALUES (?, ?, ?) "
        "ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes",
        [_tile_row(tile, hashes) for tile, hashes in group.tiles.items()],
    )
    connection.execute("INSERT INTO checkpoint (tree_size, note) VALUES (?, ?)", (group.new_size, group.checkpoint))


def _tile_row(tile: TileId, hashes: bytes) -> tuple[int, int, bytes]:
    return tile.level, tile.index, hashes

"""The log in one SQLite file: the newest checkpoint and all that it commits to change in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import apsw
from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors
from tidewaiter_audit.append import Group
from tidewaiter_audit.model import Entry
from tidewaiter_audit.store import writing
from tidewaiter_audit.store.beside import BesideReader
from tidewaiter_audit.store.erasing import scrub
from tidewaiter_audit.store.finding import SqliteFinder
from tidewaiter_audit.store.lease import NO_EPOCH, current_epoch, raise_epoch
from tidewaiter_audit.trail import Head, TrailEnd

FILE_NAME: Final = "audit.db"

_PAGE_BYTES: Final = 16_384
"""Several leaves to a page: a leaf is some kilobytes."""

_ENTRY: Final = "SELECT leaf_index, decision_id, recorded_at_ns, leaf, shipment_id, number FROM entry"
_BY_IDS: Final = (
    "SELECT e.leaf_index, e.decision_id, e.recorded_at_ns, e.leaf, e.shipment_id, e.number FROM json_each(?) AS wanted "
    "CROSS JOIN entry AS e ON e.decision_id = wanted.value"
)

_BY_INDICES: Final = (
    "SELECT e.leaf_index, e.decision_id, e.recorded_at_ns, e.leaf, e.shipment_id, e.number FROM json_each(?) AS wanted "
    "CROSS JOIN entry AS e ON e.leaf_index = wanted.value ORDER BY wanted.key"
)

_TRAIL_ENDS: Final = (
    "SELECT wanted.value, e.number, e.leaf_index, e.leaf FROM json_each(?) AS wanted CROSS JOIN entry AS e "
    "ON e.leaf_index = (SELECT of.leaf_index FROM entry AS of WHERE of.shipment_id = wanted.value "
    "AND of.shipment_id <> '' ORDER BY of.number DESC LIMIT 1)"
)


class SqliteReader(SqliteFinder, BesideReader):
    """Reads a log through one connection, which nothing here changes."""

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

    def newest_cosigned(self) -> bytes | None:
        """The largest checkpoint that enough witnesses have cosigned."""
        return self._one_blob("SELECT note FROM cosigned ORDER BY tree_size DESC LIMIT 1", ())

    def cosigned(self) -> Iterator[tuple[TreeSize, bytes]]:
        """Every size of which a checkpoint was cosigned, with its note, smallest first."""
        for size, note in self._connection.execute("SELECT tree_size, note FROM cosigned ORDER BY tree_size"):
            yield TreeSize(size), note

    def checkpoint_covering(self, leaf_index: LeafIndex) -> bytes | None:
        """The signed note of the first tree that had this leaf: the one in its first receipt."""
        return self._one_blob(
            "SELECT note FROM checkpoint WHERE tree_size > ? ORDER BY tree_size LIMIT 1", (leaf_index,)
        )

    def checkpoint_of(self, tree_size: TreeSize) -> bytes | None:
        """The signed note of the tree of exactly this size."""
        return self._one_blob("SELECT note FROM checkpoint WHERE tree_size = ?", (tree_size,))

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

    def entries_between(self, start: LeafIndex, end: LeafIndex) -> list[Entry]:
        """The entries from `start` to `end` (exclusive), in order."""
        query = f"{_ENTRY} WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index"
        return list(self._entries(query, (start, end)))

    def entries_at(self, indices: Sequence[LeafIndex]) -> list[Entry]:
        """The entries at these indices, in the order asked; indices that the log does not have are left out."""
        return list(self._entries(_BY_INDICES, (apsw.jsonb_encode(list(indices)),)))

    def entries_named(self, decision_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries under these ids, by id; ids that the log does not have are left out."""
        wanted = apsw.jsonb_encode(list(decision_ids))
        return {entry.decision_id: entry for entry in self._entries(_BY_IDS, (wanted,))}

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order, one at a time."""
        return self._entries(f"{_ENTRY} WHERE leaf_index >= ? ORDER BY leaf_index", (leaf_index,))

    def heads_between(self, start: LeafIndex, end: LeafIndex) -> list[Head]:
        """Of which shipments the entries from `start` to `end`, exclusive, are, oldest first."""
        query = (
            "SELECT shipment_id, number, leaf_index FROM entry "
            "WHERE leaf_index >= ? AND leaf_index < ? AND shipment_id <> '' ORDER BY leaf_index"
        )
        rows = self._connection.execute(query, (start, end))
        return [Head(shipment_id, number, LeafIndex(index)) for shipment_id, number, index in rows]

    def entries_of(self, shipment_id: str, *, at_most: int) -> list[Entry]:
        """The entries of a shipment by number, at most so many."""
        query = f"{_ENTRY} WHERE shipment_id = ? AND shipment_id <> '' ORDER BY number LIMIT ?"
        return list(self._entries(query, (shipment_id, at_most)))

    def trail_at(self, shipment_id: str, number: int) -> TrailEnd | None:
        """The entry of a shipment that has this number there."""
        query = "SELECT number, leaf_index, leaf FROM entry WHERE shipment_id = ? AND number = ? AND shipment_id <> ''"
        found = list(self._connection.execute(query, (shipment_id, number)))
        return TrailEnd(found[0][0], LeafIndex(found[0][1]), leaf_hash(found[0][2])) if found else None

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of this tile, as many as there are."""
        return self._one_blob("SELECT hashes FROM tile WHERE level = ? AND tile_index = ?", (level, index))

    def tile_places(self) -> Iterator[tuple[int, int]]:
        """Level and index of every tile."""
        yield from self._connection.execute("SELECT level, tile_index FROM tile ORDER BY level, tile_index")

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

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database.read())
        self._database = database
        self._folder = folder
        self._scrubbing = asyncio.Lock()
        self._epoch = NO_EPOCH

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
            ),
            folder,
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

    @property
    def is_writer(self) -> bool:
        """Whether this process holds the lease: it took it, and nobody did since."""
        return self._epoch != NO_EPOCH and current_epoch(self._connection) == self._epoch

    async def take_lease(self) -> None:
        """Becomes the one writer of this log, in place of whoever was before."""
        self._epoch = await self._database.write(raise_epoch)

    async def write_group(self, group: Group) -> None:
        """Keeps the group and its checkpoint together, durably, if the newest checkpoint is the one it builds on.

        Only for the holder of the lease: Failure BUSY, LEASE_LOST, for anyone else.
        """
        await self._database.write(lambda connection: writing.write_group(connection, group, self._epoch))

    async def keep_cosigned(self, tree_size: TreeSize, note: bytes) -> None:
        """Keeps the checkpoint of this size with its cosignatures, durably."""
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO cosigned (tree_size, note) VALUES (?, ?)", (tree_size, note)
            )
        )

    async def scrub(self) -> None:
        """Leaves nothing of what was deleted in the files of the store. Failure BUSY, SCRUB_HELD_UP."""
        async with self._scrubbing:  # two at once would hold each other up
            if not await asyncio.to_thread(scrub, self._folder / FILE_NAME):
                raise errors.scrub_held_up()

    async def shut(self) -> None:
        """Commits what was accepted and lets go of the file."""
        await self._database.close()
        self._epoch = NO_EPOCH

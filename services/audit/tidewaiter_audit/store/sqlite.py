"""The log in one SQLite file: the newest checkpoint and all that it commits to change in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import apsw
from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations
from tidewaiter_tlog.tiles import TileId
from tidewaiter_tlog.tree import LeafIndex, TreeSize

from tidewaiter_audit import errors
from tidewaiter_audit.append import Group
from tidewaiter_audit.model import Entry

FILE_NAME: Final = "audit.db"

_PAGE_BYTES: Final = 16_384
"""Several leaves to a page: a leaf is some kilobytes."""

_ENTRY: Final = "SELECT leaf_index, decision_id, recorded_at_ns, leaf FROM entry"
_BY_IDS: Final = (
    "SELECT e.leaf_index, e.decision_id, e.recorded_at_ns, e.leaf FROM json_each(?) AS wanted "
    "CROSS JOIN entry AS e ON e.decision_id = wanted.value"
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

    def entries_named(self, decision_ids: Sequence[str]) -> dict[str, Entry]:
        """The entries under these ids, by id; ids that the log does not have are left out."""
        wanted = apsw.jsonb_encode(list(decision_ids))
        return {entry.decision_id: entry for entry in self._entries(_BY_IDS, (wanted,))}

    def entries_from(self, leaf_index: LeafIndex) -> Iterator[Entry]:
        """The entries from this index on, in order, one at a time."""
        return self._entries(f"{_ENTRY} WHERE leaf_index >= ? ORDER BY leaf_index", (leaf_index,))

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
        for index, decision_id, recorded_at_ns, leaf in self._connection.execute(query, given):
            yield Entry(leaf_index=LeafIndex(index), decision_id=decision_id, recorded_at_ns=recorded_at_ns, leaf=leaf)


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
    drafts = list(enumerate(group.drafts, start=group.old_size))
    connection.executemany(
        "INSERT INTO entry (leaf_index, decision_id, recorded_at_ns, leaf) VALUES (?, ?, ?, ?)",
        [(index, draft.decision_id, group.recorded_at_ns, draft.leaf) for index, draft in drafts],
    )
    connection.executemany(
        "INSERT INTO personal (leaf_index, salt, data) VALUES (?, ?, ?)",
        [(index, draft.salt, draft.personal) for index, draft in drafts],
    )
    connection.executemany(
        "INSERT INTO goods (leaf_index, data) VALUES (?, ?)",
        [(index, draft.goods) for index, draft in drafts if draft.goods],
    )
    connection.executemany(
        "INSERT INTO tile (level, tile_index, hashes) VALUES (?, ?, ?) "
        "ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes",
        [_tile_row(tile, hashes) for tile, hashes in group.tiles.items()],
    )
    connection.execute("INSERT INTO checkpoint (tree_size, note) VALUES (?, ?)", (group.new_size, group.checkpoint))


def _tile_row(tile: TileId, hashes: bytes) -> tuple[int, int, bytes]:
    return tile.level, tile.index, hashes

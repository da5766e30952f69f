"""A service's store: one SQLite file, one writer with group commit, reads inline on the loop.

SQLite comes with apsw, never with the standard library: the system's may carry the WAL-reset corruption bug.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from tidewaiter_chassis import measures
from tidewaiter_chassis import migrations as schema
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.file_lock import FileLock
from tidewaiter_chassis.group_commit import GroupCommit
from tidewaiter_chassis.migrations import Migration, load_migrations
from tidewaiter_chassis.writer_thread import Hook, WriterThread

__all__ = ["Database", "Migration", "load_migrations"]

R = TypeVar("R")

WAITING_MAX = 10_000
WORKS_PER_COMMIT_MAX = 1_000
PAGE_BYTES = 4_096
BUSY_SECONDS = 5.0
"""How long to wait for another process that holds the file, such as a backup."""
_WAL_BYTES_KEPT = 64 * 1024 * 1024

_PRAGMAS = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA journal_size_limit = {_WAL_BYTES_KEPT};
PRAGMA temp_store = MEMORY;
"""


class Database:
    """One SQLite file, open in one process or, if it is shared, in several; made by `open`, belonging to the loop
    that first writes.
    """

    def __init__(
        self, *, writer: GroupCommit, connections: tuple[apsw.Connection, apsw.Connection], lock: FileLock
    ) -> None:
        self._lock = lock
        self._writer = writer
        self._write_connection, self._read_connection = connections
        self._is_closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        migrations: Sequence[Migration],
        name: str,
        sole: bool = True,
        waiting_max: int = WAITING_MAX,
        works_per_commit_max: int = WORKS_PER_COMMIT_MAX,
        page_bytes: int = PAGE_BYTES,
        busy_seconds: float = BUSY_SECONDS,
        survives_power_loss: bool = True,
        meter: measures.Meter | None = None,
        before_commit: Hook | None = None,
        after_commit: Hook | None = None,
        vfs: str | None = None,
    ) -> Database:
        """The store at `path`, made when absent (readable by its owner only), brought to the last migration.

        A `sole` store is refused while any other process has it open through here, and a shared one while a sole
        one has: what keeps in memory what the file says must be alone with it. The lock is on a file beside it,
        `<name>.lock`, and ends with the process, however that ends. Who only reads the file is not asked.
        Failure CORRUPT: STORE_CORRUPT, MIGRATION_CHANGED; NOT_READY: STORE_IN_USE, STORE_UNREADABLE, STORE_IS_NEWER.
        `page_bytes`, a power of two, is for a store made now: rows of some kilobytes are written at half the cost
        into pages that hold several. Without `survives_power_loss` a commit outlives the process and not the machine:
        after a power failure the file is sound and may lack its last commits, for what can be lost without harm.
        The last three are for fault tests. The hooks run in the writer's thread around each COMMIT; raising from
        them loses the store before the group was kept, or after. `vfs` names the SQLite VFS to use.
        """
        with ExitStack() as undoing:
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock = _locked(path, sole=sole)
                undoing.callback(lock.release)
                path.touch(mode=0o600)
                connect = partial(
                    _connect,
                    path,
                    page_bytes=page_bytes,
                    busy_seconds=busy_seconds,
                    survives_power_loss=survives_power_loss,
                    vfs=vfs,
                )
                writing = connect()
                undoing.callback(writing.close)
                schema.apply(writing, migrations)
                _refuse_deferred_constraints(writing)
                reading = connect()
                reading.execute("PRAGMA query_only = ON")
            except (apsw.Error, OSError) as error:
                raise _unusable(path, error) from error
            undoing.pop_all()
        thread = WriterThread(
            writing,
            name=name,
            works_per_commit_max=works_per_commit_max,
            meter=meter,
            before_commit=before_commit,
            after_commit=after_commit,
        )
        writer = GroupCommit(thread, name=name, waiting_max=waiting_max, meter=meter)
        return cls(writer=writer, connections=(writing, reading), lock=lock)

    @property
    def lost(self) -> asyncio.Event:
        """Set once the store failed (disk full, I/O error, its file gone): no more writes until it is opened anew."""
        return self._writer.lost

    async def write(self, work: Callable[[apsw.Connection], R]) -> R:
        """What `work` returned, its changes durable; or what it raised, its changes and only its undone.

        `work` runs in the writer's thread, in a transaction it must not end, beside others that came at the
        same time, in the order they came. It should be short and touch nothing but the connection.
        Cancelling the caller does not stop it. Failure BUSY: STORE_LOST (kept or not, it is not known),
        STORE_LOCKED, STORE_CLOSED; FULL: STORE_BUSY.
        """
        return await self._writer.run(work)

    def read(self) -> apsw.Connection:
        """The loop's own connection, which sees what is committed and can change nothing.

        For short reads, inline; read a query to its end, for an open one keeps seeing the past.
        Failure BUSY, STORE_CLOSED, after `close`.
        """
        if self._is_closed:
            raise Failure(kind=Kind.BUSY, reason="STORE_CLOSED", detail="The store is closing; try again.")
        return self._read_connection

    async def close(self) -> None:
        """Commit what was accepted, then let go of the file. A second call changes nothing."""
        self._is_closed = True
        with ExitStack() as closing:
            # The lock goes last, whatever fails before: whoever takes the file must find nothing of ours in it.
            closing.callback(self._lock.release)
            closing.callback(self._write_connection.close)
            closing.callback(self._read_connection.close)
            await self._writer.close()


def _locked(path: Path, *, sole: bool) -> FileLock:
    # Beside the file and not on it: to close any descriptor of a file drops the locks that SQLite itself has on it.
    lock = path.with_name(f"{path.name}.lock")
    try:
        return FileLock(lock, alone=sole)
    except BlockingIOError as error:
        raise Failure(
            kind=Kind.NOT_READY,
            reason="STORE_IN_USE",
            detail=f"{path}: another process has this store open. Stop that one, which `fuser {lock}` names, or give "
            "this one a data directory of its own.",
        ) from error


def _connect(
    path: Path, *, page_bytes: int, busy_seconds: float, survives_power_loss: bool, vfs: str | None
) -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs=vfs)
    connection.set_busy_timeout(round(busy_seconds * 1000))
    # A misspelt column in double quotes is an error and not a text.
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
    # The size of a page is settled before the first one is written, which turning on WAL does.
    for _ in connection.execute(f"PRAGMA page_size = {page_bytes};{_PRAGMAS}"):
        pass
    if not survives_power_loss:
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _refuse_deferred_constraints(connection: apsw.Connection) -> None:
    # A deferred constraint is judged at COMMIT, when one work's mistake would undo all that share it.
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_schema WHERE sql LIKE '%INITIALLY DEFERRED%' ORDER BY name"
    ):
        raise ValueError(f"table {table} defers a constraint, which group commit cannot keep apart")


def _unusable(path: Path, error: apsw.Error | OSError) -> Failure:
    corrupt = isinstance(error, apsw.CorruptError | apsw.NotADBError)
    return Failure(
        kind=Kind.CORRUPT if corrupt else Kind.NOT_READY,
        reason="STORE_CORRUPT" if corrupt else "STORE_UNREADABLE",
        detail=f"{path}: the store cannot be used: {error}.",
        facts={"error": type(error).__name__},
    )

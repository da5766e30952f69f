"""The one thread that changes a store: it takes all that waits, runs it in one transaction, and commits once.

The thread owns the connection while it runs: nobody else may use it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import apsw
import structlog

from tidewaiter_chassis import logs, measures
from tidewaiter_chassis.failures import Failure, Kind

Work = Callable[[apsw.Connection], object]
Hook = Callable[[], None]

_STORE_ERRORS = (
    apsw.FullError,
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.ProtocolError,
    apsw.NoMemError,
)
"""After these the file's state is not what we believe it is; SQLite may have ended the transaction itself."""

_SQLITE_NAMES: Mapping[str | int, str | int] = apsw.mapping_result_codes | apsw.mapping_extended_result_codes


class Write:
    """One caller's work and, once its group was committed, what came of it: `error`, or else `value`."""

    __slots__ = ("error", "future", "value", "work")

    def __init__(self, work: Work, future: asyncio.Future[object]) -> None:
        self.work = work
        self.future = future
        self.value: object = None
        self.error: Exception | None = None


class WriterThread:
    """Takes writes from `waiting` and puts each group, once durable or failed, on `committed`.

    A None in `waiting` is its last; it then puts a None on `committed` and ends. Once something went wrong
    with the store itself, `lost_because` and one line in the log say what, and every group from then on fails
    with STORE_LOST.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        *,
        name: str,
        works_per_commit_max: int,
        meter: measures.Meter | None,
        before_commit: Hook | None,
        after_commit: Hook | None,
    ) -> None:
        self.waiting: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self.committed: queue.SimpleQueue[list[Write] | None] = queue.SimpleQueue()
        self.lost_because: BaseException | None = None
        self._name = name
        self._connection = connection
        self._works_per_commit_max = works_per_commit_max
        self._before_commit = before_commit
        self._after_commit = after_commit
        self._path = Path(connection.filename)
        self._file = _identity(self._path)
        self._attributes = {"store": name}
        self._seconds = measures.histogram(
            meter, "tidewaiter.store.commit.duration", unit="s", description="Time to run and commit a group"
        )
        self._sizes = measures.histogram(
            meter, "tidewaiter.store.commit.works", unit="{work}", description="Works that shared a commit"
        )
        # A daemon: a process that crashes must not be kept alive by it, and a commit cut short is what WAL is for.
        self._thread = threading.Thread(target=self._serve, name=f"{name}-writer", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the thread has ended. It ends right after it put its None on `committed`."""
        self._thread.join()

    def _serve(self) -> None:
        is_last = False
        while not is_last:
            group, is_last = self._gather()
            if group:
                started = time.perf_counter()
                self._commit_or_lose(group)
                self._seconds.record(time.perf_counter() - started, self._attributes)
                self._sizes.record(len(group), self._attributes)
                self.committed.put(group)
        self.committed.put(None)

    def _gather(self) -> tuple[list[Write], bool]:
        """Wait for one write and take those behind it; and whether there will be no more."""
        group: list[Write] = []
        write = self.waiting.get()
        while write is not None:
            group.append(write)
            if len(group) == self._works_per_commit_max:
                return group, False
            try:
                write = self.waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit_or_lose(self, group: list[Write]) -> None:
        try:
            if self.lost_because is not None:
                raise self.lost_because
            self._commit(group)
        except BaseException as error:  # noqa: BLE001 - it reaches every caller of the group as STORE_LOST
            for write in group:
                # A work that failed by itself was undone in any case, and its caller knows better why.
                write.error = write.error or _lost(error)
            self._roll_back(error)
            if self.lost_because is None:
                self.lost_because = error
                self._tell_of_loss(error)

    def _commit(self, group: list[Write]) -> None:
        """Run and commit the works of a group. Whatever is raised from here means that the store is lost."""
        if _identity(self._path) != self._file:
            # Still writable, and gone with this process: nobody may be told that anything in it is durable.
            raise FileNotFoundError("the file of the store was removed or replaced")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            # Another process holds the file: nothing was begun, and the store itself is sound.
            for write in group:
                write.error = _locked()
            return
        # 1. Run the works.     Dies here: the transaction never was; callers had no answer.
        if len(group) == 1:
            self._run_alone(group[0])
        else:
            for write in group:
                self._run_in_savepoint(write)
        # 2. Make them durable. Dies here: all of them or none, and callers repeat with the same request id.
        if self._before_commit is not None:
            self._before_commit()
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        if self._after_commit is not None:
            self._after_commit()
        # 3. Tell the callers.  Dies here: durable and untold, so that a repeat finds the first answer.

    def _run_alone(self, write: Write) -> None:
        if not self._attempt(write):
            self._connection.execute("ROLLBACK")

    def _run_in_savepoint(self, write: Write) -> None:
        execute = self._connection.execute
        execute("SAVEPOINT work")
        if not self._attempt(write):
            execute("ROLLBACK TO work")
        execute("RELEASE work")

    def _attempt(self, write: Write) -> bool:
        try:
            write.value = write.work(self._connection)
        except _STORE_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - it is the caller's, and reaches the caller
            write.error = error
        if not self._connection.in_transaction:
            # Some errors end the whole transaction, and a work might: the others' changes are gone with it.
            raise write.error or RuntimeError("a work ended the transaction it ran in")
        return write.error is None

    def _roll_back(self, error: BaseException) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except apsw.Error as another:
            error.add_note(f"and the rollback failed: {another}")

    def _tell_of_loss(self, error: BaseException) -> None:
        fields = logs.traceback_fields(error)
        # More precise than the kind of error: it tells a read from a write. None for what is not SQLite's.
        fields["sqlite"] = _SQLITE_NAMES.get(getattr(error, "extendedresult", -1))
        structlog.get_logger().error("store lost", store=self._name, path=self._connection.filename, **fields)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at this path; None for none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _lost(because: BaseException) -> Failure:
    failure = Failure(
        kind=Kind.BUSY,
        reason="STORE_LOST",
        detail="The store failed and takes no more writes; repeat with the same request id once it is back.",
        facts={"error": type(because).__name__},
    )
    failure.__cause__ = because
    return failure


def _locked() -> Failure:
    return Failure(kind=Kind.BUSY, reason="STORE_LOCKED", detail="Another process holds the store; try again.")

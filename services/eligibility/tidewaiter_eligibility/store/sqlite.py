"""The ledger in a SQLite file: one writer with group commit, durable on return, reads inline."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tidewaiter_chassis.clock import Clock, SystemClock
from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations

from tidewaiter_eligibility.ledger import LedgerChange, LedgerView
from tidewaiter_eligibility.person_day import SECRET_BYTES
from tidewaiter_eligibility.store.rows import SqliteRows, ledger_secret

R = TypeVar("R")

MIGRATIONS = load_migrations("tidewaiter_eligibility.store")


class SqliteLedger:
    """A ledger in a file, made by `open`; `close` commits what was accepted.

    Several processes on one machine may have it open: their changes take turns.
    """

    def __init__(self, *, database: Database, secret: bytes, clock: Clock) -> None:
        self._database = database
        self._secret = secret
        self._clock = clock

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        meter: Meter | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        clock: Clock | None = None,
        waiting_max: int = 256,
        before_commit: Callable[[], None] | None = None,
        after_commit: Callable[[], None] | None = None,
    ) -> SqliteLedger:
        """The ledger at `path`, made with a secret of its own when absent.

        Failure CORRUPT or NOT_READY as `Database.open`. The hooks are for fault tests.
        """
        database = Database.open(
            path,
            migrations=MIGRATIONS,
            name="eligibility",
            # Nothing of the ledger is kept in memory, and what is claimed is read and written in one transaction.
            sole=False,
            waiting_max=waiting_max,
            meter=meter,
            before_commit=before_commit,
            after_commit=after_commit,
        )
        made = random_bytes(SECRET_BYTES)
        secret = await database.write(lambda connection: ledger_secret(connection, made))
        return cls(database=database, secret=secret, clock=clock or SystemClock())

    @property
    def secret(self) -> bytes:
        """Keys the ids of this ledger's person-days."""
        return self._secret

    @property
    def is_lost(self) -> bool:
        """Whether the file failed: no change is taken until it is opened anew."""
        return self._database.lost.is_set()

    async def change(self, work: Callable[[LedgerChange], R]) -> R:
        """What `work` returned, once it is durable. It runs in the writer's thread."""
        return await self._database.write(lambda connection: work(SqliteRows(connection, clock=self._clock)))

    def view(self, work: Callable[[LedgerView], R]) -> R:
        """What `work` reads of one moment."""
        connection = self._database.read()
        connection.execute("BEGIN")
        try:
            return work(SqliteRows(connection, clock=self._clock))
        finally:
            connection.execute("COMMIT")

    async def close(self) -> None:
        """Commit what was accepted and let go of the file."""
        await self._database.close()

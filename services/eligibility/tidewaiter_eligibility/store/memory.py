"""The ledger in memory: the same tables without a disk, for tests and what-ifs. Nothing outlives the process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

import apsw
from tidewaiter_chassis import migrations
from tidewaiter_chassis.clock import Clock, SystemClock

from tidewaiter_eligibility.ledger import LedgerChange, LedgerView
from tidewaiter_eligibility.person_day import SECRET_BYTES
from tidewaiter_eligibility.store.rows import SqliteRows, ledger_secret
from tidewaiter_eligibility.store.sqlite import MIGRATIONS

R = TypeVar("R")


class MemoryLedger:
    """A ledger on an in-memory SQLite database, changed and read on the caller's own thread."""

    def __init__(
        self, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes, clock: Clock | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self._connection = apsw.Connection(":memory:")
        migrations.apply(self._connection, MIGRATIONS)
        self._secret = ledger_secret(self._connection, random_bytes(SECRET_BYTES))

    @property
    def secret(self) -> bytes:
        """Keys the ids of this ledger's person-days."""
        return self._secret

    async def change(self, work: Callable[[LedgerChange], R]) -> R:
        """What `work` returned, its changes kept; or what it raised, its changes undone."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(SqliteRows(self._connection, clock=self._clock))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    def view(self, work: Callable[[LedgerView], R]) -> R:
        """What `work` reads: nothing changes meanwhile."""
        return work(SqliteRows(self._connection, clock=self._clock))

    async def close(self) -> None:
        """Forget everything."""
        self._connection.close()

"""The history in memory: the same tables without a disk, for tests and replays. Nothing outlives the process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

import apsw
from tidewaiter_chassis import migrations

from tidewaiter_risk.history.keys import SECRET_BYTES
from tidewaiter_risk.history.record import Rows
from tidewaiter_risk.list_open_shipments import Page
from tidewaiter_risk.store.rows import Bounds, SqliteRows, history_secret, open_shipments
from tidewaiter_risk.store.sqlite import MIGRATIONS

R = TypeVar("R")


class MemoryHistory:
    """A history on an in-memory SQLite database, changed on the caller's own thread."""

    def __init__(self, *, bounds: Bounds, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._connection = apsw.Connection(":memory:")
        migrations.apply(self._connection, MIGRATIONS)
        self._bounds = bounds
        self._secret = history_secret(self._connection, random_bytes(SECRET_BYTES))

    @property
    def secret(self) -> bytes:
        """Keys the hashes of this history."""
        return self._secret

    @property
    def is_lost(self) -> bool:
        """Never: there is no file."""
        return False

    async def change(self, work: Callable[[Rows], R]) -> R:
        """What `work` returned, its changes kept; or what it raised, its changes undone."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(SqliteRows(self._connection, self._bounds))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    def open_shipments(self, from_day: int, *, after: int, page_size: int, looked_at_max: int) -> Page:
        """The next shipments whose arrival is not before that day, or not known."""
        return open_shipments(self._connection, from_day, after=after, page_size=page_size, looked_at_max=looked_at_max)

    async def close(self) -> None:
        """Forget everything."""
        self._connection.close()

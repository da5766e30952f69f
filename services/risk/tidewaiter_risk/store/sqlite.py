"""The history in a SQLite file: one writer with group commit.

What it answered outlives the process; a power failure may take the last of it, which is what a shipment waits less
for. See decision 0017.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tidewaiter_chassis.measures import Meter
from tidewaiter_chassis.sqlite import Database, load_migrations

from tidewaiter_risk.history.keys import SECRET_BYTES
from tidewaiter_risk.history.record import Rows
from tidewaiter_risk.list_open_shipments import Page
from tidewaiter_risk.store.rows import Bounds, SqliteRows, history_secret, open_shipments

R = TypeVar("R")

MIGRATIONS = load_migrations("tidewaiter_risk.store")


class SqliteHistory:
    """A history that one process owns. Made by `open`; `close` commits what was accepted."""

    def __init__(self, *, database: Database, secret: bytes, bounds: Bounds) -> None:
        self._database = database
        self._secret = secret
        self._bounds = bounds

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        bounds: Bounds,
        meter: Meter | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        waiting_max: int = 256,
        before_commit: Callable[[], None] | None = None,
        after_commit: Callable[[], None] | None = None,
    ) -> SqliteHistory:
        """The history at `path`, made with a secret of its own when absent.

        Failure CORRUPT or NOT_READY as `Database.open`. The hooks are for fault tests.
        """
        database = Database.open(
            path,
            migrations=MIGRATIONS,
            name="risk",
            waiting_max=waiting_max,
            survives_power_loss=False,
            meter=meter,
            before_commit=before_commit,
            after_commit=after_commit,
        )
        made = random_bytes(SECRET_BYTES)
        secret = await database.write(lambda connection: history_secret(connection, made))
        return cls(database=database, secret=secret, bounds=bounds)

    @property
    def secret(self) -> bytes:
        """Keys the hashes of this history."""
        return self._secret

    @property
    def is_lost(self) -> bool:
        """Whether the file failed: no change is taken until it is opened anew."""
        return self._database.lost.is_set()

    async def change(self, work: Callable[[Rows], R]) -> R:
        """What `work` returned, once it is committed. It runs in the writer's thread."""
        return await self._database.write(lambda connection: work(SqliteRows(connection, self._bounds)))

    def open_shipments(self, from_day: int, *, after: int, page_size: int, looked_at_max: int) -> Page:
        """The next shipments whose arrival is not before that day, or not known."""
        return open_shipments(
            self._database.read(), from_day, after=after, page_size=page_size, looked_at_max=looked_at_max
        )

    async def close(self) -> None:
        """Commit what was accepted, then let go of the file."""
        await self._database.close()

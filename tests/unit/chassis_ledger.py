"""A small store for tests of the chassis: named entries, in the order they were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
from tidewaiter_chassis.migrations import Migration
from tidewaiter_chassis.sqlite import Database

MIGRATIONS = (
    Migration(
        number=1,
        name="entries",
        sql="CREATE TABLE entries (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;",
        sha256="1" * 64,
    ),
)


def open_ledger(path: Path, **options: Any) -> Database:
    """The store at `path`, with its one table."""
    return Database.open(path, migrations=MIGRATIONS, name="ledger", **options)


def adding(*names: str) -> Callable[[apsw.Connection], int]:
    """A work that writes entries and returns how many there are then."""

    def work(connection: apsw.Connection) -> int:
        for name in names:
            connection.execute("INSERT INTO entries (name) VALUES (?)", (name,))
        return int(connection.execute("SELECT count(*) FROM entries").get)

    return work


def names_in(database: Database) -> list[str]:
    """What is committed, in order."""
    return [str(name) for (name,) in database.read().execute("SELECT name FROM entries ORDER BY number")]

"""How a store's tables come to be: numbered SQL files, applied once each, in order, never edited after."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import apsw

from tidewaiter_chassis.failures import Failure, Kind

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LEDGER = """
CREATE TABLE IF NOT EXISTS applied_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of a store's tables. `sha256` is the hex digest of the file's bytes."""

    number: int
    name: str
    sql: str
    sha256: str


def load_migrations(package: str, folder: str = "migrations") -> tuple[Migration, ...]:
    """The migrations in `folder` of a store's package (`tidewaiter_audit.store`), by number.

    Files are named 0001_<what>.sql, from 1 without a gap. ValueError otherwise, and when there is none:
    these files ship with the code, so a wrong one is a mistake in it.
    """
    found = []
    for file in files(package).joinpath(folder).iterdir():
        if not file.name.endswith(".sql"):
            continue
        match = _FILE_NAME.fullmatch(file.name)
        if match is None:
            raise ValueError(f"{package}: {file.name} is not named like 0001_what_it_does.sql")
        content = file.read_bytes()
        found.append(
            Migration(
                number=int(match[1]),
                name=match[2],
                sql=content.decode("utf-8"),
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    found.sort(key=lambda migration: migration.number)
    numbers = [migration.number for migration in found]
    if not found or numbers != list(range(1, len(found) + 1)):
        raise ValueError(f"{package}: migrations count from 0001 without a gap, found {numbers}")
    return tuple(found)


def apply(connection: apsw.Connection, migrations: Sequence[Migration]) -> list[int]:
    """Bring the store to the last of `migrations`; the numbers that were applied now, [] when none was due.

    One transaction for all of them: after a crash either all are applied or none. Failure CORRUPT,
    MIGRATION_CHANGED, when an applied one differs from the file; NOT_READY, STORE_IS_NEWER, when the store
    has one that this code does not know.
    """
    connection.execute("BEGIN EXCLUSIVE")
    try:
        connection.execute(_LEDGER)
        applied = {
            int(number): str(sha256)
            for number, sha256 in connection.execute("SELECT number, sha256 FROM applied_migrations")
        }
        _refuse_other_history(applied, migrations)
        due = [migration for migration in migrations if migration.number not in applied]
        for migration in due:
            _apply_one(connection, migration)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return [migration.number for migration in due]


def _apply_one(connection: apsw.Connection, migration: Migration) -> None:
    # Several statements in one execute run lazily, one for each row asked for: exhaust them.
    for _ in connection.execute(migration.sql):
        pass
    if not connection.in_transaction:
        raise ValueError(f"migration {migration.number} ends the transaction it runs in")
    connection.execute(
        "INSERT INTO applied_migrations (number, name, sha256) VALUES (?, ?, ?)",
        (migration.number, migration.name, migration.sha256),
    )


def _refuse_other_history(applied: dict[int, str], migrations: Sequence[Migration]) -> None:
    known = {migration.number: migration for migration in migrations}
    for number, sha256 in sorted(applied.items()):
        if number not in known:
            raise Failure(
                kind=Kind.NOT_READY,
                reason="STORE_IS_NEWER",
                detail=f"The store has migration {number}, which this release does not know: run a newer one.",
                facts={"migration": str(number)},
            )
        if known[number].sha256 != sha256:
            raise Failure(
                kind=Kind.CORRUPT,
                reason="MIGRATION_CHANGED",
                detail=f"Migration {number} was edited after it was applied: restore it and add a new one.",
                facts={"migration": str(number), "applied_sha256": sha256, "file_sha256": known[number].sha256},
            )

"""Migrations: found by name, applied once, in order, all or none, and never edited after."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.migrations import Migration, apply, load_migrations
from tidewaiter_chassis.sqlite import Database

FIRST = Migration(
    number=1, name="first", sql="CREATE TABLE a (x INT) STRICT; CREATE TABLE b (x INT) STRICT;", sha256="1"
)
SECOND = Migration(number=2, name="second", sql="ALTER TABLE a ADD COLUMN y INT;", sha256="2")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[apsw.Connection]:
    opened = apsw.Connection(str(tmp_path / "store.db"))
    yield opened
    opened.close()


def tables(connection: apsw.Connection) -> set[str]:
    return {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_every_statement_of_every_migration_is_applied_in_order(connection: apsw.Connection) -> None:
    assert [1, 2] == apply(connection, [FIRST, SECOND])

    assert {"a", "b", "applied_migrations"} == tables(connection)
    assert [] == list(connection.execute("SELECT x, y FROM a"))


def test_what_was_applied_is_not_applied_again(connection: apsw.Connection) -> None:
    apply(connection, [FIRST])

    assert [2] == apply(connection, [FIRST, SECOND])
    assert [] == apply(connection, [FIRST, SECOND])


def test_the_ledger_names_each_with_its_digest_and_time(connection: apsw.Connection) -> None:
    apply(connection, [FIRST, SECOND])

    rows = list(connection.execute("SELECT number, name, sha256, applied_at FROM applied_migrations"))
    assert [(1, "first", "1"), (2, "second", "2")] == [row[:3] for row in rows]
    assert all(str(row[3]).endswith("Z") for row in rows)


def test_an_edited_migration_is_refused(connection: apsw.Connection) -> None:
    apply(connection, [FIRST])

    with pytest.raises(Failure) as refused:
        apply(connection, [dataclasses.replace(FIRST, sha256="edited"), SECOND])

    assert (Kind.CORRUPT, "MIGRATION_CHANGED") == (refused.value.kind, refused.value.reason)
    assert {"migration": "1", "applied_sha256": "1", "file_sha256": "edited"} == refused.value.facts
    assert not connection.in_transaction


def test_a_store_ahead_of_the_code_is_refused(connection: apsw.Connection) -> None:
    apply(connection, [FIRST, SECOND])

    with pytest.raises(Failure) as refused:
        apply(connection, [FIRST])

    assert (Kind.NOT_READY, "STORE_IS_NEWER") == (refused.value.kind, refused.value.reason)


@pytest.mark.parametrize("sql", ["CREATE TABLE c (x INT); SELECT nonsense;", "COMMIT;"])
def test_when_one_fails_none_is_applied(connection: apsw.Connection, sql: str) -> None:
    broken = Migration(number=2, name="broken", sql=sql, sha256="2")

    with pytest.raises((apsw.SQLError, ValueError)):
        apply(connection, [FIRST, broken])

    assert not connection.in_transaction
    if sql != "COMMIT;":
        assert set() == tables(connection)


async def test_a_table_with_a_deferred_constraint_is_refused(tmp_path: Path) -> None:
    sql = "CREATE TABLE c (x INT REFERENCES c (x) DEFERRABLE INITIALLY DEFERRED);"

    with pytest.raises(ValueError, match="table c defers"):
        Database.open(tmp_path / "s.db", migrations=[Migration(number=1, name="c", sql=sql, sha256="1")], name="s")


MakePackage = Callable[[dict[str, str]], str]


@pytest.fixture
def make_package(tmp_path: Path) -> Iterator[MakePackage]:
    """A package of the test's own, with these files in its migrations folder."""
    name = "store_of_a_migrations_test"

    def make(contents: dict[str, str]) -> str:
        folder = tmp_path / name / "migrations"
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        for file, content in contents.items():
            (folder / file).write_text(content, encoding="utf-8")
        importlib.invalidate_caches()
        return name

    sys.path.insert(0, str(tmp_path))
    yield make
    sys.path.remove(str(tmp_path))
    sys.modules.pop(name, None)


def test_they_are_read_from_their_folder_by_number_with_the_digest_of_their_bytes(make_package: MakePackage) -> None:
    package = make_package({"0002_more.sql": "SELECT 2;", "0001_first.sql": "SELECT 1; -- ü", "README.md": "not one"})

    found = load_migrations(package)

    assert [(1, "first"), (2, "more")] == [(migration.number, migration.name) for migration in found]
    assert hashlib.sha256("SELECT 1; -- ü".encode()).hexdigest() == found[0].sha256


@pytest.mark.parametrize(
    "names", [[], ["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"], ["1_a.sql"], ["0001.sql"]]
)
def test_a_gap_a_double_or_a_strange_name_is_a_mistake(make_package: MakePackage, names: list[str]) -> None:
    package = make_package(dict.fromkeys(names, "SELECT 1;"))

    with pytest.raises(ValueError, match=package):
        load_migrations(package)

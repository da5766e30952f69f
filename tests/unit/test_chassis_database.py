"""The store: durable answers, readers that see what is committed, its files, its lock, its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.sqlite import Database

from tests.unit.chassis_ledger import adding, names_in, open_ledger


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_ledger(tmp_path / "ledger.db")
    yield database
    await database.close()


async def test_a_write_returns_what_its_work_returned(ledger: Database) -> None:
    assert 2 == await ledger.write(adding("a", "b"))


async def test_what_was_written_is_read_at_once(ledger: Database) -> None:
    await ledger.write(adding("a"))

    assert ["a"] == names_in(ledger)


async def test_what_was_written_is_there_after_the_store_is_opened_again(tmp_path: Path) -> None:
    first = open_ledger(tmp_path / "ledger.db")
    await first.write(adding("a"))
    await first.close()

    second = open_ledger(tmp_path / "ledger.db")

    assert ["a"] == names_in(second)
    await second.close()


async def test_a_reader_sees_nothing_of_a_transaction_under_way(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    store: Database = open_ledger(tmp_path / "l.db", before_commit=lambda: seen.append(names_in(store)))

    await store.write(adding("a"))

    assert [[]] == seen
    assert ["a"] == names_in(store)
    await store.close()


async def test_a_reader_can_change_nothing(ledger: Database) -> None:
    with pytest.raises(apsw.ReadOnlyError):
        ledger.read().execute("DELETE FROM entries")


async def test_closing_commits_what_was_accepted_and_refuses_the_rest(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    accepted = [asyncio.create_task(ledger.write(adding(str(number)))) for number in range(3)]
    await asyncio.sleep(0)

    closing = asyncio.create_task(ledger.close())
    await asyncio.sleep(0)
    with pytest.raises(Failure, match="STORE_CLOSED"):
        await ledger.write(adding("late"))
    await closing

    assert all(task.done() for task in accepted)

    assert [1, 2, 3] == await asyncio.gather(*accepted)
    with pytest.raises(Failure, match="STORE_CLOSED"):
        ledger.read()
    await ledger.close()


async def test_a_store_that_never_wrote_closes(tmp_path: Path) -> None:
    await open_ledger(tmp_path / "l.db").close()

    assert ["l.db", "l.db.lock"] == files_in(tmp_path)


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_store_belongs_to_one_loop(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    asyncio.run(use(ledger))

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(use(ledger))


async def use(ledger: Database) -> None:
    await ledger.write(adding("a"))


async def test_its_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "made" / "l.db")
    await ledger.write(adding("a"))

    assert 0o700 == (tmp_path / "made").stat().st_mode & 0o777
    assert {0o600} == {file.stat().st_mode & 0o777 for file in (tmp_path / "made").iterdir()}
    await ledger.close()


async def test_it_is_as_durable_as_it_says(ledger: Database) -> None:
    def pragmas(connection: apsw.Connection) -> list[object]:
        return [connection.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert ["wal", 2, 1] == await ledger.write(pragmas)


async def test_a_store_that_a_power_failure_may_shorten_still_outlives_its_process(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", survives_power_loss=False)

    assert "wal" == await ledger.write(lambda connection: connection.pragma("journal_mode"))
    assert 1 == await ledger.write(lambda connection: connection.pragma("synchronous"))
    await ledger.close()


async def test_a_locked_store_refuses_without_being_lost(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", busy_seconds=0.05)
    other = apsw.Connection(str(tmp_path / "l.db"))
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Failure, match="STORE_LOCKED") as refused:
        await ledger.write(adding("a"))
    other.execute("ROLLBACK")

    assert Kind.BUSY is refused.value.kind
    assert not ledger.lost.is_set()
    assert 1 == await ledger.write(adding("a"))
    other.close()
    await ledger.close()


async def test_a_store_in_use_is_refused_naming_the_file_and_what_to_do(tmp_path: Path, ledger: Database) -> None:
    path = tmp_path / "ledger.db"

    with pytest.raises(Failure) as refused:
        open_ledger(path)

    assert (Kind.NOT_READY, "STORE_IN_USE") == (refused.value.kind, refused.value.reason)
    assert f"{path}: another process has this store open" in refused.value.detail
    assert f"fuser {path}.lock" in refused.value.detail
    assert 1 == await ledger.write(adding("the one that has it goes on"))


@pytest.mark.parametrize(
    ("first", "second", "taken"), [(True, False, False), (False, True, False), (False, False, True)]
)
async def test_a_store_is_shared_only_among_those_who_all_say_so(
    tmp_path: Path, first: bool, second: bool, taken: bool
) -> None:
    path = tmp_path / "l.db"
    opened = [open_ledger(path, sole=first)]

    if taken:
        opened.append(open_ledger(path, sole=second))
        assert [1, 2] == [await each.write(adding(str(number))) for number, each in enumerate(opened)]
    else:
        with pytest.raises(Failure, match="STORE_IN_USE"):
            open_ledger(path, sole=second)

    for each in opened:
        await each.close()


@pytest.mark.parametrize("damage", [b"not a database " * 99, None])
async def test_a_store_that_could_not_be_opened_or_was_closed_is_free(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "l.db"
    if damage is None:
        await open_ledger(path).close()
    else:
        path.write_bytes(damage)
        with pytest.raises(Failure, match="STORE_CORRUPT") as held:
            open_ledger(path)
        assert held.value.__traceback__ is not None, "which keeps all that was opened within reach"
        path.unlink()

    await open_ledger(path).close()


async def test_who_only_reads_is_not_kept_out(tmp_path: Path, ledger: Database) -> None:
    await ledger.write(adding("a"))

    reader = apsw.Connection(str(tmp_path / "ledger.db"), flags=apsw.SQLITE_OPEN_READONLY)

    assert "a" == reader.execute("SELECT name FROM entries").get
    reader.close()


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [(b"not a database " * 99, Kind.CORRUPT, "STORE_CORRUPT"), (None, Kind.NOT_READY, "STORE_UNREADABLE")],
)
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes | None, kind: Kind, reason: str) -> None:
    path = tmp_path / "l.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(Failure) as refused:
        open_ledger(path)

    assert (kind, reason) == (refused.value.kind, refused.value.reason)

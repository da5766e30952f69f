"""The store when it fails: what callers are told, what is kept, and that it takes nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from structlog.testing import capture_logs
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.sqlite import Database

from tests.unit.chassis_ledger import adding, names_in, open_ledger

STORE_ERRORS = [apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.ReadOnlyError, apsw.NoMemError]


class FailsOnce:
    """A hook that raises at its n-th call, counted from 0, and never again."""

    def __init__(self, call: int, error: Callable[[], BaseException] = lambda: apsw.IOError("disk I/O error")) -> None:
        self._left = call
        self._error = error

    def __call__(self) -> None:
        self._left -= 1
        if self._left == -1:
            raise self._error()


async def is_lost(ledger: Database) -> Failure:
    """That the store says it is lost, keeps answering readers and refuses writers; and what it told a writer."""
    await asyncio.wait_for(ledger.lost.wait(), 10)
    names_in(ledger)
    with pytest.raises(Failure) as refused:
        await ledger.write(adding("late"))
    assert (Kind.BUSY, "STORE_LOST") == (refused.value.kind, refused.value.reason)
    assert refused.value.retry_after_seconds is not None
    return refused.value


async def names_after_reopening(path: Path) -> list[str]:
    ledger = open_ledger(path)
    found = names_in(ledger)
    # Opened anew it takes writes again.
    await ledger.write(adding("after"))
    await ledger.close()
    return found


@pytest.mark.parametrize("together", [1, 3])
@pytest.mark.parametrize(("flavour", "kept"), [("before_commit", False), ("after_commit", True)])
async def test_a_commit_that_fails_tells_all_its_callers_and_loses_the_store(
    tmp_path: Path, flavour: str, kept: bool, together: int
) -> None:
    ledger = open_ledger(tmp_path / "l.db", **{flavour: FailsOnce(1)})
    await ledger.write(adding("first"))

    outcomes = await asyncio.gather(
        *(ledger.write(adding(str(number))) for number in range(together)), return_exceptions=True
    )

    assert ["STORE_LOST"] * together == [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)]
    assert {"error": "IOError"} == (await is_lost(ledger)).facts
    await ledger.close()
    expected = ["first", *(str(number) for number in range(together) if kept)]
    assert expected == await names_after_reopening(tmp_path / "l.db")


async def test_works_that_wait_behind_a_lost_commit_are_told_the_same(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", works_per_commit_max=1, before_commit=FailsOnce(1))

    outcomes = await asyncio.gather(*(ledger.write(adding(str(number))) for number in range(4)), return_exceptions=True)

    assert 1 == outcomes[0]
    assert ["STORE_LOST"] * 3 == [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)]
    await ledger.close()
    assert ["0"] == await names_after_reopening(tmp_path / "l.db")


@pytest.mark.parametrize("together", [1, 3])
@pytest.mark.parametrize("error", STORE_ERRORS)
async def test_a_store_error_inside_a_work_loses_the_store_with_nothing_kept(
    tmp_path: Path, error: type[apsw.Error], together: int
) -> None:
    def fails(connection: apsw.Connection) -> int:
        adding("half")(connection)
        raise error("as SQLite would")

    ledger = open_ledger(tmp_path / "l.db")
    await ledger.write(adding("first"))

    works = [adding(str(number)) for number in range(together - 1)]
    outcomes = await asyncio.gather(*map(ledger.write, [*works, fails]), return_exceptions=True)

    assert ["STORE_LOST"] * together == [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)]
    assert {"error": error.__name__} == (await is_lost(ledger)).facts
    await ledger.close()
    assert ["first"] == await names_after_reopening(tmp_path / "l.db")


async def test_a_store_that_is_really_full_is_lost_and_opens_again_with_what_it_had(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    await ledger.write(lambda connection: connection.execute("PRAGMA max_page_count = 20").get)
    acknowledged: list[str] = []

    async def fill() -> None:
        for number in range(1000):
            await ledger.write(adding(f"{number:03}" + "x" * 4000))
            acknowledged.append(f"{number:03}")

    with pytest.raises(Failure, match="STORE_LOST"):
        await fill()

    assert {"error": "FullError"} == (await is_lost(ledger)).facts
    await ledger.close()
    assert acknowledged
    assert acknowledged == [name[:3] for name in await names_after_reopening(tmp_path / "l.db")]


@pytest.mark.parametrize("statement", ["COMMIT", "ROLLBACK"])
async def test_a_work_that_ends_its_transaction_loses_the_store(tmp_path: Path, statement: str) -> None:
    ledger = open_ledger(tmp_path / "l.db")

    with pytest.raises(Failure, match="STORE_LOST"):
        await ledger.write(lambda connection: connection.execute(statement).get)

    await is_lost(ledger)
    await ledger.close()


async def test_a_work_that_failed_by_itself_is_told_so_also_when_the_store_is_lost(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", before_commit=FailsOnce(0))

    outcomes = await asyncio.gather(ledger.write(adding("a")), ledger.write(adding("b", "a")), return_exceptions=True)

    assert isinstance(outcomes[0], Failure)
    assert isinstance(outcomes[1], apsw.ConstraintError)
    await ledger.close()


async def test_a_lost_store_holds_no_lock(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", before_commit=FailsOnce(0), sole=False)
    with pytest.raises(Failure, match="STORE_LOST"):
        await ledger.write(adding("a"))

    another = open_ledger(tmp_path / "l.db", busy_seconds=0.05, sole=False)

    assert 1 == await another.write(adding("b"))
    await another.close()
    await ledger.close()


async def test_whatever_a_work_raises_nobody_waits_for_ever(tmp_path: Path) -> None:
    def leaves(_connection: apsw.Connection) -> None:
        raise SystemExit

    ledger = open_ledger(tmp_path / "l.db")

    with pytest.raises(Failure, match="STORE_LOST"):
        await asyncio.wait_for(ledger.write(leaves), 10)

    await is_lost(ledger)
    await ledger.close()


async def test_a_loss_is_logged_once_with_its_cause_and_where(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    await ledger.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").get)

    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(Failure, match="STORE_LOST"):
                await ledger.write(adding("Maria Muster" + "x" * 50_000))

    (line,) = lines
    assert ("store lost", "error", "ledger") == (line["event"], line["log_level"], line["store"])
    assert ("FullError", "SQLITE_FULL", str(tmp_path / "l.db")) == (line["error"], line["sqlite"], line["path"])
    assert "database or disk is full" in line["message"]
    assert "Maria" not in repr(line)
    await ledger.close()


async def test_a_loss_that_is_not_sqlites_own_is_logged_too(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", before_commit=FailsOnce(0, lambda: RuntimeError("by 'Maria Muster'")))

    with capture_logs() as lines, pytest.raises(Failure, match="STORE_LOST"):
        await ledger.write(adding("a"))

    assert [("store lost", "RuntimeError", None)] == [(line["event"], line["error"], line["sqlite"]) for line in lines]
    assert "Maria" not in repr(lines)
    await ledger.close()


async def test_the_cause_of_a_loss_is_kept_for_the_log_and_not_in_what_callers_are_told(tmp_path: Path) -> None:
    ledger = open_ledger(
        tmp_path / "l.db", before_commit=FailsOnce(0, lambda: apsw.IOError("Maria Muster, 12 Elm Street"))
    )

    with pytest.raises(Failure) as told:
        await ledger.write(adding("a"))

    assert isinstance(told.value.__cause__, apsw.IOError)
    assert "Maria" not in repr(told.value)
    await ledger.close()


@pytest.mark.parametrize("instead", [False, True], ids=["removed", "replaced"])
async def test_a_file_that_is_no_longer_there_is_a_lost_store_and_nothing_is_told_to_be_kept(
    tmp_path: Path, instead: bool
) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    await ledger.write(adding("first"))
    (tmp_path / "l.db").rename(tmp_path / "elsewhere.db")
    if instead:
        (tmp_path / "l.db").touch()

    with capture_logs() as lines, pytest.raises(Failure, match="STORE_LOST"):
        await ledger.write(adding("second"))

    assert ["the file of the store was removed or replaced"] == [line["message"] for line in lines]
    await is_lost(ledger)
    await ledger.close()

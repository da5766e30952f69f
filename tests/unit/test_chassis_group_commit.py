"""Group commit: works share a commit, each fails on its own, bounds hold, and a busy loop keeps nobody waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.metrics import Meters
from tidewaiter_chassis.sqlite import Database

from tests.unit.chassis_ledger import MIGRATIONS, adding, names_in, open_ledger


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_ledger(tmp_path / "ledger.db")
    yield database
    await database.close()


async def test_writes_of_the_same_pass_share_a_commit_and_keep_their_order(tmp_path: Path) -> None:
    commits: list[int] = []
    ledger = open_ledger(tmp_path / "ledger.db", after_commit=lambda: commits.append(1))

    counts = await asyncio.gather(*(ledger.write(adding(str(number))) for number in range(50)))

    assert list(range(1, 51)) == counts
    assert 1 == len(commits)
    assert [str(number) for number in range(50)] == names_in(ledger)
    await ledger.close()


@pytest.mark.parametrize(("works", "commits_expected"), [(2, 1), (3, 1), (4, 2)])
async def test_a_commit_is_shared_by_as_many_works_as_the_bound_says(
    tmp_path: Path, works: int, commits_expected: int
) -> None:
    commits: list[int] = []
    ledger = open_ledger(tmp_path / "l.db", works_per_commit_max=3, after_commit=lambda: commits.append(1))

    await asyncio.gather(*(ledger.write(adding(str(number))) for number in range(works)))

    assert commits_expected == len(commits)
    await ledger.close()


async def test_a_work_that_fails_alone_changes_nothing_and_tells_its_own_caller(ledger: Database) -> None:
    def fails(connection: apsw.Connection) -> None:
        adding("half")(connection)
        raise Failure(kind=Kind.STALE, reason="MOVED_ON", detail="d")

    with pytest.raises(Failure, match="MOVED_ON"):
        await ledger.write(fails)

    assert [] == names_in(ledger)
    assert 1 == await ledger.write(adding("next"))


@pytest.mark.parametrize("failing", [0, 1, 2])
async def test_among_works_that_share_a_commit_one_failing_undoes_only_itself(ledger: Database, failing: int) -> None:
    def fails(connection: apsw.Connection) -> int:
        adding("half")(connection)
        raise ZeroDivisionError

    works = [adding(str(number)) for number in range(3)]
    works[failing] = fails

    outcomes = await asyncio.gather(*map(ledger.write, works), return_exceptions=True)

    assert isinstance(outcomes[failing], ZeroDivisionError)
    assert [str(number) for number in range(3) if number != failing] == names_in(ledger)


async def test_a_broken_constraint_is_its_works_own_error(ledger: Database) -> None:
    outcomes = await asyncio.gather(
        ledger.write(adding("a")), ledger.write(adding("b", "a")), ledger.write(adding("c")), return_exceptions=True
    )

    assert isinstance(outcomes[1], apsw.ConstraintError)
    assert ["a", "c"] == names_in(ledger)


async def test_works_run_in_one_thread_that_is_not_the_loops(ledger: Database) -> None:
    threads = {await ledger.write(lambda _: threading.get_ident()) for _ in range(3)}

    assert 1 == len(threads)
    assert threading.get_ident() not in threads


async def test_a_cancelled_callers_work_is_committed_all_the_same(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)

    ledger = open_ledger(tmp_path / "l.db", before_commit=hold)
    in_the_commit = asyncio.create_task(ledger.write(adding("a")))
    await begun.wait()
    waiting = asyncio.create_task(ledger.write(adding("b")))
    await asyncio.sleep(0)

    in_the_commit.cancel()
    waiting.cancel()
    go_on.set()
    await ledger.write(adding("c"))

    assert ["a", "b", "c"] == names_in(ledger)
    assert in_the_commit.cancelled()
    assert waiting.cancelled()
    await ledger.close()


@pytest.mark.parametrize(("works", "refused"), [(4, 0), (5, 0), (6, 1)])
async def test_as_many_works_wait_as_the_bound_says_and_the_next_is_refused(
    tmp_path: Path, works: int, refused: int
) -> None:
    ledger = open_ledger(tmp_path / "l.db", waiting_max=5)

    outcomes = await asyncio.gather(
        *(ledger.write(adding(str(number))) for number in range(works)), return_exceptions=True
    )

    told = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert [(Kind.FULL, "STORE_BUSY")] * refused == [(failure.kind, failure.reason) for failure in told]
    assert works - refused == len(names_in(ledger))
    assert works - refused + 1 == await ledger.write(adding("one more"))
    await ledger.close()


async def test_while_a_commit_is_slow_the_loop_serves_others(tmp_path: Path) -> None:
    go_on = threading.Event()
    ledger = open_ledger(tmp_path / "l.db", before_commit=lambda: assert_set(go_on))
    writing = asyncio.create_task(ledger.write(adding("a")))
    passes = 0

    async with asyncio.timeout(10):
        while passes < 100:
            await asyncio.sleep(0)
            passes += 1
    assert not writing.done()
    go_on.set()

    assert 1 == await writing
    await ledger.close()


def assert_set(event: threading.Event) -> None:
    assert event.wait(10)


async def test_a_busy_loop_does_not_keep_the_writer_from_its_work(ledger: Database) -> None:
    stop = asyncio.Event()

    async def never_idle() -> None:
        while not stop.is_set():
            sum(range(5_000))
            await asyncio.sleep(0)

    busy = asyncio.create_task(never_idle())
    # Left to the interpreter's own fairness this takes minutes.
    async with asyncio.timeout(10):
        for number in range(200):
            await ledger.write(adding(str(number)))
    stop.set()
    await busy

    assert 200 == len(names_in(ledger))


async def test_commits_are_measured(tmp_path: Path) -> None:
    reader = InMemoryMetricReader()
    meters = Meters(resource=Resource.create({}), readers=[reader])
    ledger = Database.open(tmp_path / "l.db", migrations=MIGRATIONS, name="ledger", meter=meters)
    await asyncio.gather(*(ledger.write(adding(str(number))) for number in range(7)))
    await ledger.close()

    collected = reader.get_metrics_data()
    assert collected is not None
    points = {
        metric.name: metric.data.data_points[0]
        for scope in collected.resource_metrics[0].scope_metrics
        for metric in scope.metrics
    }
    assert 7 == points["tidewaiter.store.commit.works"].sum  # type: ignore[union-attr]
    assert 1 == points["tidewaiter.store.commit.duration"].count  # type: ignore[union-attr]
    assert 0 == points["tidewaiter.store.waiting"].value  # type: ignore[union-attr]
    assert {"store": "ledger"} == points["tidewaiter.store.waiting"].attributes

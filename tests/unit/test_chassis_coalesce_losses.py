"""Coalescing when something goes wrong: failures, exceptions, cancelled callers in every phase, a loop torn down."""

from __future__ import annotations

import asyncio

import pytest
from tidewaiter_chassis.failures import Failure, Kind

from tests.unit.chassis_dock import Dock, coalescing, result_of, settle, start


@pytest.fixture
def dock() -> Dock:
    return Dock()


async def test_an_items_failure_is_its_own(dock: Dock) -> None:
    coalescer = coalescing(dock)
    mine = Failure(kind=Kind.NOT_FOUND, reason="MINE_ALONE", detail="d")
    good, bad = start(coalescer.submit(1)), start(coalescer.submit(2))
    await settle()

    dock.landings[0].set_result([result_of(1), mine])

    assert result_of(1) == await good
    with pytest.raises(Failure, match="MINE_ALONE"):
        await bad


async def test_many_items_get_their_failures_in_their_places(dock: Dock) -> None:
    coalescer = coalescing(dock)
    mine = Failure(kind=Kind.NOT_FOUND, reason="MINE_ALONE", detail="d")
    waiting = start(coalescer.submit_all([1, 2, 3]))
    await settle()

    dock.landings[0].set_result([result_of(1), mine, result_of(3)])

    assert [result_of(1), mine, result_of(3)] == await waiting


@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), Failure(kind=Kind.PEER, reason="NO_PEER", detail="d")])
async def test_an_exception_of_the_work_reaches_every_caller_of_that_batch_only(dock: Dock, error: Exception) -> None:
    coalescer = coalescing(dock, items_max=2)
    waiting = [start(coalescer.submit(item)) for item in (1, 2, 3)]
    await settle()

    dock.landings[0].set_exception(error)
    await settle()
    dock.land(1)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert [error, error, result_of(3)] == outcomes


@pytest.mark.parametrize("error", [ZeroDivisionError("bug"), Failure(kind=Kind.PEER, reason="NO_PEER", detail="d")])
async def test_the_history_of_a_shared_exception_does_not_grow_with_its_callers(dock: Dock, error: Exception) -> None:
    coalescer = coalescing(dock, items_max=50, waiting_max=50)
    waiting = [start(coalescer.submit(item)) for item in range(50)]
    await settle()

    dock.landings[0].set_exception(error)
    await asyncio.gather(*waiting, return_exceptions=True)

    frames, history = 0, error.__traceback__
    while history is not None:
        frames, history = frames + 1, history.tb_next
    assert frames < 10


async def test_many_items_across_batches_raise_the_works_exception_once_all_are_answered(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=2)
    waiting = start(coalescer.submit_all([1, 2, 3]))
    await settle()

    dock.landings[0].set_exception(ZeroDivisionError("bug"))
    await settle()
    assert not waiting.done()
    dock.land(1)

    with pytest.raises(ZeroDivisionError):
        await waiting


async def test_a_wrong_number_of_results_is_everyones_error(dock: Dock) -> None:
    coalescer = coalescing(dock)
    waiting = [start(coalescer.submit(item)) for item in (1, 2)]
    await settle()

    dock.landings[0].set_result([result_of(1)])
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert ["TEST: 1 results for 2 items"] * 2 == [str(outcome) for outcome in outcomes]


async def test_work_that_was_cancelled_inside_is_told_as_interrupted_and_the_next_batch_goes_on(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=1)
    first, second = start(coalescer.submit(1)), start(coalescer.submit(2))
    await settle()

    dock.landings[0].cancel()
    await settle()
    dock.land(1)

    with pytest.raises(Failure, match="TEST_INTERRUPTED"):
        await first
    assert result_of(2) == await second


async def test_a_caller_cancelled_before_its_flight_started_leaves_the_others(dock: Dock) -> None:
    coalescer = coalescing(dock)
    gone, stays = start(coalescer.submit(1)), start(coalescer.submit(2))
    await asyncio.sleep(0)
    gone.cancel()
    await settle()

    dock.land()

    assert [[1, 2]] == dock.batches
    assert result_of(2) == await stays
    assert gone.cancelled()


async def test_a_caller_cancelled_while_waiting_is_worked_on_all_the_same(dock: Dock) -> None:
    coalescer = coalescing(dock)
    first = start(coalescer.submit(1))
    await settle()
    gone, stays = start(coalescer.submit(2)), start(coalescer.submit(3))
    await settle()
    gone.cancel()
    await settle()

    dock.land()
    await settle()
    dock.land()

    assert [[1], [2, 3]] == dock.batches
    assert [result_of(1), result_of(3)] == list(await asyncio.gather(first, stays))


async def test_a_caller_cancelled_in_flight_leaves_the_batch_intact(dock: Dock) -> None:
    coalescer = coalescing(dock)
    gone, stays = start(coalescer.submit(1)), start(coalescer.submit(2))
    await settle()
    gone.cancel()
    await settle()

    dock.land()

    assert result_of(2) == await stays
    assert gone.cancelled()


async def test_a_caller_cancelled_as_its_batch_lands_disturbs_nobody(dock: Dock) -> None:
    coalescer = coalescing(dock)
    gone, stays = start(coalescer.submit(1)), start(coalescer.submit(2))
    await settle()

    dock.land()
    gone.cancel()

    assert result_of(2) == await stays


async def test_a_caller_of_many_cancelled_across_batches_has_all_of_them_worked_on(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=2)
    gone = start(coalescer.submit_all([1, 2, 3]))
    await settle()
    gone.cancel()
    await settle()

    dock.land(0)
    await settle()
    dock.land(1)
    await coalescer.drain()

    assert [[1, 2], [3]] == dock.batches


@pytest.mark.parametrize("passes", [1, 12])
async def test_a_loop_that_is_torn_down_leaves_no_caller_waiting(dock: Dock, passes: int) -> None:
    coalescer = coalescing(dock, items_max=1)
    others = asyncio.all_tasks()
    waiting = [start(coalescer.submit(item)) for item in (1, 2)]
    for _ in range(passes):
        await asyncio.sleep(0)

    for flight in asyncio.all_tasks() - others - set(waiting):
        flight.cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)

    assert ["TEST_INTERRUPTED"] * 2 == [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)]


async def test_after_a_flight_was_torn_down_before_it_started_the_next_item_flies(dock: Dock) -> None:
    coalescer = coalescing(dock)
    others = asyncio.all_tasks()
    first = start(coalescer.submit(1))
    await asyncio.sleep(0)
    (flight,) = asyncio.all_tasks() - others - {first}
    flight.cancel()
    with pytest.raises(Failure, match="TEST_INTERRUPTED"):
        await first

    second = start(coalescer.submit(2))
    await settle()
    dock.land()

    assert result_of(2) == await second

"""Coalescing by key: items of one key share a place, and never two flights at once."""

from __future__ import annotations

import asyncio

import pytest
from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.failures import Failure

from tests.unit.chassis_dock import Dock, coalescing, result_of, settle, start


@pytest.fixture
def dock() -> Dock:
    return Dock()


def keyed(dock: Dock, *, waiting_max: int = 5, flights_max: int = 2) -> Coalescer[int, str]:
    """Items of one last digit are of one key."""
    return coalescing(dock, waiting_max=waiting_max, flights_max=flights_max, key=lambda item: item % 10)


async def test_waiting_items_of_one_key_are_one_item_whose_result_is_shared(dock: Dock) -> None:
    coalescer = keyed(dock)

    waiting = [start(coalescer.submit(item)) for item in (1, 11, 2)]
    await settle()

    assert [[1, 2]] == dock.batches
    dock.land()
    assert [result_of(1), result_of(1), result_of(2)] == await asyncio.gather(*waiting)


async def test_one_caller_may_name_a_key_twice(dock: Dock) -> None:
    waiting = start(keyed(dock).submit_all([1, 2, 11]))
    await settle()
    dock.land()

    assert [result_of(1), result_of(2), result_of(1)] == await waiting


async def test_what_comes_while_its_key_is_in_flight_is_worked_on_after_it(dock: Dock) -> None:
    coalescer = keyed(dock)
    first = start(coalescer.submit(1))
    await settle()

    second = [start(coalescer.submit(item)) for item in (11, 21)]
    await settle()
    assert [[1]] == dock.batches

    dock.land()
    await settle()
    assert [[1], [11]] == dock.batches
    dock.land()
    assert [result_of(1), result_of(11), result_of(11)] == await asyncio.gather(first, *second)


async def test_a_key_in_flight_holds_up_nothing_but_itself(dock: Dock) -> None:
    coalescer = keyed(dock)
    first = start(coalescer.submit(1))
    await settle()

    others = [start(coalescer.submit(item)) for item in (11, 2)]
    await settle()

    assert [[1], [2]] == dock.batches
    dock.land(1)
    await settle()
    assert [[1], [2]] == dock.batches
    dock.land(0)
    await settle()
    dock.land(2)
    assert [result_of(1), result_of(11), result_of(2)] == await asyncio.gather(first, *others)


async def test_an_item_that_joins_a_waiting_one_takes_no_place(dock: Dock) -> None:
    coalescer = keyed(dock, waiting_max=1, flights_max=1)
    first = start(coalescer.submit(1))
    await settle()

    joined = [start(coalescer.submit(item)) for item in (2, 12)]
    refused = start(coalescer.submit(3))
    await settle()
    dock.land()
    await settle()
    dock.land()

    assert [result_of(1), result_of(2), result_of(2)] == await asyncio.gather(first, *joined)
    with pytest.raises(Failure, match="TEST_FULL"):
        await refused


async def test_a_cancelled_caller_leaves_those_it_shares_an_item_with(dock: Dock) -> None:
    coalescer = keyed(dock)
    gone, stays = start(coalescer.submit(1)), start(coalescer.submit(11))
    await settle()
    gone.cancel()
    await settle()

    dock.land()

    assert result_of(1) == await stays


async def test_a_key_whose_flight_was_torn_down_is_free_again(dock: Dock) -> None:
    coalescer = keyed(dock)
    others = asyncio.all_tasks()
    first = start(coalescer.submit(1))
    await settle()
    (flight,) = asyncio.all_tasks() - others - {first}
    flight.cancel()
    with pytest.raises(Failure, match="TEST_INTERRUPTED"):
        await first

    second = start(coalescer.submit(11))
    await settle()
    dock.land()

    assert result_of(11) == await second


async def test_a_key_is_held_while_it_waits_and_while_it_flies(dock: Dock) -> None:
    coalescer = keyed(dock, flights_max=1)
    first, second = start(coalescer.submit(1)), start(coalescer.submit(11))
    await asyncio.sleep(0)
    held_waiting = coalescer.holds(1)
    await settle()
    held_flying = coalescer.holds(1)
    dock.land()
    await asyncio.gather(first, second)

    assert (True, True, False) == (held_waiting, held_flying, coalescer.holds(1))


async def test_a_further_flight_starts_only_for_as_many_items_as_are_worth_one(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=4, waiting_max=9, flights_max=2, further_flight_items_min=3)
    first = start(coalescer.submit(1))
    await settle()
    second = [start(coalescer.submit(item)) for item in (2, 3)]
    await settle()
    assert [[1]] == dock.batches

    third = start(coalescer.submit(4))
    await settle()

    assert [[1], [2, 3, 4]] == dock.batches
    dock.land(1)
    dock.land(0)
    answers = [*await asyncio.gather(first, *second), await third]
    assert [result_of(item) for item in (1, 2, 3, 4)] == answers


async def test_a_few_items_that_wait_leave_when_the_flight_before_them_lands(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=4, waiting_max=9, flights_max=2, further_flight_items_min=3)
    first = start(coalescer.submit(1))
    await settle()
    second = start(coalescer.submit(2))
    await settle()

    dock.land()
    await settle()
    assert [[1], [2]] == dock.batches
    dock.land()
    assert [result_of(1), result_of(2)] == [await first, await second]


async def test_a_key_is_held_from_its_acceptance_to_its_answer(dock: Dock) -> None:
    coalescer = keyed(dock, flights_max=1)
    flying = start(coalescer.submit(1))
    await settle()
    waiting = start(coalescer.submit(2))
    await settle()

    assert [True, True, False] == [coalescer.holds(key) for key in (1, 2, 3)]
    dock.land()
    await settle()
    dock.land()
    await asyncio.gather(flying, waiting)
    assert [False, False] == [coalescer.holds(key) for key in (1, 2)]

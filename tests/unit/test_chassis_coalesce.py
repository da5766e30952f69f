"""Coalescing: what shares a batch, in which order, and each bound at its border."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.deadlines import time_left_seconds, with_deadline
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.metrics import Meters

from tests.unit.chassis_dock import Dock, coalescing, result_of, settle, start


@pytest.fixture
def dock() -> Dock:
    return Dock()


async def test_an_idle_coalescer_starts_before_anything_scheduled_later(dock: Dock) -> None:
    coalescer = coalescing(dock)
    seen: list[int] = []

    waiting = start(coalescer.submit(1))
    await asyncio.sleep(0)
    # The item was submitted in the pass before this line; whatever is scheduled now comes after its flight.
    asyncio.get_running_loop().call_soon(lambda: seen.append(len(dock.batches)))
    await asyncio.sleep(0)

    assert [1] == seen
    dock.land()
    assert result_of(1) == await waiting


async def test_callers_of_the_same_pass_share_the_first_batch(dock: Dock) -> None:
    coalescer = coalescing(dock)

    waiting = [start(coalescer.submit(item)) for item in (1, 2, 3)]
    await settle()

    assert [[1, 2, 3]] == dock.batches
    dock.land()
    assert [result_of(1), result_of(2), result_of(3)] == await asyncio.gather(*waiting)


async def test_while_one_batch_is_in_flight_the_next_gathers(dock: Dock) -> None:
    coalescer = coalescing(dock)
    first = start(coalescer.submit(1))
    await settle()

    second = [start(coalescer.submit(item)) for item in (2, 3)]
    await settle()
    assert [[1]] == dock.batches

    dock.land()
    await settle()
    assert [[1], [2, 3]] == dock.batches
    dock.land()
    assert [result_of(1), result_of(2), result_of(3)] == await asyncio.gather(first, *second)


@pytest.mark.parametrize(("items", "sizes"), [(2, [2]), (3, [3]), (4, [3, 1])])
async def test_a_batch_holds_up_to_its_bound(dock: Dock, items: int, sizes: list[int]) -> None:
    coalescer = coalescing(dock, items_max=3)

    waiting = start(coalescer.submit_all(range(items)))
    for _ in sizes:
        await settle()
        dock.land()

    assert [result_of(item) for item in range(items)] == await waiting
    assert sizes == [len(batch) for batch in dock.batches]


@pytest.mark.parametrize(("waiting_already", "accepted"), [(4, True), (5, False)])
async def test_as_many_wait_as_the_bound_says_and_the_next_is_refused(
    dock: Dock, waiting_already: int, accepted: bool
) -> None:
    coalescer = coalescing(dock, waiting_max=5)
    first = start(coalescer.submit(0))
    await settle()
    others = [start(coalescer.submit(item)) for item in range(1, waiting_already + 1)]
    await settle()

    last = start(coalescer.submit(99))
    await settle()

    assert accepted is not last.done()
    if not accepted:
        refused = last.exception()
        assert isinstance(refused, Failure)
        assert (Kind.FULL, "TEST_FULL") == (refused.kind, refused.reason)
        assert refused.retry_after_seconds is not None
        others.append(first)
    else:
        others.extend((first, last))
    while not all(task.done() for task in others):
        dock.land()
        await settle()


async def test_of_many_items_each_takes_a_place_and_those_without_one_are_told(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=3, waiting_max=5)

    waiting = start(coalescer.submit_all(range(7)))
    for _ in range(2):
        await settle()
        dock.land()
    results = await waiting

    assert [result_of(item) for item in range(5)] == results[:5]
    assert ["TEST_FULL"] * 2 == [result.reason for result in results[5:] if isinstance(result, Failure)]
    assert [[0, 1, 2], [3, 4]] == dock.batches


async def test_no_items_need_no_flight(dock: Dock) -> None:
    assert [] == await coalescing(dock).submit_all([])
    assert [] == dock.batches


@pytest.mark.parametrize("flights_max", [1, 2, 3])
async def test_as_many_flights_run_at_once_as_the_bound_says(dock: Dock, flights_max: int) -> None:
    coalescer = coalescing(dock, items_max=1, flights_max=flights_max)

    waiting = start(coalescer.submit_all(range(4)))
    await settle()
    assert flights_max == len(dock.in_flight)

    while not waiting.done():
        dock.land(dock.in_flight[0])
        await settle()
        assert len(dock.in_flight) <= flights_max
    assert [result_of(item) for item in range(4)] == await waiting


async def test_a_second_flight_is_not_started_for_what_the_first_will_take(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=3, flights_max=2)
    others = asyncio.all_tasks()

    waiting = [start(coalescer.submit(item)) for item in (1, 2)]
    await asyncio.sleep(0)

    assert 1 == len(asyncio.all_tasks() - others - set(waiting))
    await settle()
    assert [[1, 2]] == dock.batches
    dock.land()
    await asyncio.gather(*waiting)


async def test_an_item_that_comes_just_as_a_flight_ends_is_not_left_behind(dock: Dock) -> None:
    coalescer = coalescing(dock)

    async def one_after_the_other() -> list[str]:
        return [await coalescer.submit(1), await coalescer.submit(2)]

    waiting = start(one_after_the_other())
    for _ in range(2):
        await settle()
        dock.land()

    assert [result_of(1), result_of(2)] == await waiting


async def test_a_drain_waits_for_all_that_was_accepted(dock: Dock) -> None:
    coalescer = coalescing(dock, items_max=1)
    waiting = [start(coalescer.submit(item)) for item in (1, 2)]
    await settle()

    drained = start(coalescer.drain())
    await settle()
    dock.land(0)
    await settle()
    assert not drained.done()
    dock.land(1)
    await drained

    assert [result_of(1), result_of(2)] == await asyncio.gather(*waiting)


async def test_an_idle_coalescer_drains_at_once(dock: Dock) -> None:
    await coalescing(dock).drain()


async def test_the_work_inherits_no_callers_deadline() -> None:
    async def work(batch: list[int]) -> list[float]:
        return [time_left_seconds() for _ in batch]

    coalescer: Coalescer[int, float] = Coalescer(work, name="test", items_max=3, waiting_max=3)
    with with_deadline(0.5):
        assert float("inf") == await coalescer.submit(1)


@pytest.mark.parametrize("bound", ["items_max", "waiting_max", "flights_max"])
def test_a_bound_of_nothing_is_a_mistake(dock: Dock, bound: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        coalescing(dock, **{bound: 0})  # type: ignore[arg-type]


async def test_batch_sizes_and_waiting_items_are_measured(dock: Dock) -> None:
    reader = InMemoryMetricReader()
    meters = Meters(resource=Resource.create({}), readers=[reader])
    coalescer: Coalescer[int, str] = Coalescer(dock.work, name="test", items_max=2, waiting_max=9, meter=meters)
    waiting = start(coalescer.submit_all([1, 2, 3]))
    await settle()

    collected = reader.get_metrics_data()
    assert collected is not None
    found = {
        metric.name: metric.data.data_points[0]
        for scope in collected.resource_metrics[0].scope_metrics
        for metric in scope.metrics
    }

    assert 1 == found["tidewaiter.batch.waiting"].value  # type: ignore[union-attr]
    assert 2 == found["tidewaiter.batch.items"].sum  # type: ignore[union-attr]
    assert {"coalescer": "test"} == found["tidewaiter.batch.items"].attributes
    for _ in range(2):
        dock.land()
        await settle()
    await waiting


@pytest.mark.parametrize(("items", "fits"), [(2, True), (3, False)])
async def test_room_is_there_up_to_the_bound(dock: Dock, items: int, fits: bool) -> None:
    coalescer = coalescing(dock, items_max=1, waiting_max=5)
    waiting = start(coalescer.submit_all(range(4)))
    await settle()

    if fits:
        coalescer.reserve(items)
        coalescer.release(items)
    else:
        with pytest.raises(Failure, match="TEST_FULL"):
            coalescer.reserve(items)
    while not waiting.done():
        dock.land()
        await settle()

"""Many callers, one batch: while one is in flight the next gathers.

There is no timer and so no waiting when idle. Batch sizes follow the load: alone at rest, full under pressure.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Generic, TypeVar

from tidewaiter_chassis import measures
from tidewaiter_chassis.failures import Failure, Kind

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Broken:
    """What `work` raised for a whole batch, and where, so that each caller raises it with that same history."""

    error: Exception
    history: TracebackType | None


class _Call(Generic[Result]):
    """One caller's items: the places of their results, and the future that is done when all are filled."""

    __slots__ = ("done", "missing", "results")

    def __init__(self, places: int, done: asyncio.Future[None]) -> None:
        self.results: list[Result | Failure | _Broken | None] = [None] * places
        self.missing = places
        self.done = done

    def fill(self, place: int, result: Result | Failure | _Broken) -> None:
        self.results[place] = result
        self.missing -= 1
        if self.missing == 0 and not self.done.done():
            self.done.set_result(None)


class _Waiting(Generic[Item, Result]):
    """One item that waits or flies, and everyone who is owed its result."""

    __slots__ = ("item", "owed")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.owed: list[tuple[_Call[Result], int]] = []

    def fill(self, result: Result | Failure | _Broken) -> None:
        for call, place in self.owed:
            call.fill(place, result)


class Coalescer(Generic[Item, Result]):
    """Turns single items into batches for `work`, which answers each item with its result or its Failure.

    At most `items_max` items make a batch, at most `flights_max` batches run at once, at most `waiting_max`
    items wait to be taken into one. A batch beside another starts only when `further_flight_items_min` items
    wait: where a batch has a cost of its own, a few callers are better served by one batch after the other.
    Items leave in the order they came. An accepted item is worked on even
    when its caller is gone. `work` runs in a context of its own: it inherits no caller's deadline or trace.

    With `key`, no two batches hold items of one key at the same time, and the items of one key that wait are
    one item, whose result their callers share: what comes while its key is in flight is worked on after it.
    Belongs to one event loop.
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[Sequence[Result | Failure]]],
        *,
        name: str,
        items_max: int,
        waiting_max: int,
        flights_max: int = 1,
        further_flight_items_min: int = 1,
        key: Callable[[Item], Hashable] | None = None,
        meter: measures.Meter | None = None,
    ) -> None:
        if min(items_max, waiting_max, flights_max, further_flight_items_min) < 1:
            raise ValueError("items_max, waiting_max, flights_max and further_flight_items_min are at least 1")
        self._work = work
        self._name = name.upper().replace("-", "_").replace(".", "_")
        self._items_max = items_max
        self._waiting_max = waiting_max
        self._flights_max = flights_max
        self._further_flight_items_min = further_flight_items_min
        self._key = key or _own_key
        self._waiting: dict[Hashable, _Waiting[Item, Result]] = {}
        self._flying: set[Hashable] = set()
        self._reserved = 0
        self._flights: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[None] | None = None
        self._attributes = {"coalescer": name}
        self._sizes = measures.histogram(
            meter, "tidewaiter.batch.items", unit="{item}", description="Items that left in one batch"
        )
        if meter is not None:
            meter.gauge(
                "tidewaiter.batch.waiting",
                read=lambda: len(self._waiting),
                unit="{item}",
                description="Items accepted and not yet in a batch",
                attributes=self._attributes,
            )

    async def submit(self, item: Item) -> Result:
        """The item's result. Raises the item's Failure, or what `work` raised for its whole batch.

        Failure FULL, <NAME>_FULL, when `waiting_max` items wait already; BUSY, <NAME>_INTERRUPTED, when the
        batch was cancelled under its callers.
        """
        (result,) = await self._results([item])
        if isinstance(result, Failure):
            # `work` may answer many items with one Failure: without this each caller would lengthen its traceback.
            raise result.with_traceback(None)
        if isinstance(result, _Broken):
            raise result.error.with_traceback(result.history)
        return result

    async def submit_all(self, items: Sequence[Item]) -> list[Result | Failure]:
        """Each item's result or Failure, in the order of `items`; [] for none.

        Each takes one place: those that find none get their Failure FULL and the others are worked on. An
        exception of `work` that is no Failure is raised, once all the items are answered.
        """
        answers: list[Result | Failure] = []
        for result in await self._results(items):
            if isinstance(result, _Broken):
                raise result.error.with_traceback(result.history)
            answers.append(result)
        return answers

    def reserve(self, items: int) -> None:
        """Keep places for so many items until `release`; Failure FULL, <NAME>_FULL, when there are not as many.

        Release them just before the items come, with nothing awaited in between.
        """
        if len(self._waiting) + self._reserved + items > self._waiting_max:
            raise self._full()
        self._reserved += items

    def release(self, items: int) -> None:
        """Give back places that `reserve` kept."""
        self._reserved -= items

    def holds(self, key: Hashable) -> bool:
        """Whether an item of this key waits or is in flight."""
        return key in self._waiting or key in self._flying

    async def drain(self) -> None:
        """Return once nothing waits and nothing is in flight. Stop the callers first: new items are still taken."""
        while self._flights:
            await asyncio.wait(self._flights)

    async def _results(self, items: Sequence[Item]) -> list[Result | Failure | _Broken]:
        if not items:
            return []
        call: _Call[Result] = _Call(len(items), asyncio.get_running_loop().create_future())
        for place, item in enumerate(items):
            key = self._key(item)
            waiting = self._waiting.get(key)
            if waiting is None:
                if len(self._waiting) + self._reserved >= self._waiting_max:
                    call.fill(place, self._full())
                    continue
                waiting = self._waiting[key] = _Waiting(item)
            waiting.owed.append((call, place))
        self._start_flight()
        await call.done
        return call.results  # type: ignore[return-value]  # done means that every place is filled

    def _start_flight(self) -> None:
        # It takes its batch at its first step, so that what else comes in this pass of the loop is in it.
        allowed = self._flights_max if len(self._waiting) >= self._further_flight_items_min else 1
        if self._waiting and self._starting is None and len(self._flights) < allowed:
            flight = asyncio.create_task(self._fly(), name=self._name, context=contextvars.Context())
            self._starting = flight
            self._flights.add(flight)
            flight.add_done_callback(self._land)

    async def _fly(self) -> None:
        flight = asyncio.current_task()
        assert flight is not None
        self._starting = None
        while batch := self._take():
            # Another may fly beside this one with what it had no room for.
            self._start_flight()
            self._sizes.record(len(batch), self._attributes)
            results = await self._answers([waiting.item for waiting in batch.values()])
            self._flying.difference_update(batch)
            for waiting, result in zip(batch.values(), results, strict=True):
                waiting.fill(result)
            if flight.cancelling():
                raise asyncio.CancelledError
        # Not left to `_land`, which comes a pass later: an item that came in between would find no flight.
        self._flights.discard(flight)

    def _take(self) -> dict[Hashable, _Waiting[Item, Result]]:
        """The next batch, in the order of coming. What is in flight now is taken by the flight that holds its key."""
        free = (key for key in self._waiting if key not in self._flying)
        batch = {key: self._waiting[key] for key in islice(free, self._items_max)}
        for key in batch:
            del self._waiting[key]
        self._flying.update(batch)
        return batch

    async def _answers(self, items: list[Item]) -> Sequence[Result | Failure | _Broken]:
        try:
            results = await self._work(items)
            if len(results) != len(items):
                raise RuntimeError(f"{self._name}: {len(results)} results for {len(items)} items")
        except asyncio.CancelledError:
            return [self._interrupted()] * len(items)
        except Failure as failure:
            return [failure] * len(items)
        except Exception as error:  # noqa: BLE001 - it is the batch's, and reaches each of its callers
            return [_Broken(error, error.__traceback__)] * len(items)
        return results

    def _land(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        if self._starting is flight:
            self._starting = None
        if flight.cancelled():
            # The loop is being torn down, perhaps before the flight took its first step: nobody waits for ever.
            for waiting in self._waiting.values():
                waiting.fill(self._interrupted())
            self._waiting.clear()

    def _interrupted(self) -> Failure:
        return Failure(
            kind=Kind.BUSY,
            reason=f"{self._name}_INTERRUPTED",
            detail="The work was interrupted and may or may not be done; repeat with the same request id.",
        )

    def _full(self) -> Failure:
        return Failure(
            kind=Kind.FULL,
            reason=f"{self._name}_FULL",
            detail="As many items wait as are taken; send fewer, later.",
            facts={"waiting_max": str(self._waiting_max)},
        )


def _own_key(_item: object) -> Hashable:
    return object()

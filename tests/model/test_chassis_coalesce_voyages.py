"""Coalescing under any interleaving of callers, cancellations and outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_chassis.failures import Failure, Kind

from tests.unit.chassis_dock import Dock, coalescing, result_of, settle, start

LANDINGS = ("well", "with failures", "raise", "fail", "short", "cancel")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.just(1)),
        st.tuples(st.just("submit_all"), st.integers(0, 9)),
        st.tuples(st.just("land"), st.tuples(st.integers(0, 9), st.sampled_from(LANDINGS))),
        st.tuples(st.just("cancel"), st.integers(0, 99)),
        st.tuples(st.just("pass"), st.integers(1, 3)),
    ),
    max_size=40,
)


@dataclass
class Caller:
    items: list[int]
    task: asyncio.Task[Any]


class Voyage:
    """Plays steps against a coalescer, checking its bounds after each, and everything it promised at the end.

    With `keys`, that many keys are shared out among the items.
    """

    def __init__(self, *, items_max: int, waiting_max: int, flights_max: int, keys: int | None) -> None:
        self.dock = Dock()
        self.bounds = (items_max, waiting_max, flights_max)
        self.keys = keys
        self.coalescer = coalescing(
            self.dock,
            items_max=items_max,
            waiting_max=waiting_max,
            flights_max=flights_max,
            key=None if keys is None else self.key,
        )
        self.callers: list[Caller] = []
        self.landed: dict[int, object] = {}
        self.next_item = 0

    async def play(self, steps: list[tuple[str, Any]]) -> None:
        play: dict[str, Callable[[Any], None]] = {
            "submit": lambda _: self.begin(self.numbered(1), one=True),
            "submit_all": lambda count: self.begin(self.numbered(count), one=False),
            "land": lambda how: self.land(*how),
            "cancel": self.cancel,
        }
        for name, argument in steps:
            if name == "pass":
                for _ in range(argument):
                    await asyncio.sleep(0)
            else:
                play[name](argument)
            assert len(self.dock.in_flight) <= self.bounds[2]
            flying = [self.key(item) for flight in self.dock.in_flight for item in self.dock.batches[flight]]
            assert len(set(flying)) == len(flying)
        while True:
            await settle()
            if not self.dock.in_flight:
                break
            self.land(0, "well")
        await self.coalescer.drain()

    def key(self, item: int) -> int:
        return item if self.keys is None else item % self.keys

    def numbered(self, count: int) -> list[int]:
        self.next_item += count
        return list(range(self.next_item - count, self.next_item))

    def begin(self, items: list[int], *, one: bool) -> None:
        submitted = self.coalescer.submit(items[0]) if one else self.coalescer.submit_all(items)
        self.callers.append(Caller(items, start(submitted)))

    def cancel(self, number: int) -> None:
        if self.callers:
            self.callers[number % len(self.callers)].task.cancel()

    def land(self, number: int, how: str) -> None:
        if not self.dock.in_flight:
            return
        flight = self.dock.in_flight[number % len(self.dock.in_flight)]
        batch, landing = self.dock.batches[flight], self.dock.landings[flight]
        results: list[Any] = [result_of(item) for item in batch]
        if how == "with failures":
            results[::2] = [Failure(kind=Kind.STALE, reason=f"ITEM_{item}", detail="d") for item in batch[::2]]
        if how in {"well", "with failures"}:
            landing.set_result(results)
        elif how == "short":
            landing.set_result(results[:-1])
            results = [RuntimeError] * len(batch)
        elif how == "cancel":
            landing.cancel()
            results = ["TEST_INTERRUPTED"] * len(batch)
        else:
            error = ZeroDivisionError() if how == "raise" else Failure(kind=Kind.PEER, reason="NO_PEER", detail="d")
            landing.set_exception(error)
            results = [ZeroDivisionError if how == "raise" else error] * len(batch)
        self.landed.update(zip(batch, results, strict=True))

    def judge(self) -> None:
        worked_on = [item for batch in self.dock.batches for item in batch]
        assert all(1 <= len(batch) <= self.bounds[0] for batch in self.dock.batches)
        assert len(set(worked_on)) == len(worked_on)
        if self.keys is None:
            # In the order they came: flights take from one queue.
            assert sorted(worked_on) == worked_on
        for caller in self.callers:
            assert caller.task.done()
            if not caller.task.cancelled():
                self.judge_answers(caller)

    def judge_answers(self, caller: Caller) -> None:
        error = caller.task.exception()
        expected = [self.outcomes(item) for item in caller.items]
        if error is not None and not isinstance(error, Failure):
            assert any(type(error) in possible for possible in expected)
            return
        answers = [error] if error is not None else caller.task.result()
        answers = answers if isinstance(answers, list) else [answers]
        for possible, got in zip(expected, answers, strict=True):
            assert got in possible or getattr(got, "reason", None) in possible

    def outcomes(self, item: int) -> list[object]:
        """What may be told of an item: what came of it, of the one it joined, or that it was full."""
        if item in self.landed:
            return [self.landed[item]]
        joined = [other for other in self.landed if other < item and self.key(other) == self.key(item)]
        return ["TEST_FULL", *(self.landed[max(joined)] for _ in joined[:1])]


@settings(max_examples=300)
@given(
    steps=STEPS,
    items_max=st.integers(1, 4),
    waiting_max=st.integers(1, 8),
    flights_max=st.integers(1, 3),
    keys=st.none() | st.integers(1, 6),
)
def test_any_interleaving_keeps_every_promise(
    steps: list[tuple[str, Any]], items_max: int, waiting_max: int, flights_max: int, keys: int | None
) -> None:
    async def sail() -> None:
        voyage = Voyage(items_max=items_max, waiting_max=waiting_max, flights_max=flights_max, keys=keys)
        await voyage.play(steps)
        voyage.judge()

    asyncio.run(sail())

"""Work for a coalescer that stays in flight until the test lands it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.failures import Failure

Results = Sequence[str | Failure]


def result_of(item: int) -> str:
    """What an item comes to when its batch lands well."""
    return f"result of {item}"


@dataclass
class Dock:
    """Remembers every batch it was given, and holds each until it is landed."""

    batches: list[list[int]] = field(default_factory=list)
    landings: list[asyncio.Future[Results]] = field(default_factory=list)

    async def work(self, batch: list[int]) -> Results:
        """The work of the coalescer under test."""
        self.batches.append(batch)
        landing: asyncio.Future[Results] = asyncio.get_running_loop().create_future()
        self.landings.append(landing)
        return await landing

    @property
    def in_flight(self) -> list[int]:
        """The numbers of the batches that have not landed."""
        return [number for number, landing in enumerate(self.landings) if not landing.done()]

    def land(self, number: int = -1) -> None:
        """Land one batch, each of its items with its result."""
        self.landings[number].set_result([result_of(item) for item in self.batches[number]])


def coalescing(
    dock: Dock,
    *,
    items_max: int = 3,
    waiting_max: int = 5,
    flights_max: int = 1,
    further_flight_items_min: int = 1,
    key: Callable[[int], Hashable] | None = None,
) -> Coalescer[int, str]:
    """A coalescer named test whose work is the dock's."""
    return Coalescer(
        dock.work,
        name="test",
        items_max=items_max,
        waiting_max=waiting_max,
        flights_max=flights_max,
        further_flight_items_min=further_flight_items_min,
        key=key,
    )


def start(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Have a caller of its own wait for it."""
    return asyncio.create_task(coroutine)


async def settle() -> None:
    """Let everything run that can run now."""
    for _ in range(12):
        await asyncio.sleep(0)

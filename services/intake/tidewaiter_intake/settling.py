"""The last step of a batch: noting in the journal what is on the log, after it was told.

Whoever next looks at a shipment waits for it. What the answers overturned is decided again after it, since it is
this write that remembers them; should anything fail, `left_over` wakes recovery.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog
from tidewaiter_chassis.logs import traceback_fields

from tidewaiter_intake.model import Settlement, ShipmentId

log = structlog.get_logger()


class Journal(Protocol):
    """What settling needs of the journal."""

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded and what must be decided again."""
        ...


class Settling:
    """The settlements under way."""

    def __init__(
        self,
        *,
        journal: Journal,
        decide_again: Callable[[Sequence[ShipmentId]], Awaitable[Any]],
        left_over: asyncio.Event,
    ) -> None:
        self._journal = journal
        self._decide_again = decide_again
        self._left_over = left_over
        self._under_way: dict[ShipmentId, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, settlements: Sequence[Settlement], turned: set[ShipmentId]) -> None:
        """Start noting these; then decide again what they overturned."""
        task = asyncio.create_task(self._journal.settle(settlements, turned))
        concerned = [settlement.recorded.decision.shipment_id for settlement in settlements]
        self._under_way.update(dict.fromkeys(concerned, task))

        def forget(task: asyncio.Task[None]) -> None:
            for shipment_id in concerned:
                if self._under_way.get(shipment_id) is task:
                    del self._under_way[shipment_id]
            if not task.cancelled() and not task.exception() and turned:
                self._watch(asyncio.create_task(self._overturned(turned), context=contextvars.Context()))

        self._watch(task)
        task.add_done_callback(forget)

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        under_way = {self._under_way[one] for one in shipment_ids if one in self._under_way}
        if under_way:
            await asyncio.wait(under_way)

    async def drain(self) -> None:
        """Wait for all of it, also for what was overturned meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            await asyncio.sleep(0)  # the next ones are begun by callbacks

    async def _overturned(self, turned: set[ShipmentId]) -> None:
        await self._decide_again(sorted(turned))

    def _watch(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            self._left_over.set()
        elif error := task.exception():
            # Nobody waits for this answer, so it is said here; what it was about is still in the journal.
            log.error("settling failed", **traceback_fields(error))
            self._left_over.set()

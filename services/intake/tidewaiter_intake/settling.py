"""The last steps of a batch: confirming claims and noting in the journal what is on the log, after it was told.

1. confirm to eligibility the revisions that are on record, where it still holds earlier ones, and release what is
   claimed by those that are withdrawn on record
                                            (dies here: not settled; deciding again brings back the same, and confirms)
2. settle in the journal, with the shipments that must be decided again
                                            (dies here: settled; those are durable and found by recovery)
3. decide those again

Whoever next looks at a shipment waits for step 2. Should anything fail, `left_over` wakes recovery.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import structlog
from tidewaiter_chassis.logs import traceback_fields

from tidewaiter_intake.model import Confirmation, Settlement, ShipmentId

log = structlog.get_logger()


class Journal(Protocol):
    """What settling needs of the journal."""

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded and what must be decided again."""
        ...


class Peers(Protocol):
    """What settling needs of the peers."""

    async def confirm(self, confirmations: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """The shipments whose last answer eligibility no longer stands by, None where it did not answer."""
        ...

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """The same, of those that are withdrawn and claim nothing any more."""
        ...


class Settling:
    """The settlements under way."""

    def __init__(
        self,
        *,
        journal: Journal,
        peers: Peers,
        decide_again: Callable[[Sequence[ShipmentId]], Awaitable[Any]],
        left_over: asyncio.Event,
    ) -> None:
        self._journal = journal
        self._peers = peers
        self._decide_again = decide_again
        self._left_over = left_over
        self._under_way: dict[ShipmentId, asyncio.Task[set[ShipmentId]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(
        self,
        settlements: Sequence[Settlement],
        turned: set[ShipmentId],
        confirmations: Sequence[Confirmation],
        withdrawn: Sequence[Confirmation] = (),
    ) -> None:
        """Start confirming, releasing and noting these; then decide again what was overturned."""
        task = asyncio.create_task(self._settle(settlements, turned, confirmations, withdrawn))
        concerned = [settlement.recorded.decision.shipment_id for settlement in settlements]
        self._under_way.update(dict.fromkeys(concerned, task))

        def forget(task: asyncio.Task[set[ShipmentId]]) -> None:
            for shipment_id in concerned:
                if self._under_way.get(shipment_id) is task:
                    del self._under_way[shipment_id]
            if not task.cancelled() and not task.exception() and (overturned := task.result()):
                self._watch(asyncio.create_task(self._overturned(overturned), context=contextvars.Context()))

        self._watch(task)
        task.add_done_callback(forget)

    async def _settle(
        self,
        settlements: Sequence[Settlement],
        turned: set[ShipmentId],
        confirmations: Sequence[Confirmation],
        withdrawn: Sequence[Confirmation],
    ) -> set[ShipmentId]:
        """What was overturned, once the journal remembers it."""
        freed = await self._peers.confirm(confirmations) if confirmations else set()
        released = await self._peers.release(withdrawn) if withdrawn else set()
        if freed is None or released is None:
            # Wanted again, and left to recovery: deciding it again confirms or releases it, when eligibility is back.
            untold = {each.shipment_id for each in (*confirmations, *withdrawn)}
            await self._journal.settle(settlements, turned | untold)
            self._left_over.set()
            return turned
        overturned = turned | freed | released
        await self._journal.settle(settlements, overturned)
        return overturned

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

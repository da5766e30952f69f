"""What is accepted and not decided, driven to its end by the same code that decides everything.

At start: all that a crash left. Later: what waited for a silent peer, and what was decided
without risk and is to be decided again now that it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.logs import traceback_fields

from tidewaiter_intake.model import Decision, Recorded, ShipmentId

log = structlog.get_logger()

PAUSE_SECONDS_MIN = 0.25
PAUSE_SECONDS_MAX = 4.0
"""Between two tries while a peer stays silent."""
LOOK_SECONDS = 30.0
"""Between two looks at the journal when nothing is known to be left: what another process left is found too."""


class Journal(Protocol):
    """What recovery needs of the journal."""

    def undecided(self, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments with causes that no decision covers, by id."""
        ...

    def degraded(self, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments decided while a service was silent, by id."""
        ...


class Desk(Protocol):
    """What recovery needs of the desk."""

    left_over: asyncio.Event

    def holds(self, shipment_id: ShipmentId) -> bool:
        """Whether the shipment is on the desk already."""
        ...

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one."""
        ...


class Recovery:
    """Looks for what is left, again and again, more slowly while peers stay silent."""

    def __init__(self, *, journal: Journal, desk: Desk, shipments_max: int, on_round: Callable[[int], None]) -> None:
        self._journal = journal
        self._desk = desk
        self._shipments_max = shipments_max
        self._on_round = on_round

    async def run(self) -> None:
        """For the life of the service; ends when cancelled."""
        pause = PAUSE_SECONDS_MIN
        while True:
            self._desk.left_over.clear()
            if await self._round_kept_alive():
                pause = PAUSE_SECONDS_MIN
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._desk.left_over.wait(), LOOK_SECONDS)
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_SECONDS_MAX)

    async def _round_kept_alive(self) -> bool:
        """A round; what nobody foresaw is for an operator to see, and must not end recovery for good."""
        try:
            return await self.round()
        except Exception as error:  # noqa: BLE001  # logged whole, and tried again after a pause
            log.error("recovery failed", **traceback_fields(error))
            return False

    async def round(self) -> bool:
        """Try each shipment that is left once; False when peers were still silent for some."""
        undecided = await self._sweep(self._journal.undecided, _is_pending)
        degraded = await self._sweep(self._journal.degraded, _is_degraded)
        return undecided and degraded

    async def _sweep(self, left: Callable[..., list[ShipmentId]], stays: Callable[[Recorded | Decision], bool]) -> bool:
        """One page after another, until a whole page shows that a peer is still silent; whether nothing stays.

        A shipment that stays by itself does not keep those behind it waiting.
        """
        after, nothing_stays = "", True
        while page := left(after=after, at_most=self._shipments_max):
            left_over = [shipment_id for shipment_id in page if not self._desk.holds(shipment_id)]
            self._on_round(len(left_over))
            try:
                results = await self._desk.decide_again(left_over)
            except Failure:
                return False  # the desk is full of fresher work; what is left stays in the journal
            staying = sum(map(stays, results))
            if staying and staying == len(results):
                return False
            nothing_stays = nothing_stays and not staying
            after = page[-1]
        return nothing_stays


def _is_pending(result: Recorded | Decision) -> bool:
    return isinstance(result, Decision)


def _is_degraded(result: Recorded | Decision) -> bool:
    return isinstance(result, Decision) or result.decision.degraded

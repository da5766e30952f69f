"""RedecideShipments: decided again by all that is known now, when something changed that no filing says.

1. Remember in the journal that they are wanted again  (dies here: recovery decides them)
2. Have them decided as any other                      (`desk`)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import errors, reveal
from tidewaiter_intake.model import Decision, Recorded, Settlement, ShipmentId


class Journal(Protocol):
    """What this verb needs of the journal."""

    def known(self, shipment_ids: Iterable[ShipmentId]) -> list[ShipmentId]:
        """Those of them that there are."""
        ...

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded and what must be decided again."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one."""
        ...


class Redecide:
    """The verb; one for the life of the service."""

    def __init__(self, *, journal: Journal, desk: Desk) -> None:
        self._journal = journal
        self._desk = desk

    async def shipments(self, shipment_ids: Sequence[ShipmentId]) -> list[Decision | Failure]:
        """The decision that now stands on each, as a filer may see it, in order; SHIPMENT_NOT_FOUND for one unknown.

        Failure FULL, DESK_FULL, when too many wait: they are remembered, and recovery decides them.
        """
        known = self._journal.known(shipment_ids)
        await self._journal.settle((), known)
        results = dict(zip(known, await self._desk.decide_again(known), strict=True))
        return [_told(results.get(shipment_id)) for shipment_id in shipment_ids]


def _told(result: Recorded | Decision | None) -> Decision | Failure:
    if result is None:
        return errors.shipment_not_found()
    return reveal.for_filer(result.decision if isinstance(result, Recorded) else result)

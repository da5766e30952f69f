"""CancelShipment: a shipment is withdrawn, on the log first and then from its person-day.

1. Make the request durable: the shipment moves to its next revision, which takes it out  (dies here: recovery goes on)
2. Have that recorded as a decision, WITHDRAWN, by the desk as any other                  (dies here: the same)
3. Release at eligibility what it claims, and decide again whom that turns (`settling`)   (dies here: the same)

In this order nothing is ever released twice over: what another parcel is given by 3 is taken from this one by 2. The
caller is answered after 2. A filing that comes later moves the shipment on, and it is decided like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import reveal
from tidewaiter_intake.model import Accepted, Answer, Cancellation, Decision, Recorded, ShipmentId, etag


class Journal(Protocol):
    """What this verb needs of the journal."""

    def find(self, *, shipment_id: str) -> ShipmentId | None:
        """The shipment of that id, or the elder one that it was united with."""
        ...

    async def cancel(self, asked: Cancellation) -> Accepted | Failure:
        """Make it durable, or refuse it with its reason."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one."""
        ...

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        ...


class Cancel:
    """The verb; one for the life of the service."""

    def __init__(self, *, journal: Journal, desk: Desk) -> None:
        self._journal = journal
        self._desk = desk

    async def shipment(self, asked: Cancellation) -> Answer:
        """The decision that withdraws the shipment, PENDING while audit is silent; a repeat gets the first answer.

        Should a filing open the shipment again meanwhile, the decision on that. Failure of `Journal.cancel`, before
        anything is done; DESK_FULL, when too many wait: it is durable, and recovery decides it.
        """
        elder = self._journal.find(shipment_id=asked.shipment_id)
        await self._desk.settled([asked.shipment_id, *([elder] if elder else ())])
        taken = await self._journal.cancel(asked)
        if isinstance(taken, Failure):
            raise taken
        result = taken.answered or (await self._desk.decide_again([taken.shipment_id]))[0]
        decision, receipt = (result.decision, result.receipt) if isinstance(result, Recorded) else (result, b"")
        return Answer(
            request_id=asked.request_id,
            decision=reveal.for_filer(decision),
            receipt=receipt,
            replayed=taken.replayed,
            etag=etag(taken.shipment_id, max(taken.revision, decision.revision)),
        )

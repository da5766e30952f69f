"""What the history shows of a batch of shipments, asked for under a time limit of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from tidewaiter_chassis.clock import Clock

from tidewaiter_risk.history.keys import Keyring, Parties
from tidewaiter_risk.history.record import Rows, Sighting, Windows, observe
from tidewaiter_risk.model import Past, Shipment
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.signals.history import just_under
from tidewaiter_risk.signals.value import total_of

R = TypeVar("R")

NANOS_PER_DAY = 86_400 * 1_000_000_000


class History(Protocol):
    """Where the history is kept."""

    @property
    def secret(self) -> bytes:
        """Keys the hashes of this history."""
        ...

    async def change(self, work: Callable[[Rows], R]) -> R:
        """What `work` returned, once it is committed: from then on it outlives the process."""
        ...


class Arrival(NamedTuple):
    """A shipment to be looked up, with the parties that only the history may know."""

    shipment: Shipment
    parties: Parties
    what_if: bool


class Observer:
    """Looks up and records shipments, by the windows of the live scorecard.

    What the history does not answer in time, or cannot, is None: the signals over it are missing then. It records all
    the same when it is only late, so that a repeat of the revision is answered from the record.
    """

    def __init__(self, *, history: History, scorecard: Scorecard, clock: Clock, seconds_max: float, log: Any) -> None:
        self._history = history
        self._keyring = Keyring(history.secret)
        self._bands = scorecard.value_bands
        self._windows = windows_of(scorecard)
        self._clock = clock
        self._seconds_max = seconds_max
        self._log = log

    async def pasts(self, arrivals: Sequence[Arrival]) -> list[Past | None]:
        """What the history shows of each, in order; never raises for anything the history does."""
        if not arrivals:
            return []
        today = self._clock.ns() // NANOS_PER_DAY
        sightings = [self._sighting(arrival, today) for arrival in arrivals]
        windows = self._windows
        asked = asyncio.ensure_future(self._history.change(lambda rows: observe(rows, sightings, windows, today=today)))
        asked.add_done_callback(_retrieved)
        try:
            async with asyncio.timeout(self._seconds_max):
                return list(await asyncio.shield(asked))
        except Exception as error:  # noqa: BLE001 - whatever it was, the shipments are scored without their past
            self._log.error("history did not answer", error=type(error).__name__, shipments=len(arrivals))
            return [None] * len(arrivals)

    def _sighting(self, arrival: Arrival, today: int) -> Sighting:
        shipment = arrival.shipment
        nanos, currency = total_of(shipment.items)
        return Sighting(
            shipment_id=shipment.shipment_id,
            revision=shipment.revision,
            day=today if shipment.arrival_day is None else shipment.arrival_day,
            keys=self._keyring.keys(arrival.parties),
            currency=currency,
            nanos=nanos,
            crowded=just_under(shipment, self._bands),
            arrives=shipment.arrival_day,
            what_if=arrival.what_if,
        )


def windows_of(scorecard: Scorecard) -> Windows:
    """How far each pattern of the scorecard looks."""
    days = {pattern.id: pattern.days for pattern in scorecard.patterns}
    return Windows(
        address=days["history.address"],
        names=days["history.names"],
        new_shipper=days["history.new_shipper"],
        frequency=days["history.frequency"],
        crowding=days["history.crowding"],
        split=days["history.split"],
    )


def _retrieved(asked: asyncio.Future[Any]) -> None:
    # One that fails after its caller stopped waiting must not be called forgotten.
    if not asked.cancelled():
        asked.exception()

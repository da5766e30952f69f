"""GetShipment: the merged view of a shipment with its current decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tidewaiter_intake import errors, reveal
from tidewaiter_intake.decide import AUDIT_SILENT, ELIGIBILITY_SILENT, pending
from tidewaiter_intake.keys import tracking_key
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import Case, Filing, ShipmentId, Standing


class Journal(Protocol):
    """What this verb needs of the journal."""

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand."""
        ...

    def find(
        self, *, shipment_id: str = "", join_key: str = "", filing: tuple[str, str] | None = None
    ) -> ShipmentId | None:
        """The shipment of an id, a join key or a filing; of one that was united with an elder one, that."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        ...


class Get:
    """The verb; one for the life of the service."""

    def __init__(self, *, journal: Journal, desk: Desk, read_filing: Callable[[bytes], Filing]) -> None:
        self._journal = journal
        self._desk = desk
        self._read_filing = read_filing

    async def shipment(self, *, shipment_id: str = "", tracking_number: str = "", filing: str = "") -> Standing:
        """The shipment so named (exactly one is given); Failure SHIPMENT_NOT_FOUND when there is none.

        The decision is what a filer may see, PENDING while the newest revision is not decided.
        """
        if shipment_id:
            found = self._journal.find(shipment_id=shipment_id)
        elif tracking_number:
            found = self._journal.find(join_key=tracking_key(tracking_number))
        else:
            originator_code, _, request_id = filing.partition("/")
            found = self._journal.find(filing=(originator_code, request_id))
        await self._desk.settled([found] if found else [])
        cases = self._journal.cases([found]) if found else []
        if not cases:
            raise errors.shipment_not_found()
        return standing(cases[0], self._read_filing)


def standing(case: Case, read_filing: Callable[[bytes], Filing]) -> Standing:
    """A shipment as its filers may see it: PENDING while its newest revision is not decided."""
    shipment = merge(case.shipment_id, case.revision, [read_filing(filed.content) for filed in case.filings])
    current = case.current
    if current is None or current.decision.revision < case.revision:
        # Of a withdrawal nobody is asked: only the log can be silent.
        reason = AUDIT_SILENT if case.withdrawal else ELIGIBILITY_SILENT
        return Standing(shipment, pending(shipment, reason), b"", case.filings)
    return Standing(shipment, reveal.for_filer(current.decision), current.receipt, case.filings)

"""ReleaseClaims: these shipments were withdrawn, so they count for nothing any more, and who turned by it.

For whoever recorded that they are withdrawn, after that is on record: nothing of theirs is held any longer. What they
counted for stays in the ledger's past. A repeat frees nothing more and names the turned again, for as long as any is
still to be determined again. Should a shipment be determined once more, it claims as a new one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidewaiter_eligibility.freeing import Freeing
from tidewaiter_eligibility.ledger import Ledger, LedgerChange
from tidewaiter_eligibility.model import Turned
from tidewaiter_eligibility.snapshots import Snapshots


class Releaser:
    """Releases claims of one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger
        self._snapshots = Snapshots(ledger)

    async def release(self, shipment_ids: Sequence[str], *, revisions: Sequence[int] = ()) -> list[tuple[Turned, ...]]:
        """Who turned on the days of each shipment, in order, once it is durable. The shipments differ.

        A shipment without a claim, or with one of a later revision than that given for it, changes nothing. Without
        `revisions` whatever is claimed is released. Failure BUSY or FULL as `Ledger.change`: a repeat is safe.
        """
        return (await self.release_at(shipment_ids, revisions=revisions))[0]

    async def release_at(
        self, shipment_ids: Sequence[str], *, revisions: Sequence[int] = ()
    ) -> tuple[list[tuple[Turned, ...]], str]:
        """The same, and the token of the ledger's state after it."""
        through = dict(zip(shipment_ids, revisions, strict=True)) if revisions else {}
        turned, version = await self._ledger.change(
            lambda change: (settle(change, shipment_ids, through), change.version())
        )
        return turned, self._snapshots.token(version)


def settle(change: LedgerChange, shipment_ids: Sequence[str], through: Mapping[str, int]) -> list[tuple[Turned, ...]]:
    """Free all, then name those that turned; one answer for each shipment, in order."""
    freeing = Freeing(change, shipment_ids)
    for shipment_id in shipment_ids:
        freeing.free_all(shipment_id, through_revision=through.get(shipment_id))
    freeing.keep()
    return [freeing.turned(shipment_id) for shipment_id in shipment_ids]

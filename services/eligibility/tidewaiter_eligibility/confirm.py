"""ConfirmClaims: decisions on these revisions are on record, so what was held from earlier ones is freed.

One change of the ledger for the whole batch: free all, then name those that turned. Dies before the commit: nothing
was freed, and a repeat does all of it. Dies after: a repeat frees nothing more and names the turned again, for as
long as any is still to be determined again.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_eligibility.freeing import Freeing
from tidewaiter_eligibility.ledger import Ledger, LedgerChange
from tidewaiter_eligibility.model import Confirmation, Turned
from tidewaiter_eligibility.snapshots import Snapshots


class Confirmer:
    """Confirms claims on one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger
        self._snapshots = Snapshots(ledger)

    async def confirm(self, confirmations: Sequence[Confirmation]) -> list[tuple[Turned, ...]]:
        """Who turned on the days of each confirmed shipment, in order, once it is durable. The shipments differ.

        A shipment without a claim, a revision that was confirmed before and one that no claim has reached change
        nothing. Failure BUSY or FULL as `Ledger.change`: a repeat is safe.
        """
        return (await self.confirm_at(confirmations))[0]

    async def confirm_at(self, confirmations: Sequence[Confirmation]) -> tuple[list[tuple[Turned, ...]], str]:
        """The same, and the token of the ledger's state after it."""
        turned, version = await self._ledger.change(lambda change: (settle(change, confirmations), change.version()))
        return turned, self._snapshots.token(version)


def settle(change: LedgerChange, confirmations: Sequence[Confirmation]) -> list[tuple[Turned, ...]]:
    """Free all, then name those that turned; one answer for each confirmation, in order."""
    freeing = Freeing(change, [each.shipment_id for each in confirmations])
    for each in confirmations:
        freeing.free_holds(each.shipment_id, through_revision=each.revision)
    freeing.keep()
    return [freeing.turned(each.shipment_id) for each in confirmations]

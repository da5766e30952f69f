"""ConfirmClaims: decisions on these revisions are on record, so what was held from earlier ones is freed.

One change of the ledger for the whole batch: free all, then name those that turned. Dies before the commit: nothing
was freed, and a repeat does all of it. Dies after: a repeat frees nothing more and names the turned again, for as
long as any is still to be determined again.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_eligibility.holds import counts, recount
from tidewaiter_eligibility.ledger import NOTHING, Claim, Hold, Ledger, LedgerChange
from tidewaiter_eligibility.model import Confirmation, DayKey, Turned
from tidewaiter_eligibility.turning import Turning


class Confirmer:
    """Confirms claims on one ledger."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger

    async def confirm(self, confirmations: Sequence[Confirmation]) -> list[tuple[Turned, ...]]:
        """Who turned on the days of each confirmed shipment, in order, once it is durable. The shipments differ.

        A shipment without a claim, and a revision that was confirmed before, change nothing. Failure BUSY or FULL
        as `Ledger.change`: a repeat is safe.
        """
        return await self._ledger.change(lambda change: settle(change, confirmations))


def settle(change: LedgerChange, confirmations: Sequence[Confirmation]) -> list[tuple[Turned, ...]]:
    """Free all, then name those that turned; one answer for each confirmation, in order."""
    ids = [each.shipment_id for each in confirmations]
    claims, holds, left = change.claims(ids), change.holds(ids), change.left_days(ids)
    days = {claim.key for claim in claims.values() if claim.key is not None}
    days |= {hold.key for held in holds.values() for hold in held} | {key for keys in left.values() for key in keys}
    before = change.totals(days)
    totals, kept = dict(before), dict(holds)
    for each in confirmations:
        held = holds.get(each.shipment_id, ())
        kept[each.shipment_id] = tuple(hold for hold in held if hold.until_revision > each.revision)
        if kept[each.shipment_id] != held:
            claim = claims.get(each.shipment_id)
            recount(totals, counts(claim, held), counts(claim, kept[each.shipment_id]))
    change.put_totals({key: total for key, total in totals.items() if total != before.get(key, NOTHING)})
    change.put_holds({name: kept[name] for name, held in holds.items() if kept[name] != held})
    turning = Turning(change, totals, answers=len(confirmations))
    return [
        _turned(turning, claims.get(name), holds.get(name, ()), left.get(name, ()), shipment_id=name) for name in ids
    ]


def _turned(
    turning: Turning, claim: Claim | None, held: Sequence[Hold], left: Sequence[DayKey], *, shipment_id: str
) -> tuple[Turned, ...]:
    """Of the shipment's own day, itself among them, and of those it left, by this confirmation or before."""
    own = None if claim is None else claim.key
    freed = [hold.key for hold in held if hold.key != own]
    still = turning.still_left(shipment_id, own=own, known=left, left=freed)
    named = [turning.but(key, shipment_id) for key in still]
    return turning.bounded(named if own is None else [turning.on(own), *named])

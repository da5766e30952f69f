"""A change that frees what shipments count for: taken off their person-days and orders, and who turned by it."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_eligibility.holds import counts, recount
from tidewaiter_eligibility.ledger import NOTHING, Claim, Hold, LedgerChange, lot_id
from tidewaiter_eligibility.model import DayKey, Turned
from tidewaiter_eligibility.turning import Turning


class Freeing:
    """The claims and holds of some shipments within one change: free them, `keep`, then ask who `turned`."""

    def __init__(self, change: LedgerChange, shipment_ids: Sequence[str]) -> None:
        self._change = change
        ids = [*shipment_ids, *map(lot_id, shipment_ids)]
        self._claims, self._holds = change.claims(ids), change.holds(ids)
        self._left = change.left_days(ids)
        self._dropped: set[str] = set()
        self._kept: dict[str, tuple[Hold, ...]] = {}
        self._gone: dict[str, list[DayKey]] = {}
        days = {claim.key for claim in self._claims.values() if claim.key is not None}
        days |= {hold.key for held in self._holds.values() for hold in held}
        self._before = change.totals(days | {key for keys in self._left.values() for key in keys})
        self._totals = dict(self._before)
        self._turning = Turning(change, self._totals, answers=len(shipment_ids))

    def free_holds(self, shipment_id: str, *, through_revision: int) -> None:
        """Free what is held until a revision up to this one; nothing when no claim has reached it."""
        for name in (shipment_id, lot_id(shipment_id)):
            claim, held = self._claims.get(name), self._holds.get(name, ())
            if claim is None or through_revision > claim.revision:
                continue
            kept = tuple(hold for hold in held if hold.until_revision > through_revision)
            if kept != held:
                self._free(name, claim, held, claim, kept)

    def free_all(self, shipment_id: str, *, through_revision: int | None = None) -> None:
        """Free the claim and all that is held; nothing when the claim is of a later revision than this one."""
        for name in (shipment_id, lot_id(shipment_id)):
            claim, held = self._claims.get(name), self._holds.get(name, ())
            if claim is not None and through_revision is not None and claim.revision > through_revision:
                continue
            if claim is not None or held:
                self._free(name, claim, held, None, ())
            if claim is not None:
                self._dropped.add(name)

    def keep(self) -> None:
        """Write all that was freed."""
        changed = {key: total for key, total in self._totals.items() if total != self._before.get(key, NOTHING)}
        self._change.put_totals(changed)
        if self._dropped:
            self._change.drop_claims(sorted(self._dropped))
        if self._kept:
            self._change.put_holds(self._kept)

    def turned(self, shipment_id: str) -> tuple[Turned, ...]:
        """Who turned on the shipment's own day and order, itself among them, and on those it left, now or before.

        The days that others are to be told of are kept, because the answer may be lost.
        """
        return self._turning.bounded([*self._turned(shipment_id), *self._turned(lot_id(shipment_id))])

    def _turned(self, name: str) -> list[Sequence[Turned]]:
        claim = None if name in self._dropped else self._claims.get(name)
        own = None if claim is None else claim.key
        known, left = self._left.get(name, ()), self._gone.get(name, ())
        still = self._turning.still_left(name, own=own, known=known, left=left)
        own_turned = () if own is None else (self._turning.on(own),)
        return [*own_turned, *(self._turning.but(key, name) for key in still)]

    def _free(
        self,
        shipment_id: str,
        claim: Claim | None,
        held: tuple[Hold, ...],
        stands: Claim | None,
        kept: tuple[Hold, ...],
    ) -> None:
        before, after = counts(claim, held), counts(stands, kept)
        recount(self._totals, before, after)
        self._gone[shipment_id] = [key for key in before if key not in after]
        if kept != held:
            self._kept[shipment_id] = kept

"""A change that frees what shipments count for: taken off the totals of their person-days, and who turned by it."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_eligibility.holds import counts, recount
from tidewaiter_eligibility.ledger import NOTHING, Claim, Hold, LedgerChange
from tidewaiter_eligibility.model import DayKey, Turned
from tidewaiter_eligibility.turning import Turning


class Freeing:
    """The claims and holds of some shipments within one change: free them, `keep`, then ask who `turned`."""

    def __init__(self, change: LedgerChange, shipment_ids: Sequence[str]) -> None:
        self._change = change
        self._ids = shipment_ids
        self._claims, self._holds = change.claims(shipment_ids), change.holds(shipment_ids)
        self._left = change.left_days(shipment_ids)
        self._dropped: list[str] = []
        self._kept: dict[str, tuple[Hold, ...]] = {}
        self._gone: dict[str, list[DayKey]] = {}
        days = {claim.key for claim in self._claims.values() if claim.key is not None}
        days |= {hold.key for held in self._holds.values() for hold in held}
        self._before = change.totals(days | {key for keys in self._left.values() for key in keys})
        self._totals = dict(self._before)
        self._turning = Turning(change, self._totals, answers=len(shipment_ids))

    def free_holds(self, shipment_id: str, *, through_revision: int) -> None:
        """Free what is held until a revision up to this one; nothing when no claim has reached it."""
        claim, held = self._claims.get(shipment_id), self._holds.get(shipment_id, ())
        if claim is None or through_revision > claim.revision:
            return
        kept = tuple(hold for hold in held if hold.until_revision > through_revision)
        if kept != held:
            self._free(shipment_id, claim, held, claim, kept)

    def free_all(self, shipment_id: str, *, through_revision: int | None = None) -> None:
        """Free the claim and all that is held; nothing when the claim is of a later revision than this one."""
        claim, held = self._claims.get(shipment_id), self._holds.get(shipment_id, ())
        if claim is not None and through_revision is not None and claim.revision > through_revision:
            return
        if claim is not None or held:
            self._free(shipment_id, claim, held, None, ())
        if claim is not None:
            self._dropped.append(shipment_id)

    def keep(self) -> None:
        """Write all that was freed."""
        changed = {key: total for key, total in self._totals.items() if total != self._before.get(key, NOTHING)}
        self._change.put_totals(changed)
        if self._dropped:
            self._change.drop_claims(self._dropped)
        if self._kept:
            self._change.put_holds(self._kept)

    def turned(self, shipment_id: str) -> tuple[Turned, ...]:
        """Who turned on the shipment's own day, itself among them, and on those it left, now or before.

        The days that others are to be told of are kept, because the answer may be lost.
        """
        claim = None if shipment_id in self._dropped else self._claims.get(shipment_id)
        own = None if claim is None else claim.key
        still = self._turning.still_left(
            shipment_id, own=own, known=self._left.get(shipment_id, ()), left=self._gone.get(shipment_id, ())
        )
        named = [self._turning.but(key, shipment_id) for key in still]
        return self._turning.bounded(named if own is None else [self._turning.on(own), *named])

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

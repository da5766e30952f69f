"""What one shipment counts for on each person-day: what it claims now, or what it still holds from before.

A decision on the revision before may stand on the log as a release until one on the next revision is recorded. Until
that is confirmed the shipment counts, on every person-day it claimed meanwhile, with the most that it claimed there:
what is released never passes the limit, whichever of its decisions is on the log at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_eligibility.ledger import NOTHING, Claim, Count, Hold, Total
from tidewaiter_eligibility.model import DayKey


def counts(claim: Claim | None, holds: Sequence[Hold]) -> dict[DayKey, Count]:
    """On each person-day the greatest of what is claimed and what is held."""
    counted: dict[DayKey, Count] = {}
    if claim is not None and claim.key is not None:
        counted[claim.key] = Count(claim.amount_minor, False)
    for hold in holds:
        known = counted.get(hold.key)
        counted[hold.key] = Count(hold.amount_minor if known is None else max(hold.amount_minor, known[0]), True)
    return counted


def beyond_claim(claim: Claim, holds: Sequence[Hold]) -> int:
    """By how many cents the shipment counts for more on its own person-day than it claims now."""
    held = [hold.amount_minor for hold in holds if hold.key == claim.key]
    return max(0, max(held) - claim.amount_minor) if held else 0


def held_after(former: Claim, holds: Sequence[Hold], asked: Claim) -> tuple[Hold, ...]:
    """What is held once `asked` takes the place of `former`: only what a later or greater one does not cover."""
    held = [*holds]
    if former.key is not None and former.amount_minor:
        new = Hold(key=former.key, amount_minor=former.amount_minor, until_revision=asked.revision)
        held = [hold for hold in held if hold.key != new.key or hold.amount_minor > new.amount_minor]
        # Under another law the same revision is judged again: what is held until then already may cover it.
        if not any(hold.key == new.key and hold.until_revision >= new.until_revision for hold in held):
            held.append(new)
    return held_beside(held, asked)


def held_beside(holds: Sequence[Hold], claim: Claim) -> tuple[Hold, ...]:
    """What is held that the claim itself does not cover."""
    return tuple(hold for hold in holds if hold.key != claim.key or hold.amount_minor > claim.amount_minor)


def recount(totals: dict[DayKey, Total], before: dict[DayKey, Count], after: dict[DayKey, Count]) -> None:
    """Change the totals by what one shipment counted for and counts for now. Their limits stay."""
    for key in {**before, **after}:
        old, new, total = before.get(key), after.get(key), totals.get(key, NOTHING)
        totals[key] = Total(
            total_minor=total.total_minor + (new.amount_minor if new else 0) - (old.amount_minor if old else 0),
            limit_minor=total.limit_minor,
            shipments=total.shipments + (new is not None) - (old is not None),
            holding=total.holding + (new is not None and new.is_held) - (old is not None and old.is_held),
            is_marginal=total.is_marginal,
        )

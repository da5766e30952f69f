"""What one shipment of a batch claims, on its person-day and for its order, and what becomes of it.

The claim for an order is one more claim of the shipment, under an id of its own (`ledger.lot_id`), so that all that
holds on a person-day holds for an order: it is replaced, held until confirmed, told and found turned alike.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from tidewaiter_eligibility.holds import held_after
from tidewaiter_eligibility.ledger import Claim, Hold, lot_id
from tidewaiter_eligibility.model import DayKey, EntryPath, Judgement, Shipment, Verdict
from tidewaiter_eligibility.person_day import OnePerson

_OF_LOT = Judgement(
    verdict=Verdict.ELIGIBLE,
    regime_id="",
    local_day="",
    zone="",
    value_minor=None,
    limit_minor=None,
    path=EntryPath.UNSPECIFIED,
    path_otherwise=EntryPath.UNSPECIFIED,
    reasons=(),
    reasons_otherwise=(),
    rule=None,
    person="",
    law_version="",
)
"""What is kept with the claim for an order: its rule and the law, and nothing that is kept with the shipment's own."""


def lot_claim(shipment: Shipment, judgement: Judgement, key: DayKey | None) -> Claim:
    """What the shipment claims as a lot of its order, under an id of its own."""
    assert judgement.lot is not None, "it names an order"
    return Claim(
        shipment_id=lot_id(shipment.shipment_id),
        revision=shipment.revision,
        key=key,
        amount_minor=judgement.value_minor or 0,
        told=judgement.verdict,
        judgement=replace(_OF_LOT, rule=judgement.lot.rule, law_version=judgement.law_version),
    )


def claim_of(shipment: Shipment, judgement: Judgement, person: OnePerson | None) -> Claim:
    """What the shipment claims if nothing is known of it or of its person yet."""
    return Claim(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        key=None if person is None else person.own,
        amount_minor=0 if person is None else judgement.value_minor or 0,
        told=judgement.verdict,
        judgement=replace(judgement, person="", lot=None) if judgement.person else judgement,
    )


class Step(Struct, gc=False):
    """One shipment of the batch: what it asks for, what stood and was held before, what stands and is held now.

    `is_new`: what is asked for stands. `is_told`: the answer speaks for the revision that stands.
    """

    asked: Claim
    former: Claim | None
    holds_before: tuple[Hold, ...]
    stands: Claim
    holds: tuple[Hold, ...]
    is_new: bool
    is_told: bool


def step_of(asked: Claim, former: Claim | None, holds: tuple[Hold, ...]) -> Step:
    """The step for a shipment's own claim: exactly once by its revision, and anew under another law."""
    if former is None:
        return Step(asked, None, (), asked, (), is_new=True, is_told=True)
    is_other_law = asked.judgement.law_version != former.judgement.law_version
    is_new = asked.revision > former.revision or (asked.revision == former.revision and is_other_law)
    stands = asked if is_new else former
    held = held_after(former, holds, asked) if is_new else holds
    return Step(asked, former, holds, stands, held, is_new, asked.revision >= stands.revision)


def lot_step(of_shipment: Step, asked: Claim | None, former: Claim | None, holds: tuple[Hold, ...]) -> Step | None:
    """The step for an order, which goes with that of the shipment; none when it never named one.

    An amendment that drops the order claims for none: what was claimed for the former one is held as on a day.
    """
    if former is None:
        if asked is None or not of_shipment.is_new:
            return None
        return Step(asked, None, (), asked, (), is_new=True, is_told=True)
    if not of_shipment.is_new:
        return Step(former, former, holds, former, holds, is_new=False, is_told=of_shipment.is_told)
    if asked is None:
        asked = replace(former, revision=of_shipment.asked.revision, key=None, amount_minor=0)
    return Step(asked, former, holds, asked, held_after(former, holds, asked), is_new=True, is_told=True)

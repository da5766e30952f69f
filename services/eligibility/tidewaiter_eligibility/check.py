"""CheckEligibility and BatchCheckEligibility: would this shipment pass, given the ledger as it is? Touches nothing.

Each question stands on its own: the shipment is weighed with all that counts on its person-day and for its order,
its own claim left out if it has one, and none of the others in the batch counts against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge

from msgspec.structs import replace

from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import NOTHING, Count, Ledger, LedgerState, Total, lot_id
from tidewaiter_eligibility.model import DayKey, Finding, Judgement, Shipment
from tidewaiter_eligibility.one_person import greatest, ruled, standing
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.snapshots import WHATEVER_IS_KNOWN, Snapshots, Wanted
from tidewaiter_eligibility.tell import COUNTED_IDS_MAX, DayState, OrderState, tell

_Question = tuple[str, Judgement]


class Checker:
    """Answers what-ifs under one law, on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger) -> None:
        self._law = law
        self._snapshots = Snapshots(ledger)
        self._person_days = PersonDays(ledger.secret)

    def check(self, shipments: Sequence[Shipment]) -> list[Finding]:
        """The answers, in order, all from the same state of the ledger. A shipment's id may be empty."""
        return self.check_at(shipments, WHATEVER_IS_KNOWN)[0]

    def check_exactly(self, shipments: Sequence[Shipment], snapshot: str) -> list[Finding]:
        """The answers from the state of that token, which an answer before has named."""
        return self.check_at(shipments, Wanted(at_exact_snapshot=snapshot))[0]

    def check_at(self, shipments: Sequence[Shipment], wanted: Wanted) -> tuple[list[Finding], str]:
        """The same from the state that is wanted, and its token. Failures of `Snapshots.read`."""
        judgements = [judge(shipment, law=self._law) for shipment in shipments]
        persons = [self._person_days.person(judgement) for judgement in judgements]
        orders = [self._person_days.order(judgement) for judgement in judgements]
        questions = [(shipment.shipment_id, each) for shipment, each in zip(shipments, judgements, strict=True)]

        def work(state: LedgerState) -> list[Finding]:
            if not any(persons):
                return [tell(judgement, shipment_id=name, key=None, state=None) for name, judgement in questions]
            known = ruled(state, self._person_days, judgements, persons)
            return _weigh(state, questions, standing(state, known), _orders(state, questions, orders))

        return self._snapshots.read(work, wanted)


def _orders(
    view: LedgerState, questions: Sequence[_Question], keys: Sequence[DayKey | None]
) -> Sequence[OrderState | None]:
    """What would count for the order of each shipment, which claims for it beside all others."""
    if not any(keys):
        return [None] * len(keys)
    totals = view.totals({key for key in keys if key is not None})
    own = view.counted([lot_id(name) for (name, _), key in zip(questions, keys, strict=True) if name and key in totals])
    found: list[OrderState | None] = []
    for (name, judgement), key in zip(questions, keys, strict=True):
        if key is None or judgement.lot is None:
            found.append(None)
            continue
        others = _others(totals.get(key, NOTHING), own.get(lot_id(name), {}).get(key))
        total_minor = others.total_minor + (judgement.value_minor or 0)
        found.append(OrderState(rule=judgement.lot.rule, total_minor=total_minor, shipments=others.shipments + 1))
    return found


def _weigh(
    view: LedgerState,
    questions: Sequence[_Question],
    places: Sequence[tuple[DayKey, ...]],
    orders: Sequence[OrderState | None],
) -> list[Finding]:
    """`places` are the person-days that would be one with each shipment; what counts on any of them is its person's."""
    totals = view.totals({key for place in places for key in place})
    asked = zip(questions, places, strict=True)
    own = view.counted([name for (name, _), place in asked if name and not totals.keys().isdisjoint(place)])
    ids = {key: view.first_ids(key, at_most=COUNTED_IDS_MAX) for key in totals}
    findings = []
    for (name, judgement), place, order in zip(questions, places, orders, strict=True):
        key = state = None
        if place:
            counted = own.get(name, {})
            if len(place) == 1:
                (key,) = place
                others, first_ids = _others(totals.get(key, NOTHING), counted.get(key)), ids.get(key, ())
            else:
                key = greatest(totals, place)
                others = _sum([_others(totals.get(each, NOTHING), counted.get(each)) for each in place])
                first_ids = tuple(merge(*(ids.get(each, ()) for each in place)))[:COUNTED_IDS_MAX]
            state = DayState(
                total_minor=others.total_minor + (judgement.value_minor or 0),
                shipments=others.shipments + 1,
                first_ids=first_ids,
            )
        findings.append(tell(judgement, shipment_id=name, key=key, state=state, order=order))
    return findings


def _sum(totals: Sequence[Total]) -> Total:
    total_minor, shipments = sum(each.total_minor for each in totals), sum(each.shipments for each in totals)
    return replace(NOTHING, total_minor=total_minor, shipments=shipments)


def _others(total: Total, own: Count | None) -> Total:
    """What counts on the person-day besides what the shipment itself counts for."""
    if own is None:
        return total
    return replace(total, total_minor=total.total_minor - own.amount_minor, shipments=total.shipments - 1)

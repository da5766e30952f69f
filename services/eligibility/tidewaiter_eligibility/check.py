"""CheckEligibility and BatchCheckEligibility: would this shipment pass, given the ledger as it is? Touches nothing.

Each question stands on its own: the shipment is weighed with all that counts on its person-day, its own claim
left out if it has one, and none of the others in the batch counts against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tidewaiter_eligibility.holds import Count, counts
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import NOTHING, Ledger, LedgerView, Total
from tidewaiter_eligibility.model import DayKey, Finding, Judgement, Shipment
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.tell import COUNTED_IDS_MAX, DayState, tell

_Question = tuple[str, Judgement, DayKey | None]


class Checker:
    """Answers what-ifs under one law, on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger) -> None:
        self._law = law
        self._ledger = ledger
        self._person_days = PersonDays(ledger.secret)

    def check(self, shipments: Sequence[Shipment]) -> list[Finding]:
        """The answers, in order, all from the same state of the ledger. A shipment's id may be empty."""
        questions = []
        for shipment in shipments:
            judgement = judge(shipment, law=self._law)
            questions.append((shipment.shipment_id, judgement, self._person_days.key(judgement)))
        keys = {key for _, _, key in questions if key is not None}
        if not keys:
            return [tell(judgement, shipment_id=name, key=None, state=None) for name, judgement, _ in questions]
        return self._ledger.view(lambda view: _weigh(view, questions, keys))


def _weigh(view: LedgerView, questions: Sequence[_Question], keys: set[DayKey]) -> list[Finding]:
    totals = view.totals(keys)
    own = view.claims([name for name, _, key in questions if name and key in totals])
    # Nobody holds anything on most days, and then nobody need be asked.
    held = view.holds([*own]) if any(total.holding for total in totals.values()) else {}
    ids = {key: view.first_ids(key, at_most=COUNTED_IDS_MAX) for key in totals}
    findings = []
    for name, judgement, key in questions:
        state = None
        if key is not None:
            others = _others(totals.get(key, NOTHING), counts(own.get(name), held.get(name, ())).get(key))
            state = DayState(
                total_minor=others.total_minor + (judgement.value_minor or 0),
                shipments=others.shipments + 1,
                first_ids=ids.get(key, ()),
            )
        findings.append(tell(judgement, shipment_id=name, key=key, state=state))
    return findings


def _others(total: Total, own: Count | None) -> Total:
    """What counts on the person-day besides what the shipment itself counts for."""
    if own is None:
        return total
    return replace(total, total_minor=total.total_minor - own.amount_minor, shipments=total.shipments - 1)

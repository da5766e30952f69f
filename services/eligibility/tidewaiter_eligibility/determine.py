"""DetermineEligibility: answer, and claim the value against the person-day, durably and exactly once.

One change of the ledger for the whole batch, in this order:
1. claim all: each shipment's former claim is taken off its person-day and the new one put on;
2. tell all: every verdict is read off the totals that hold after the whole batch, and kept as told;
3. name those that turned: other shipments of a touched person-day whose filers were told something else.
Dies before the commit: nothing happened, and a repeat does all of it. Dies after: the claims stand and nobody
was told; a repeat of the same revisions changes nothing, answers what holds, and names the turned again.

Exactly once by (shipment, revision): a higher revision replaces the claim, the same one is answered from what
stands, a lower one too, and is not counted as told. Under another law the same revision is judged anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import NOTHING, Claim, Ledger, LedgerChange, Total
from tidewaiter_eligibility.model import DayKey, Determined, Shipment, Turned, Verdict
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.tell import COUNTED_IDS_MAX, DayState, tell, verdict_of_day

TURNED_IN_ANSWER_MAX = 500
"""How many turned shipments one answer names; the rest is named in the answers to those."""
TURNED_IN_BATCH_MAX = 20_000
"""How many one batch names over all its answers, so that the response stays under a megabyte."""


class Determiner:
    """Determines batches of shipments under one law, on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger) -> None:
        self._law = law
        self._ledger = ledger
        self._person_days = PersonDays(ledger.secret)

    async def determine(self, shipments: Sequence[Shipment]) -> list[Determined]:
        """The answers, in order, once they are durable. The shipments differ; each has an id and a revision.

        Failure BUSY or FULL as `Ledger.change`: nothing was told, and a repeat is safe.
        """
        claims = [self.claim(shipment) for shipment in shipments]
        return await self._ledger.change(lambda change: settle(change, claims))

    def claim(self, shipment: Shipment) -> Claim:
        """What the shipment claims if nothing is known of it yet: pure."""
        judgement = judge(shipment, law=self._law)
        key = self._person_days.key(judgement)
        return Claim(
            shipment_id=shipment.shipment_id,
            revision=shipment.revision,
            key=key,
            amount_minor=judgement.value_minor or 0 if key else 0,
            told=judgement.verdict,
            judgement=replace(judgement, person="") if judgement.person else judgement,
        )


def settle(change: LedgerChange, claims: Sequence[Claim]) -> list[Determined]:
    """Claim all, tell all, and name those that turned; one answer for each claim, in order."""
    batch = _Batch(change, claims)
    batch.claim_all()
    batch.tell_all()
    return batch.answers()


class _Step(Struct, gc=False):
    """One shipment of the batch: what it asks for, what stood before, and what stands now.

    `is_new`: what is asked for stands. `is_told`: the answer speaks for the revision that stands.
    """

    asked: Claim
    former: Claim | None
    stands: Claim
    is_new: bool
    is_told: bool


class _Batch:
    def __init__(self, change: LedgerChange, claims: Sequence[Claim]) -> None:
        self._change = change
        ids = [claim.shipment_id for claim in claims]
        before = change.claims(ids)
        self._left = change.left_days(ids)
        self._steps = [_step(claim, before.get(claim.shipment_id)) for claim in claims]
        self._totals: dict[DayKey, Total] = {}
        self._turned: dict[DayKey, list[Turned]] = {}
        self._turned_max = max(1, min(TURNED_IN_ANSWER_MAX, TURNED_IN_BATCH_MAX // max(1, len(claims))))

    def claim_all(self) -> None:
        joining = [step.asked for step in self._steps if step.is_new]
        leaving = [step.former for step in self._steps if step.is_new and step.former is not None]
        touched = {claim.key for claim in (*joining, *leaving) if claim.key is not None}
        others = {step.stands.key for step in self._steps if step.stands.key is not None}
        left = {key for keys in self._left.values() for key in keys}
        self._totals = self._change.totals(touched | others | left)
        after = {key: self._totals.get(key, NOTHING) for key in touched}
        for claim in leaving:
            _count(after, claim, -1)
        for claim in joining:
            _count(after, claim, 1)
        self._change.put_totals({key: total for key, total in after.items() if total != self._totals.get(key)})
        self._totals |= after

    def tell_all(self) -> None:
        """The claims are written with what is told now, so that the turned are exactly the others."""
        told = [(step, self._verdict(step.stands)) for step in self._steps]
        self._change.put_claims(_told(step.asked, verdict) for step, verdict in told if step.is_new)
        self._change.mark_told(
            (step.stands.shipment_id, verdict)
            for step, verdict in told
            if not step.is_new and step.is_told and step.stands.told is not verdict
        )

    def answers(self) -> list[Determined]:
        told: dict[DayKey, list[str]] = defaultdict(list)
        for step in self._steps:
            if step.stands.key is not None:
                ids = told[step.stands.key]
                if step.is_told:
                    ids.append(step.stands.shipment_id)
        states = {key: self._state(key, ids) for key, ids in told.items()}
        return [self._answer(step, states) for step in self._steps]

    def _verdict(self, claim: Claim) -> Verdict:
        if claim.key is None:
            return claim.judgement.verdict
        return self._verdict_of_day(claim.key)

    def _verdict_of_day(self, key: DayKey) -> Verdict:
        total = self._totals.get(key, NOTHING)
        return verdict_of_day(total_minor=total.total_minor, limit_minor=total.limit_minor)

    def _state(self, key: DayKey, told: list[str]) -> DayState:
        total = self._totals[key]
        if total.shipments == len(told):
            # All that count on that day are told in this batch: no need to ask who they are, and none has turned.
            first = tuple(sorted(told)[:COUNTED_IDS_MAX])
            self._turned.setdefault(key, [])
        else:
            first = self._change.first_ids(key, at_most=COUNTED_IDS_MAX)
        return DayState(total_minor=total.total_minor, shipments=total.shipments, first_ids=first)

    def _answer(self, step: _Step, states: dict[DayKey, DayState]) -> Determined:
        claim = step.stands
        state = None if claim.key is None else states[claim.key]
        finding = tell(claim.judgement, shipment_id=claim.shipment_id, key=claim.key, state=state)
        return Determined(finding=finding, turned=self._turned_by(step))

    def _turned_by(self, step: _Step) -> tuple[Turned, ...]:
        own, shipment_id = step.stands.key, step.stands.shipment_id
        left = self._left_by(step) if step.former is not None else ()
        if not left and (own is None or not self._turned_on(own)):
            return ()
        days = [key for key in (own, *left) if key is not None]
        each_max = max(1, self._turned_max // len(days))
        return tuple(turned for key in days for turned in self._turned_but(key, shipment_id)[:each_max])

    def _left_by(self, step: _Step) -> list[DayKey]:
        """The days this shipment left on which others are still to be told; kept until none is.

        Kept, because the answer that names them may be lost, and then nobody else on that day need ask again.
        """
        shipment_id, own = step.stands.shipment_id, step.stands.key
        known = [key for key in self._left.get(shipment_id, ()) if key != own]
        former = step.former.key if step.is_new and step.former is not None else None
        left = [*known, former] if former is not None and former != own and former not in known else known
        still = [key for key in left if self._turned_but(key, shipment_id)]
        for key in still:
            if key not in known:
                self._change.put_left(shipment_id, key)
        for key in self._left.get(shipment_id, ()):
            if key not in still:
                self._change.forget_left(shipment_id, key)
        return still

    def _turned_on(self, key: DayKey) -> list[Turned]:
        if key not in self._turned:
            verdict = self._verdict_of_day(key)
            self._turned[key] = self._change.told_otherwise(key, verdict, at_most=self._turned_max + 1)
        return self._turned[key]

    def _turned_but(self, key: DayKey, shipment_id: str) -> list[Turned]:
        return [turned for turned in self._turned_on(key) if turned.shipment_id != shipment_id]


def _step(asked: Claim, former: Claim | None) -> _Step:
    if former is None or asked.revision > former.revision:
        is_new = True
    else:
        is_other_law = asked.judgement.law_version != former.judgement.law_version
        is_new = asked.revision == former.revision and is_other_law
    stands = asked if is_new or former is None else former
    return _Step(asked, former, stands, is_new, asked.revision >= stands.revision)


def _count(totals: dict[DayKey, Total], claim: Claim, times: int) -> None:
    if claim.key is None or claim.judgement.rule is None:
        return
    total = totals[claim.key]
    totals[claim.key] = Total(
        total_minor=total.total_minor + times * claim.amount_minor,
        limit_minor=claim.judgement.rule.limit_minor if times > 0 else total.limit_minor,
        shipments=total.shipments + times,
    )


def _told(claim: Claim, verdict: Verdict) -> Claim:
    return claim if claim.told is verdict else replace(claim, told=verdict)

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
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tidewaiter_eligibility.claiming import Step, claim_of, lot_claim, lot_step, step_of
from tidewaiter_eligibility.holds import beyond_claim, counts, held_after, held_beside, recount
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import NOTHING, Claim, Ledger, LedgerChange, Total, lot_id
from tidewaiter_eligibility.model import NO_DAY, DayKey, Determined, Shipment, Turned, Verdict
from tidewaiter_eligibility.one_person import join, ruled
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.snapshots import Snapshots
from tidewaiter_eligibility.tell import COUNTED_IDS_MAX, DayState, OrderState, tell, verdict_of_day
from tidewaiter_eligibility.turning import Turning


class Determiner:
    """Determines batches of shipments under one law, on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger) -> None:
        self._law = law
        self._ledger = ledger
        self._snapshots = Snapshots(ledger)
        self._person_days = PersonDays(ledger.secret)

    async def determine(self, shipments: Sequence[Shipment]) -> list[Determined]:
        """The answers, in order, once they are durable. The shipments differ; each has an id and a revision.

        Failure BUSY or FULL as `Ledger.change`: nothing was told, and a repeat is safe.
        """
        return (await self.determine_at(shipments))[0]

    async def determine_at(self, shipments: Sequence[Shipment]) -> tuple[list[Determined], str]:
        """The same, and the token of the ledger's state after it."""
        judgements = [judge(shipment, law=self._law) for shipment in shipments]
        persons = [self._person_days.person(judgement) for judgement in judgements]
        claims = [claim_of(*each) for each in zip(shipments, judgements, persons, strict=True)]
        lots = {
            shipment.shipment_id: lot_claim(shipment, judgement, self._person_days.order(judgement))
            for shipment, judgement in zip(shipments, judgements, strict=True)
            if judgement.lot is not None
        }

        def work(change: LedgerChange) -> tuple[list[Determined], int]:
            known = ruled(change, self._person_days, judgements, persons)
            return settle(change, join(change, claims, known), lots), change.version()

        answers, version = await self._ledger.change(work)
        return answers, self._snapshots.token(version)


def settle(change: LedgerChange, claims: Sequence[Claim], lots: Mapping[str, Claim]) -> list[Determined]:
    """Claim all, tell all, and name those that turned; one answer for each claim, in order.

    `lots` are the claims for orders of those shipments that name one.
    """
    batch = _Batch(change, claims, lots)
    batch.claim_all()
    batch.tell_all()
    return batch.answers()


class _Batch:
    def __init__(self, change: LedgerChange, claims: Sequence[Claim], lots: Mapping[str, Claim]) -> None:
        self._change = change
        before = change.claims([claim.shipment_id for claim in claims])
        # Of a shipment that is new nothing is held, no day was left, and no order is known: unless it is a lot of one
        # whose own day was forgotten before the order.
        if before or lots:
            before |= change.claims([lot_id(name) for name in before.keys() | lots.keys()])
        known = [*before]
        holds = change.holds(known) if known else {}
        self._left = change.left_days(known) if known else {}
        self._own = [
            step_of(claim, before.get(claim.shipment_id), holds.get(claim.shipment_id, ())) for claim in claims
        ]
        self._lots: dict[str, Step] = {}
        for step in self._own if lots or before else ():
            name = step.asked.shipment_id
            lot = lot_step(step, lots.get(name), before.get(lot_id(name)), holds.get(lot_id(name), ()))
            if lot is not None:
                self._lots[name] = lot
        self._steps = [*self._own, *self._lots.values()]
        self._totals: dict[DayKey, Total] = {}
        self._turning = Turning(change, self._totals, answers=len(claims))

    def claim_all(self) -> None:
        new = [step for step in self._steps if step.is_new]
        others = {step.stands.key for step in self._steps if step.stands.key is not None}
        left = {key for keys in self._left.values() for key in keys}
        held = {hold.key for step in self._steps for hold in step.holds_before}
        leaving = {step.former.key for step in new if step.former is not None and step.former.key is not None}
        totals = self._change.totals(others | left | held | leaving)
        self._totals |= totals
        # In the order of the batch, which matters where only the claims beyond the limit are denied.
        for step in self._steps:
            if step.is_new:
                self._claim(step)
            elif step.is_told:
                self._claim_again(step)
        changed = {key: total for key, total in self._totals.items() if total != totals.get(key, NOTHING)}
        self._change.put_totals(changed)

    def _claim(self, step: Step) -> None:
        claim = step.stands
        rule = claim.judgement.rule
        if rule is not None and rule.is_marginal and claim.amount_minor > self._room(step, rule.limit_minor):
            step.stands = claim = replace(claim, amount_minor=0, wanted_minor=claim.amount_minor)
            if step.former is not None:
                step.holds = held_after(step.former, step.holds_before, claim)
        if step.former is None:
            _join(self._totals, claim)
        else:
            recount(self._totals, counts(step.former, step.holds_before), counts(claim, step.holds))
            _hold_against(self._totals, claim)

    def _claim_again(self, step: Step) -> None:
        """Where only those beyond the limit are denied: whoever is asked again passes when there is room by now.

        It gives way when there is none, which is so once persons turned out to be one; what it was told holds until
        the other is on record.
        """
        claim, key = step.stands, step.stands.key
        total = NOTHING if key is None else self._totals.get(key, NOTHING)
        wanted_minor = claim.amount_minor + claim.wanted_minor
        fits = not total.is_marginal or wanted_minor <= self._room(step, total.limit_minor)
        if fits == (claim.wanted_minor == 0):
            return
        if fits:
            step.stands = replace(claim, amount_minor=wanted_minor, wanted_minor=0)
            step.holds = held_beside(step.holds, step.stands)
        else:
            step.stands = replace(claim, amount_minor=0, wanted_minor=wanted_minor)
            step.holds = held_after(claim, step.holds, step.stands)
        step.is_new = True
        recount(self._totals, counts(claim, step.holds_before), counts(step.stands, step.holds))

    def _room(self, step: Step, limit_minor: int) -> int:
        """What is left of a limit on the shipment's person-day beside all others."""
        key = step.stands.key
        assert key is not None, "what is held against a limit has a person-day"
        own = counts(step.former, step.holds_before).get(key)
        return limit_minor - self._totals.get(key, NOTHING).total_minor + (own.amount_minor if own else 0)

    def tell_all(self) -> None:
        """The claims are written with what is told now, so that the turned are exactly the others."""
        told = [(step, self._verdict(step)) for step in self._steps]
        self._change.put_claims(_told(step.stands, verdict) for step, verdict in told if step.is_new)
        holds = {step.asked.shipment_id: step.holds for step in self._steps if step.holds != step.holds_before}
        if holds:
            self._change.put_holds(holds)
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
        return [self._answer(step, self._lots.get(step.asked.shipment_id), states) for step in self._own]

    def _verdict(self, step: Step) -> Verdict:
        key = step.stands.key
        if key is None:
            return step.stands.judgement.verdict
        if step.stands.wanted_minor:
            return Verdict.NOT_ELIGIBLE
        total = self._totals.get(key, NOTHING)
        total_minor = total.total_minor - beyond_claim(step.stands, step.holds)
        return verdict_of_day(total_minor=total_minor, limit_minor=total.limit_minor)

    def _state(self, key: DayKey, told: list[str]) -> DayState:
        total = self._totals[key]
        if total.shipments == len(told) and not total.is_marginal:
            # All that count on that day are told in this batch: no need to ask who they are, and none has turned.
            first = tuple(sorted(told)[:COUNTED_IDS_MAX])
            self._turning.none_on(key)
        elif key.local_day == NO_DAY:
            first = ()
        else:
            first = self._change.first_ids(key, at_most=COUNTED_IDS_MAX)
        return DayState(total_minor=total.total_minor, shipments=total.shipments, first_ids=first)

    def _answer(self, step: Step, lot: Step | None, states: dict[DayKey, DayState]) -> Determined:
        claim = step.stands
        finding = tell(
            claim.judgement,
            shipment_id=claim.shipment_id,
            key=claim.key,
            state=_beside(step, states),
            order=None if lot is None else _order(lot, states),
        )
        holds = step.holds if lot is None else (*step.holds, *lot.holds)
        confirm_wanted = any(hold.until_revision <= step.asked.revision for hold in holds)
        named = self._turned_by(step) if lot is None else [*self._turned_by(step), *self._turned_by(lot)]
        turned = self._turning.bounded(named) if named else ()
        return Determined(finding=finding, revision=claim.revision, turned=turned, confirm_wanted=confirm_wanted)

    def _turned_by(self, step: Step) -> list[list[Turned]]:
        own, shipment_id = step.stands.key, step.stands.shipment_id
        left = self._left_by(step) if step.former is not None else ()
        if not left and (own is None or not self._turning.on(own)):
            return []
        return [self._turning.but(key, shipment_id) for key in (own, *left) if key is not None]

    def _left_by(self, step: Step) -> list[DayKey]:
        """The days this shipment left: now, or before with others still to be told."""
        shipment_id, own = step.stands.shipment_id, step.stands.key
        former = step.former.key if step.former is not None else None
        left = [] if former is None or former == own else [former]
        return self._turning.still_left(shipment_id, own=own, known=self._left.get(shipment_id, ()), left=left)


def _beside(step: Step, states: dict[DayKey, DayState]) -> DayState | None:
    """What counts by the claim that stands: less what the shipment holds beyond it, and with what it was denied."""
    claim = step.stands
    if claim.key is None:
        return None
    state, beyond_minor = states[claim.key], beyond_claim(claim, step.holds) if step.holds else 0
    if not beyond_minor and not claim.wanted_minor:
        return state
    return replace(state, total_minor=state.total_minor - beyond_minor + claim.wanted_minor)


def _order(lot: Step, states: dict[DayKey, DayState]) -> OrderState | None:
    state, rule = _beside(lot, states), lot.stands.judgement.rule
    if state is None or rule is None:
        return None
    return OrderState(rule=rule, total_minor=state.total_minor, shipments=state.shipments)


def _join(totals: dict[DayKey, Total], claim: Claim) -> None:
    """Count a shipment that counted nowhere before."""
    if claim.key is None or claim.judgement.rule is None:
        return
    total = totals.get(claim.key, NOTHING)
    totals[claim.key] = Total(
        total_minor=total.total_minor + claim.amount_minor,
        limit_minor=claim.judgement.rule.limit_minor,
        shipments=total.shipments + 1,
        holding=total.holding,
        is_marginal=claim.judgement.rule.is_marginal,
    )


def _hold_against(totals: dict[DayKey, Total], claim: Claim) -> None:
    """The day is held against the limit of the last claim on it."""
    if claim.key is not None and claim.judgement.rule is not None:
        rule = claim.judgement.rule
        totals[claim.key] = replace(totals[claim.key], limit_minor=rule.limit_minor, is_marginal=rule.is_marginal)


def _told(claim: Claim, verdict: Verdict) -> Claim:
    return claim if claim.told is verdict else replace(claim, told=verdict)

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

from tidewaiter_eligibility.holds import beyond_claim, counts, held_after, held_beside, recount
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import NOTHING, Claim, Hold, Ledger, LedgerChange, Total
from tidewaiter_eligibility.model import DayKey, Determined, Judgement, PersonDayRule, Shipment, Turned, Verdict
from tidewaiter_eligibility.one_person import join, ruled
from tidewaiter_eligibility.person_day import OnePerson, PersonDays
from tidewaiter_eligibility.snapshots import Snapshots
from tidewaiter_eligibility.tell import COUNTED_IDS_MAX, DayState, tell, verdict_of_day
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
        claims = [_claim(*each) for each in zip(shipments, judgements, persons, strict=True)]

        def work(change: LedgerChange) -> tuple[list[Determined], int]:
            known = ruled(change, self._person_days, judgements, persons)
            return settle(change, join(change, claims, known)), change.version()

        answers, version = await self._ledger.change(work)
        return answers, self._snapshots.token(version)


def settle(change: LedgerChange, claims: Sequence[Claim]) -> list[Determined]:
    """Claim all, tell all, and name those that turned; one answer for each claim, in order."""
    batch = _Batch(change, claims)
    batch.claim_all()
    batch.tell_all()
    return batch.answers()


def _claim(shipment: Shipment, judgement: Judgement, person: OnePerson | None) -> Claim:
    """What the shipment claims if nothing is known of it or of its person yet."""
    return Claim(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        key=None if person is None else person.own,
        amount_minor=0 if person is None else judgement.value_minor or 0,
        told=judgement.verdict,
        judgement=replace(judgement, person="") if judgement.person else judgement,
    )


class _Step(Struct, gc=False):
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


class _Batch:
    def __init__(self, change: LedgerChange, claims: Sequence[Claim]) -> None:
        self._change = change
        before = change.claims([claim.shipment_id for claim in claims])
        known = [*before]
        # Nothing is held and no day was left by a shipment that is new.
        holds = change.holds(known) if known else {}
        self._left = change.left_days(known) if known else {}
        self._steps = [
            _step(claim, before.get(claim.shipment_id), holds.get(claim.shipment_id, ())) for claim in claims
        ]
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
            elif step.stands.wanted_minor and step.is_told:
                self._claim_again(step)
        changed = {key: total for key, total in self._totals.items() if total != totals.get(key, NOTHING)}
        self._change.put_totals(changed)

    def _claim(self, step: _Step) -> None:
        claim = step.stands
        rule = claim.judgement.rule
        if rule is not None and rule.is_marginal and claim.amount_minor > self._room(step, rule):
            step.stands = claim = replace(claim, amount_minor=0, wanted_minor=claim.amount_minor)
            if step.former is not None:
                step.holds = held_after(step.former, step.holds_before, claim)
        if step.former is None:
            _join(self._totals, claim)
        else:
            recount(self._totals, counts(step.former, step.holds_before), counts(claim, step.holds))
            _hold_against(self._totals, claim)

    def _claim_again(self, step: _Step) -> None:
        """One that was denied alone, should there be room for it now."""
        denied = step.stands
        rule = denied.judgement.rule
        if rule is not None and denied.wanted_minor <= self._room(step, rule):
            step.stands = replace(denied, amount_minor=denied.wanted_minor, wanted_minor=0)
            step.holds = held_beside(step.holds, step.stands)
            step.is_new = True
            recount(self._totals, counts(denied, step.holds_before), counts(step.stands, step.holds))

    def _room(self, step: _Step, rule: PersonDayRule) -> int:
        """What is left of the limit on the shipment's person-day beside all others."""
        key = step.stands.key
        assert key is not None, "a rule has a person-day"
        own = counts(step.former, step.holds_before).get(key)
        total = self._totals.get(key, NOTHING)
        return rule.limit_minor - total.total_minor + (own.amount_minor if own else 0)

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
        return [self._answer(step, states) for step in self._steps]

    def _verdict(self, step: _Step) -> Verdict:
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
        else:
            first = self._change.first_ids(key, at_most=COUNTED_IDS_MAX)
        return DayState(total_minor=total.total_minor, shipments=total.shipments, first_ids=first)

    def _answer(self, step: _Step, states: dict[DayKey, DayState]) -> Determined:
        claim = step.stands
        state = None if claim.key is None else states[claim.key]
        beyond_minor = beyond_claim(claim, step.holds) if step.holds else 0
        if state is not None and (beyond_minor or claim.wanted_minor):
            state = replace(state, total_minor=state.total_minor - beyond_minor + claim.wanted_minor)
        finding = tell(claim.judgement, shipment_id=claim.shipment_id, key=claim.key, state=state)
        confirm_wanted = any(hold.until_revision <= step.asked.revision for hold in step.holds)
        return Determined(
            finding=finding, revision=claim.revision, turned=self._turned_by(step), confirm_wanted=confirm_wanted
        )

    def _turned_by(self, step: _Step) -> tuple[Turned, ...]:
        own, shipment_id = step.stands.key, step.stands.shipment_id
        left = self._left_by(step) if step.former is not None else ()
        if not left and (own is None or not self._turning.on(own)):
            return ()
        days = [key for key in (own, *left) if key is not None]
        return self._turning.bounded([self._turning.but(key, shipment_id) for key in days])

    def _left_by(self, step: _Step) -> list[DayKey]:
        """The days this shipment left: now, or before with others still to be told."""
        shipment_id, own = step.stands.shipment_id, step.stands.key
        former = step.former.key if step.former is not None else None
        left = [] if former is None or former == own else [former]
        return self._turning.still_left(shipment_id, own=own, known=self._left.get(shipment_id, ()), left=left)


def _step(asked: Claim, former: Claim | None, holds: tuple[Hold, ...]) -> _Step:
    if former is None:
        return _Step(asked, None, (), asked, (), is_new=True, is_told=True)
    is_other_law = asked.judgement.law_version != former.judgement.law_version
    is_new = asked.revision > former.revision or (asked.revision == former.revision and is_other_law)
    stands = asked if is_new else former
    held = held_after(former, holds, asked) if is_new else holds
    return _Step(asked, former, holds, stands, held, is_new, asked.revision >= stands.revision)


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

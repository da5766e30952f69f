"""AssessRisk: a shipment, a scorecard, the lists and tables in; a score, what is advised and every reason out. Pure."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tidewaiter_goods.headings import packaged_headings
from tidewaiter_goods.judge import Judge
from tidewaiter_goods.vague_model import packaged_model
from tidewaiter_goods.values import Values

from tidewaiter_risk.counterfactual import Part, advice
from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import UNSEEN, Action, Contribution, Finding, Shipment, SignalFault, Source
from tidewaiter_risk.scorecard.policy import Policies, Steps
from tidewaiter_risk.scorecard.rules import Scorecard, SignalRule
from tidewaiter_risk.scorecard.suppressions import suppressed
from tidewaiter_risk.signals import history
from tidewaiter_risk.signals.completeness import incomplete_data
from tidewaiter_risk.signals.evidence import Evidence, Look, Signal
from tidewaiter_risk.signals.filers import disagreeing_filers
from tidewaiter_risk.signals.goods import controlled_goods, doubtful_heading, vague_description
from tidewaiter_risk.signals.parties import listed_party, listed_party_by_alias, party_scan, similar_party
from tidewaiter_risk.signals.value import undervalued, value_under_threshold

SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "party.listed": listed_party,
        "party.listed_alias": listed_party_by_alias,
        "party.similar": similar_party,
        "description.vague": vague_description,
        "description.heading": doubtful_heading,
        "value.under_threshold": value_under_threshold,
        "value.undervalued": undervalued,
        "data.incomplete": incomplete_data,
        "filers.disagree": disagreeing_filers,
        "goods.controlled": controlled_goods,
        "history.address": history.crowded_address,
        "history.names": history.many_names,
        "history.new_shipper": history.new_shipper,
        "history.frequency": history.frequent_consignee,
        "history.crowding": history.crowded_values,
        "history.split": history.split_order,
    }
)
"""Every signal of this release, by the id under which the scorecard weighs it."""

_NANOS_PER_MS = 1_000_000
_PLANS_MAX = 1_024
_Plan = tuple[Steps, tuple[tuple[SignalRule, Look, int], ...]]
"""The thresholds, and each signal with how it counts and how many nanoseconds it may take."""


class Assessor:
    """Scores shipments by one scorecard and one set of lists and tables, which never change under it.

    A new scorecard or new lists make a new assessor; the old one goes on answering from what it began with.
    `now` tells nanoseconds that only ever rise, for the time that a signal takes.
    """

    def __init__(
        self,
        *,
        scorecard: Scorecard,
        lists: ListSet,
        descriptions_cached_max: int,
        values: Values | None = None,
        signals: Mapping[str, Signal] = SIGNALS,
        now: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        headings = packaged_headings()
        model = packaged_model(headings.knows)
        judge = Judge(scorecard.vague_terms, model=model, headings=headings, cached_max=descriptions_cached_max)
        evidence = Evidence(
            scorecard=scorecard,
            lists=lists,
            parties=party_scan(lists),
            vagueness=judge.judge,
            headings=headings,
            values=values,
        )
        self.scorecard = scorecard
        self._lists = lists.versions
        self._policies = Policies(scorecard)
        self._looks = {rule: signals[rule.id](rule, evidence) for rule in scorecard.signals}
        self._plans: dict[object, _Plan] = {}
        self._now = now

    def assess(self, shipment: Shipment) -> Finding:
        """The finding on one shipment: the same for the same shipment, scorecard, lists and tables, always.

        Never raises for any shipment: a signal that breaks, or twice takes longer than its budget, is reported as
        missing, with the points that the scorecard gives for that, and named in `faults`. A look cannot be cut short:
        what is bounded is what it looks at, and an answer that comes too late is thrown away.
        """
        steps, looks = self._plan(shipment)
        contributions: list[Contribution] = []
        parts: list[Part] = []
        faults: list[SignalFault] = []
        score, now, suppressions = 0, self._now, self.scorecard.suppressions
        ended = now()
        for rule, look, budget in looks:
            # The clock is read once a signal: one begins where the one before it ended.
            began = ended
            try:
                contribution = look(shipment)
                ended = now()
                if ended - began > budget:
                    # Looks change nothing, so it is asked once more: a machine that stood still blames no signal.
                    began = ended
                    contribution = look(shipment)
                    ended = now()
                    if ended - began > budget:
                        faults.append(SignalFault(signal=rule.id, error="Late", place=""))
                        contribution = rule.missing(f"it took longer than {rule.budget_ms} ms, twice")
            except Exception as error:  # noqa: BLE001 - whatever broke, the rest still counts and this one raises
                faults.append(_fault(rule.id, error))
                contribution = rule.missing(f"it broke with {type(error).__name__}")
                ended = now()
            if contribution is not None:
                if suppressions:
                    contribution = suppressed(contribution, shipment, suppressions)
                contributions.append(contribution)
                parts.append(_part(contribution, rule))
                score += contribution.points
        action, counterfactual = advice(tuple(parts), steps)
        return Finding(
            score=score,
            action=action,
            contributions=tuple(contributions),
            scorecard_version=self.scorecard.version,
            lists=self._lists,
            counterfactual=counterfactual,
            faults=tuple(faults),
        )

    def _plan(self, shipment: Shipment) -> _Plan:
        day = shipment.arrival_day
        key = (self._policies.period(day), shipment.mode, shipment.filer_types)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) == _PLANS_MAX:
                self._plans.clear()
            rules = self._policies.rules_on(day)
            looks = tuple((rule, self._looks[rule], rule.budget_ms * _NANOS_PER_MS) for rule in rules)
            plan = self._plans[key] = (self._policies.steps(day, shipment.mode, shipment.filer_types), looks)
        return plan


def _part(contribution: Contribution, rule: SignalRule) -> Part:
    """What a contribution brings to the advice: nothing when its points were taken away or it only abstains."""
    reason, floor = contribution.reason, Action.NONE
    if reason.code in UNSEEN:
        floor = rule.missing_floor
    elif contribution.points:
        floor = max(rule.floor, contribution.floor)
    return Part(contribution.signal, contribution.points, floor, reason.source is Source.DATA_QUALITY)


def _fault(signal: str, error: Exception) -> SignalFault:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return SignalFault(signal=signal, error=type(error).__name__, place=place)

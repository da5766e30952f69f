"""AssessRisk: a shipment, a scorecard and the lists in; a score, what is advised and every reason out. Pure."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tidewaiter_risk.descriptions import DescriptionJudge
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.model import Action, Contribution, Finding, ReasonCode, Shipment, SignalFault
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.signals.completeness import incomplete_data
from tidewaiter_risk.signals.evidence import Evidence, Signal
from tidewaiter_risk.signals.filers import disagreeing_filers
from tidewaiter_risk.signals.goods import vague_description
from tidewaiter_risk.signals.parties import listed_party, listed_party_by_alias
from tidewaiter_risk.signals.value import value_under_threshold

SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "party.listed": listed_party,
        "party.listed_alias": listed_party_by_alias,
        "description.vague": vague_description,
        "value.under_threshold": value_under_threshold,
        "data.incomplete": incomplete_data,
        "filers.disagree": disagreeing_filers,
    }
)
"""Every signal of this release, by the id under which the scorecard weighs it."""


class Assessor:
    """Scores shipments by one scorecard and one set of lists, which never change under it.

    A new scorecard or new lists make a new assessor; the old one goes on answering from what it began with.
    """

    def __init__(
        self,
        *,
        scorecard: Scorecard,
        index: NameIndex,
        descriptions_cached_max: int,
        signals: Mapping[str, Signal] = SIGNALS,
    ) -> None:
        judge = DescriptionJudge(scorecard.vague_terms, descriptions_cached_max=descriptions_cached_max)
        evidence = Evidence(scorecard=scorecard, index=index, vagueness=judge.judge)
        self._scorecard = scorecard
        self._lists = index.versions
        self._looks = tuple((rule, signals[rule.id](rule, evidence)) for rule in scorecard.signals)

    def assess(self, shipment: Shipment) -> Finding:
        """The finding on one shipment: the same for the same shipment, scorecard and lists, always.

        Never raises for any shipment: a signal that breaks is reported as missing, with the points that the
        scorecard gives for that, and named in `faults`.
        """
        contributions: list[Contribution] = []
        faults: list[SignalFault] = []
        floor = Action.NONE
        for rule, look in self._looks:
            try:
                contribution = look(shipment)
            except Exception as error:  # noqa: BLE001 - whatever broke, the rest still counts and this one raises
                faults.append(_fault(rule.id, error))
                contribution = rule.missing(f"it broke with {type(error).__name__}")
            if contribution is not None:
                contributions.append(contribution)
                missing = contribution.reason.code is ReasonCode.SIGNAL_MISSING
                floor = max(floor, rule.missing_floor if missing else rule.floor)
        score = sum(contribution.points for contribution in contributions)
        return Finding(
            score=score,
            action=max(floor, self._scorecard.action_at(score)),
            contributions=tuple(contributions),
            scorecard_version=self._scorecard.version,
            lists=self._lists,
            faults=tuple(faults),
        )


def _fault(signal: str, error: Exception) -> SignalFault:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return SignalFault(signal=signal, error=type(error).__name__, place=place)

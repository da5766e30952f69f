"""The gravest outcome wins, silence never releases, and filers see no targeting."""

from __future__ import annotations

import pytest
from tidewaiter_intake.decide import decide, same_substance
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import (
    DecisionId,
    EligibilityFinding,
    Outcome,
    Reason,
    ReasonCode,
    ReasonSource,
    RiskAction,
    RiskFinding,
    ShipmentId,
    Verdict,
)
from tidewaiter_intake.reveal import UNDER_REVIEW, for_filer

from tests.filings import filing

SHIPMENT = merge(ShipmentId("0" * 26), 1, [filing()])
BY_LAW = Reason(1, ReasonSource.LAW, "R01", "open", "19 USC 1321", 1)
BY_RISK = Reason(16, ReasonSource.RISK, "listed", "a listed party")
QUALITY = Reason(ReasonCode.DATA_INCOMPLETE, ReasonSource.DATA_QUALITY, "REQ-SCAN", "no scan")


def eligibility(verdict: Verdict) -> EligibilityFinding:
    return EligibilityFinding(verdict, entry_path=3, reasons=(BY_LAW,), law_version="l1", content=b"e")


def risk(action: RiskAction, *, points: int = 700) -> RiskFinding:
    return RiskFinding(action, points, (BY_RISK,), scorecard_version="s1", content=b"r")


@pytest.mark.parametrize(
    ("verdict", "action", "expected"),
    [
        (Verdict.ELIGIBLE, RiskAction.NONE, Outcome.RELEASE),
        (Verdict.NOT_ELIGIBLE, RiskAction.NONE, Outcome.ENTRY_REQUIRED),
        (Verdict.UNKNOWN, RiskAction.NONE, Outcome.REVIEW),
        (Verdict.ELIGIBLE, RiskAction.REVIEW, Outcome.REVIEW),
        (Verdict.NOT_ELIGIBLE, RiskAction.REVIEW, Outcome.REVIEW),
        (Verdict.UNKNOWN, RiskAction.REVIEW, Outcome.REVIEW),
        (Verdict.ELIGIBLE, RiskAction.HOLD, Outcome.HOLD),
        (Verdict.NOT_ELIGIBLE, RiskAction.HOLD, Outcome.HOLD),
        (Verdict.UNKNOWN, RiskAction.HOLD, Outcome.HOLD),
        (Verdict.ELIGIBLE, RiskAction.REJECT, Outcome.REJECT),
        (Verdict.NOT_ELIGIBLE, RiskAction.REJECT, Outcome.REJECT),
        (Verdict.UNKNOWN, RiskAction.REJECT, Outcome.REJECT),
    ],
)
def test_the_gravest_outcome_wins_and_the_entry_path_is_named(
    verdict: Verdict, action: RiskAction, expected: Outcome
) -> None:
    decision = decide(SHIPMENT, eligibility(verdict), risk(action))

    assert expected is decision.outcome
    assert 3 == decision.entry_path
    assert not decision.degraded


@pytest.mark.parametrize("verdict", list(Verdict))
def test_without_risk_nothing_is_released_and_the_decision_is_degraded(verdict: Verdict) -> None:
    decision = decide(SHIPMENT, eligibility(verdict), None)

    assert Outcome.REVIEW is decision.outcome
    assert decision.degraded
    assert ReasonCode.RISK_SILENT in [reason.code for reason in decision.reasons]


def test_without_eligibility_the_decision_is_pending_and_bears_no_id() -> None:
    decision = decide(SHIPMENT, None, risk(RiskAction.REJECT))

    assert Outcome.PENDING is decision.outcome
    assert "" == decision.decision_id


def test_the_reasons_of_the_graver_outcome_come_first_and_quality_last() -> None:
    held = decide(SHIPMENT, eligibility(Verdict.NOT_ELIGIBLE), risk(RiskAction.HOLD), quality=(QUALITY,))
    refused = decide(SHIPMENT, eligibility(Verdict.UNKNOWN), risk(RiskAction.REVIEW))

    assert (BY_RISK, BY_LAW, QUALITY) == held.reasons
    assert (BY_LAW, BY_RISK) == refused.reasons


def test_quality_never_changes_the_outcome() -> None:
    plain = decide(SHIPMENT, eligibility(Verdict.ELIGIBLE), risk(RiskAction.NONE))
    noted = decide(SHIPMENT, eligibility(Verdict.ELIGIBLE), risk(RiskAction.NONE), quality=(QUALITY,))

    assert plain.outcome is noted.outcome


def test_a_filer_sees_neither_score_nor_targeting_and_is_told_that_someone_looks() -> None:
    decision = decide(SHIPMENT, eligibility(Verdict.ELIGIBLE), risk(RiskAction.HOLD))

    shown = for_filer(decision)

    assert (UNDER_REVIEW, BY_LAW) == shown.reasons
    assert shown.risk is None
    assert "" == shown.scorecard_version
    assert Outcome.HOLD is shown.outcome


def test_a_filer_of_an_unremarkable_parcel_is_told_of_no_review() -> None:
    decision = decide(SHIPMENT, eligibility(Verdict.ELIGIBLE), risk(RiskAction.NONE))

    assert (BY_LAW,) == for_filer(decision).reasons


def test_decisions_of_one_substance_are_told_from_others_by_every_part_that_matters() -> None:
    decision = decide(SHIPMENT, eligibility(Verdict.ELIGIBLE), risk(RiskAction.NONE))

    assert same_substance(decision, decision._replace(decided_at_ns=7, trace_id="t", decision_id=DecisionId("d")))
    for change in (
        {"revision": 2},
        {"outcome": Outcome.REVIEW},
        {"entry_path": 6},
        {"degraded": True},
        {"reasons": ()},
        {"eligibility": eligibility(Verdict.UNKNOWN)},
    ):
        assert not same_substance(decision, decision._replace(**change))

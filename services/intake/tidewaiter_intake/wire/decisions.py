"""Findings and decisions: trade.v1 to model and back."""

from __future__ import annotations

from collections.abc import Iterable

from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_intake.model import (
    Decision,
    DecisionId,
    EligibilityFinding,
    Outcome,
    Reason,
    ReasonSource,
    RiskAction,
    RiskFinding,
    ShipmentId,
    Verdict,
)
from tidewaiter_intake.wire.shipments import fill_timestamp

_SOURCES = {int(source): source for source in ReasonSource}
_VERDICTS = {int(verdict): verdict for verdict in Verdict}
_ACTIONS = {int(action): action for action in RiskAction}
_OUTCOMES = {int(outcome): outcome for outcome in Outcome}


def eligibility_from(message: trade_pb2.EligibilityFinding) -> EligibilityFinding:
    """What eligibility found; KeyError for a verdict that no release of it gives."""
    return EligibilityFinding(
        verdict=_VERDICTS[message.verdict],
        entry_path=message.entry_path,
        reasons=_reasons_from(message.reasons),
        law_version=message.law_version,
        content=message.SerializeToString(),
    )


def risk_from(message: trade_pb2.RiskFinding) -> RiskFinding:
    """What risk found; KeyError for an action that no release of it gives."""
    return RiskFinding(
        action=_ACTIONS[message.action],
        score=message.score,
        reasons=_reasons_from(c.reason for c in message.contributions if c.points),
        scorecard_version=message.scorecard_version,
        content=message.SerializeToString(),
    )


def fill_decision(message: trade_pb2.Decision, decision: Decision) -> None:
    """Write a decision, whole, into an empty message: what is shown to whom is settled before."""
    message.decision_id = decision.decision_id
    message.shipment_id = decision.shipment_id
    message.revision = decision.revision
    message.supersedes = decision.supersedes
    message.outcome = decision.outcome  # type: ignore[assignment]  # same numbers
    message.entry_path = decision.entry_path  # type: ignore[assignment]  # same numbers
    message.trace_id = decision.trace_id
    message.degraded = decision.degraded
    message.united_into = decision.united_into
    message.filings.extend(decision.filings)
    for reason in decision.reasons:
        _fill_reason(message.reasons.add(), reason)
    if decision.eligibility:
        message.eligibility.MergeFromString(decision.eligibility.content)
    if decision.risk:
        message.risk.MergeFromString(decision.risk.content)
    if decision.decided_at_ns:
        fill_timestamp(message.decided_at, decision.decided_at_ns)
    versions = message.versions
    versions.law = decision.law_version
    versions.scorecard = decision.scorecard_version
    versions.code = decision.code_version


def decision_from(message: trade_pb2.Decision) -> Decision:
    """The model of a decision."""
    decided_at = message.decided_at
    return Decision(
        shipment_id=ShipmentId(message.shipment_id),
        revision=message.revision,
        outcome=_OUTCOMES[message.outcome],
        entry_path=message.entry_path,
        reasons=_reasons_from(message.reasons),
        eligibility=eligibility_from(message.eligibility) if message.HasField("eligibility") else None,
        risk=risk_from(message.risk) if message.HasField("risk") else None,
        decision_id=DecisionId(message.decision_id),
        supersedes=message.supersedes,
        law_version=message.versions.law,
        scorecard_version=message.versions.scorecard,
        code_version=message.versions.code,
        trace_id=message.trace_id,
        decided_at_ns=decided_at.seconds * 1_000_000_000 + decided_at.nanos,
        degraded=message.degraded,
        filings=tuple(message.filings),
        united_into=ShipmentId(message.united_into),
    )


def decision_from_bytes(content: bytes) -> Decision:
    """A decision as it went to the log and as the journal keeps it."""
    return decision_from(trade_pb2.Decision.FromString(content))


def _reasons_from(messages: Iterable[trade_pb2.Reason]) -> tuple[Reason, ...]:
    return tuple(
        Reason(m.code, _SOURCES[m.source], m.rule_id, m.detail, m.citation, m.confidence, m.field) for m in messages
    )


def _fill_reason(message: trade_pb2.Reason, reason: Reason) -> None:
    message.code = reason.code  # type: ignore[assignment]  # same numbers
    message.source = reason.source  # type: ignore[assignment]  # same numbers
    message.rule_id = reason.rule_id
    message.detail = reason.detail
    message.citation = reason.citation
    message.confidence = reason.confidence  # type: ignore[assignment]  # same numbers
    message.field = reason.field

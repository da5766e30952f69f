"""The decision: findings in, decision out. Pure; no clock, no network, no disk.

When several outcomes hold, the gravest is taken, and the entry path is named beside it.
Silence never releases: without risk the outcome is REVIEW and degraded, without
eligibility it is PENDING.
"""

from __future__ import annotations

from tidewaiter_intake.model import (
    CancelReason,
    Decision,
    EligibilityFinding,
    Outcome,
    Reason,
    ReasonCode,
    ReasonSource,
    RiskAction,
    RiskFinding,
    Shipment,
    Verdict,
    Withdrawal,
)

CODE_VERSION = "decide/1"
"""Raised whenever the same findings could give another decision."""

_BY_LAW = {
    Verdict.ELIGIBLE: Outcome.RELEASE,
    Verdict.NOT_ELIGIBLE: Outcome.ENTRY_REQUIRED,
    Verdict.UNKNOWN: Outcome.REVIEW,
}
_BY_RISK = {
    RiskAction.NONE: Outcome.RELEASE,
    RiskAction.REVIEW: Outcome.REVIEW,
    RiskAction.HOLD: Outcome.HOLD,
    RiskAction.REJECT: Outcome.REJECT,
}

ENTRY_PATH_NONE = 11
"""Number of trade.v1.EntryPath: what does not come needs no entry."""
_WHY_CANCELLED = {
    CancelReason.NOT_SENT: "the parcel does not travel",
    CancelReason.FILED_IN_ERROR: "it was filed by mistake",
    CancelReason.NOT_ARRIVING: "the parcel does not arrive",
}

RISK_SILENT = Reason(
    code=ReasonCode.RISK_SILENT,
    source=ReasonSource.PROCESS,
    rule_id="risk-silent",
    detail="The risk assessment did not answer; the parcel is reviewed, and decided again when it is back.",
)
ELIGIBILITY_SILENT = Reason(
    code=ReasonCode.ELIGIBILITY_SILENT,
    source=ReasonSource.PROCESS,
    rule_id="eligibility-silent",
    detail="Eligibility did not answer; the filing is kept and decided when it is back.",
)
AUDIT_SILENT = Reason(
    code=ReasonCode.AUDIT_SILENT,
    source=ReasonSource.PROCESS,
    rule_id="audit-silent",
    detail="The decision could not be recorded yet; it is told when it is on the log.",
)


def decide(
    shipment: Shipment,
    eligibility: EligibilityFinding | None,
    risk: RiskFinding | None,
    *,
    quality: tuple[Reason, ...] = (),
) -> Decision:
    """The decision on a shipment by its two findings, None for a service that did not answer.

    `quality` are reasons about what the filers could mend; they never change the outcome.
    """
    if eligibility is None:
        return pending(shipment, ELIGIBILITY_SILENT)
    by_law = _BY_LAW[eligibility.verdict]
    by_risk = Outcome.REVIEW if risk is None else _BY_RISK[risk.action]
    risk_reasons = (RISK_SILENT,) if risk is None else risk.reasons if by_risk > Outcome.RELEASE else ()
    graver_first = (*risk_reasons, *eligibility.reasons) if by_risk > by_law else (*eligibility.reasons, *risk_reasons)
    return Decision(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        outcome=max(by_law, by_risk),
        entry_path=eligibility.entry_path,
        reasons=(*graver_first, *quality),
        eligibility=eligibility,
        risk=risk,
        law_version=eligibility.law_version,
        scorecard_version=risk.scorecard_version if risk else "",
        code_version=CODE_VERSION,
        degraded=risk is None,
        filings=shipment.filings,
    )


def withdrawn(shipment: Shipment, withdrawal: Withdrawal) -> Decision:
    """The decision that takes a shipment out: by a caller's word and no finding, so nobody is asked."""
    return Decision(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        outcome=Outcome.WITHDRAWN,
        entry_path=ENTRY_PATH_NONE,
        reasons=(_why(withdrawal),),
        code_version=CODE_VERSION,
        filings=shipment.filings,
        united_into=withdrawal.united_into,
    )


def _why(withdrawal: Withdrawal) -> Reason:
    if withdrawal.reason is None:
        return Reason(
            code=ReasonCode.UNITED,
            source=ReasonSource.PROCESS,
            rule_id="united",
            detail=f"One parcel with shipment {withdrawal.united_into}, as a later filing shows that names both: "
            "its filings are decided there.",
        )
    return Reason(
        code=ReasonCode.WITHDRAWN,
        source=ReasonSource.PROCESS,
        rule_id=f"withdrawn-{withdrawal.reason.name.lower().replace('_', '-')}",
        detail=f"Withdrawn by {withdrawal.author}: {_WHY_CANCELLED[withdrawal.reason]}.",
    )


def pending(shipment: Shipment, why: Reason) -> Decision:
    """The answer while a decision cannot be taken or recorded: durable, to be decided, without an id."""
    return Decision(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        outcome=Outcome.PENDING,
        entry_path=0,
        reasons=(why,),
        code_version=CODE_VERSION,
        filings=shipment.filings,
    )


def same_substance(one: Decision, other: Decision) -> bool:
    """Whether two decisions on one shipment say the same, so that recording the second adds nothing."""
    return (
        one.revision == other.revision
        and one.outcome == other.outcome
        and one.entry_path == other.entry_path
        and one.degraded == other.degraded
        and one.reasons == other.reasons
        and _verdict(one) == _verdict(other)
    )


def _verdict(decision: Decision) -> Verdict | None:
    return decision.eligibility.verdict if decision.eligibility else None

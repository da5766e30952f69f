"""Taking recorded decisions again from their findings, by the same pure function that took them."""

from __future__ import annotations

from tidewaiter_intake.decide import RISK_SILENT, decide
from tidewaiter_intake.model import Decision, EligibilityFinding, Facts, Mode, Outcome, Reason, RiskFinding, Shipment

_UNREAD = Facts(mode=Mode.AIR)
"""The decision is taken from the findings: nothing that is said of the parcel is looked at again."""


def quality_of(recorded: Decision) -> tuple[Reason, ...]:
    """What the filers could mend, as it was told: the reasons that neither finding gave."""
    found = set(recorded.eligibility.reasons if recorded.eligibility else ())
    found |= set(recorded.risk.reasons if recorded.risk else (RISK_SILENT,))
    return tuple(reason for reason in recorded.reasons if reason not in found)


def decide_again(recorded: Decision, eligibility: EligibilityFinding | None, risk: RiskFinding | None) -> Decision:
    """The decision on the recorded shipment by these findings; who, when and why it was asked stay as recorded."""
    if recorded.outcome is Outcome.WITHDRAWN:
        return recorded  # by somebody's word and no finding: there is nothing to run
    shipment = Shipment(
        shipment_id=recorded.shipment_id, revision=recorded.revision, facts=_UNREAD, filings=recorded.filings
    )
    taken = decide(shipment, eligibility, risk, quality=quality_of(recorded))
    return taken._replace(
        decision_id=recorded.decision_id,
        supersedes=recorded.supersedes,
        trace_id=recorded.trace_id,
        decided_at_ns=recorded.decided_at_ns,
    )

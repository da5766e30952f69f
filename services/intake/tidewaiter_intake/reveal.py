"""What a filer may see of a decision: the outcome, the entry path, the legal reasons, what it can mend.

Targeting signals, scores and list hits are for operators and auditors; the log keeps all.
"""

from __future__ import annotations

from tidewaiter_intake.model import Decision, Reason, ReasonCode, ReasonSource

UNDER_REVIEW = Reason(
    code=ReasonCode.UNDER_REVIEW,
    source=ReasonSource.PROCESS,
    rule_id="under-review",
    detail="An operator looks at the parcel; nothing need be done until asked.",
)


def for_filer(decision: Decision) -> Decision:
    """The decision without what only operators and auditors may see."""
    shown = tuple(reason for reason in decision.reasons if reason.source is not ReasonSource.RISK)
    hidden = len(shown) < len(decision.reasons)
    return decision._replace(
        risk=None,
        scorecard_version="",
        reasons=(UNDER_REVIEW, *shown) if hidden else shown,
    )

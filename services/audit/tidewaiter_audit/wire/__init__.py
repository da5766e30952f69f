"""How messages of the contract become the nouns of the log, and back."""

from __future__ import annotations

from tidewaiter_audit.wire.messages import (
    append_response,
    checkpoint_response,
    decision_response,
    name_from,
    proof_response,
    refuse_repeated,
    refuse_unknown,
    submissions_from,
    traces_from,
)

__all__ = [
    "append_response",
    "checkpoint_response",
    "decision_response",
    "name_from",
    "proof_response",
    "refuse_repeated",
    "refuse_unknown",
    "submissions_from",
    "traces_from",
]

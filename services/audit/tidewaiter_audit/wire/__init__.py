"""How messages of the contract become the nouns of the log, and back."""

from __future__ import annotations

from tidewaiter_audit.wire.keeping import (
    bound_from,
    erasure_from,
    erasure_response,
    history_response,
    matcher_of,
    retention_response,
)
from tidewaiter_audit.wire.messages import append_response, submissions_from, traces_from
from tidewaiter_audit.wire.reading import (
    checkpoint_response,
    conditions_from,
    continuation_response,
    decision_response,
    hits_max_from,
    name_from,
    names_from,
    page_response,
    proof_response,
    proofs_response,
    sighting_response,
)
from tidewaiter_audit.wire.refusals import refuse_repeated, refuse_unknown

__all__ = [
    "append_response",
    "bound_from",
    "checkpoint_response",
    "conditions_from",
    "continuation_response",
    "decision_response",
    "erasure_from",
    "erasure_response",
    "history_response",
    "hits_max_from",
    "matcher_of",
    "name_from",
    "names_from",
    "page_response",
    "proof_response",
    "proofs_response",
    "refuse_repeated",
    "refuse_unknown",
    "retention_response",
    "sighting_response",
    "submissions_from",
    "traces_from",
]

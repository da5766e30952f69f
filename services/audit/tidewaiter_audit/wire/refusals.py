"""What is refused before any work."""

from __future__ import annotations

from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_chassis import validation

from tidewaiter_audit import errors


def refuse_unknown(request: audit.AppendDecisionsRequest) -> None:
    """Failure NOT_READY, CONTRACT_NEWER, when a newer caller says more than this release could write down.

    It would otherwise be lost without a word, and the leaf would be signed as if it were all.
    """
    bytes_before = request.ByteSize()
    request.DiscardUnknownFields()
    if request.ByteSize() != bytes_before:
        raise errors.contract_newer()


def refuse_repeated(request: audit.AppendDecisionsRequest) -> None:
    """Failure DECISION_ID_REPEATED naming every record whose decision stands in the batch before."""
    validation.refuse_repeated(
        [record.decision.decision_id for record in request.records],
        field="records[{}].decision.decision_id",
        code="DECISION_ID_REPEATED",
        remedy="Give each decision once.",
    )

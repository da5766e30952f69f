"""What is refused before any work."""

from __future__ import annotations

from google.protobuf.message import Message
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_audit import errors


def refuse_invalid(request: Message) -> None:
    """Failure INVALID naming every broken rule of the request itself."""
    broken = validation.check(request)
    if broken:
        raise invalid(*broken)


def refuse_unknown(request: audit.AppendDecisionsRequest) -> None:
    """Failure NOT_READY, CONTRACT_NEWER, when a newer caller says more than this release could write down.

    It would otherwise be lost without a word, and the leaf would be signed as if it were all.
    """
    bytes_before = request.ByteSize()
    request.DiscardUnknownFields()
    if request.ByteSize() != bytes_before:
        raise errors.contract_newer()


def refuse_repeated(request: audit.AppendDecisionsRequest) -> None:
    """Failure INVALID naming every decision_id that stands twice in a batch."""
    names = [record.decision.decision_id for record in request.records]
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    repeated = []
    for index, name in enumerate(names):
        # Records without an id are refused one by one, for that.
        if name and name in seen:
            repeated.append(
                Violation(
                    field=f"records[{index}].decision.decision_id",
                    code="DECISION_ID_REPEATED",
                    message="it stands twice in this batch: give each decision once",
                )
            )
        seen.add(name)
    if repeated:
        raise invalid(*repeated)

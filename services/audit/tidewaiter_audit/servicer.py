"""How the wire meets the verbs of audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.traces import Tracing
from tidewaiter_chassis.unserved import unserved

from tidewaiter_audit import spans, wire
from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.model import Recorded


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(self, *, log: DecisionLog, reader: DecisionReader, tracing: Tracing) -> None:
        self._log = log
        self._reader = reader
        self._tracing = tracing

    async def AppendDecisions(
        self, request: audit_pb2.AppendDecisionsRequest, context: Any
    ) -> audit_pb2.AppendDecisionsResponse:
        """Up to 1,000 decisions; a bad one is answered with what is wrong with it, and the others are recorded."""
        validation.refuse_invalid(request)
        wire.refuse_repeated(request)
        wire.refuse_unknown(request)
        traced = wire.traces_from(request)
        with BatchSpans(self._tracing, "audit.append") as batch:
            for decision in traced:
                batch.begin(decision.place, decision.traceparent)
            results = await self._log.append(wire.submissions_from(request))
            for decision in traced:
                spans.end(batch, decision, results[decision.place])
        _raise_if_shared(results)
        return wire.append_response(results)

    async def GetDecision(self, request: audit_pb2.GetDecisionRequest, context: Any) -> audit_pb2.GetDecisionResponse:
        """One decision, by its id or its leaf's index, as its leaf has it."""
        return wire.decision_response(self._reader.get(wire.name_from(request)))

    async def GetProof(self, request: audit_pb2.GetProofRequest, context: Any) -> audit_pb2.GetProofResponse:
        """A receipt at the newest checkpoint."""
        return wire.proof_response(self._reader.get(wire.name_from(request)))

    async def GetCheckpoint(
        self, request: audit_pb2.GetCheckpointRequest, context: Any
    ) -> audit_pb2.GetCheckpointResponse:
        """The newest checkpoint."""
        return wire.checkpoint_response(self._reader.checkpoint())

    ListDecisions = unserved
    WatchDecisions = unserved
    GetConsistencyProof = unserved
    ErasePersonalData = unserved


_OF_THE_CALL = frozenset({Kind.BUSY, Kind.FULL, Kind.CORRUPT, Kind.NOT_READY, Kind.INTERNAL})
"""What the log as a whole says; anything else is about one record, also when it came alone."""


def _raise_if_shared(results: Sequence[Recorded | Failure]) -> None:
    """One failure for all of a call is the call's: its status says whether to repeat, and gRPC does so itself."""
    first = results[0]
    if isinstance(first, Failure) and first.kind in _OF_THE_CALL and all(result is first for result in results):
        raise first

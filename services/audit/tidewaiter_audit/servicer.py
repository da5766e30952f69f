"""How the wire meets the verbs of audit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.traces import Tracing

from tidewaiter_audit import spans, wire
from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.consistency import ConsistencyProver
from tidewaiter_audit.erase import Eraser
from tidewaiter_audit.find import DecisionFinder
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.history import Histories
from tidewaiter_audit.model import Recorded
from tidewaiter_audit.retention import Retainer
from tidewaiter_audit.watch import DecisionWatch


class Keeping(NamedTuple):
    """The verbs about the past: that nothing of it is left out, and what of it is kept no longer."""

    histories: Histories
    eraser: Eraser
    retainer: Retainer


class AuditServicer(audit_pb2_grpc.AuditServiceServicer):
    """Converts, calls the verb, converts back."""

    def __init__(
        self,
        *,
        log: DecisionLog,
        reader: DecisionReader,
        finder: DecisionFinder,
        watch: DecisionWatch,
        consistency: ConsistencyProver,
        keeping: Keeping,
        tracing: Tracing,
    ) -> None:
        self._log = log
        self._reader = reader
        self._finder = finder
        self._watch = watch
        self._consistency = consistency
        self._keeping = keeping
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
        return wire.decision_response(self._reader.see(wire.name_from(request)))

    async def GetProof(self, request: audit_pb2.GetProofRequest, context: Any) -> audit_pb2.GetProofResponse:
        """A receipt at the newest checkpoint, or at the newest that enough witnesses have cosigned."""
        name = wire.name_from(request)
        return wire.proof_response(self._reader.get_cosigned(name) if request.cosigned else self._reader.get(name))

    async def GetCheckpoint(
        self, request: audit_pb2.GetCheckpointRequest, context: Any
    ) -> audit_pb2.GetCheckpointResponse:
        """The newest checkpoint."""
        return wire.checkpoint_response(self._reader.checkpoint())

    async def BatchGetProofs(
        self, request: audit_pb2.BatchGetProofsRequest, context: Any
    ) -> audit_pb2.BatchGetProofsResponse:
        """Up to 500 receipts at one checkpoint."""
        return wire.proofs_response(self._reader.get_all(wire.names_from(request)))

    async def ListDecisions(
        self, request: audit_pb2.ListDecisionsRequest, context: Any
    ) -> audit_pb2.ListDecisionsResponse:
        """A page of decisions."""
        conditions, hits_max = wire.conditions_from(request), wire.hits_max_from(request)
        page = self._finder.page(conditions, hits_max=hits_max, token=request.page_token)
        return wire.page_response(page, with_proofs=request.with_proofs)

    async def WatchDecisions(
        self, request: audit_pb2.WatchDecisionsRequest, context: Any
    ) -> AsyncIterator[audit_pb2.WatchDecisionsResponse]:
        """Decisions as they are published, until the caller or the service goes."""
        validation.refuse_invalid(request)
        async for sighting in self._watch.watch(request.resume_token, originator_code=request.originator_code):
            yield wire.sighting_response(sighting)

    async def GetConsistencyProof(
        self, request: audit_pb2.GetConsistencyProofRequest, context: Any
    ) -> audit_pb2.GetConsistencyProofResponse:
        """That one tree continues another."""
        validation.refuse_invalid(request)
        return wire.continuation_response(self._consistency.prove(request.older_size, request.newer_size))

    async def GetShipmentHistory(
        self, request: audit_pb2.GetShipmentHistoryRequest, context: Any
    ) -> audit_pb2.GetShipmentHistoryResponse:
        """All entries of a shipment, as a file that verifies offline."""
        validation.refuse_invalid(request)
        history = await self._keeping.histories.history(request.shipment_id, fresh=request.fresh)
        return wire.history_response(history)

    async def ErasePersonalData(
        self, request: audit_pb2.ErasePersonalDataRequest, context: Any
    ) -> audit_pb2.ErasePersonalDataResponse:
        """The personal data of a shipment or a person, for ever."""
        asked, eraser, dry = wire.erasure_from(request), self._keeping.eraser, request.validate_only
        if request.shipment_id:
            return wire.erasure_response(await eraser.erase_shipment(request.shipment_id, asked, validate_only=dry))
        erased, is_incomplete = await eraser.erase_person(wire.matcher_of(request.person), asked, validate_only=dry)
        return wire.erasure_response(erased, is_incomplete=is_incomplete)

    async def ApplyRetention(
        self, request: audit_pb2.ApplyRetentionRequest, context: Any
    ) -> audit_pb2.ApplyRetentionResponse:
        """The personal data that the policy keeps no longer, for ever."""
        retainer, before = self._keeping.retainer, wire.bound_from(request)
        retained = await retainer.apply(
            author=request.author, recorded_before=before, validate_only=request.validate_only
        )
        return wire.retention_response(retained, retainer.policy)


_OF_THE_CALL = frozenset({Kind.BUSY, Kind.FULL, Kind.CORRUPT, Kind.NOT_READY, Kind.INTERNAL})
"""What the log as a whole says; anything else is about one record, also when it came alone."""


def _raise_if_shared(results: Sequence[Recorded | Failure]) -> None:
    """One failure for all of a call is the call's: its status says whether to repeat, and gRPC does so itself."""
    first = results[0]
    if isinstance(first, Failure) and first.kind in _OF_THE_CALL and all(result is first for result in results):
        raise first

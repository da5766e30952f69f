"""The three services that intake calls: eligibility and risk at once, then audit.

A peer that does not answer is silence, an answer of None: what to make of it is decided
elsewhere. Its text is never passed on to a filer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
import structlog
from google.rpc import status_pb2
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import channel
from tidewaiter_chassis.credentials import Tls
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_intake.model import (
    Confirmation,
    Decision,
    Determined,
    Entry,
    Found,
    Question,
    Recorded,
    RiskFinding,
    Shipment,
    ShipmentId,
    Sighting,
)
from tidewaiter_intake.wire.decisions import decision_from, eligibility_from, fill_decision, risk_from
from tidewaiter_intake.wire.shipments import fill_shipment

T = TypeVar("T")
_SILENT = frozenset({Kind.PEER, Kind.BUSY, Kind.FULL, Kind.LATE})
"""Not there, not now, not in time: it will be back. Anything else is a fault that an operator must see."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the peers serve, as host:port."""

    eligibility: str
    risk: str
    audit: str


def connect(
    addresses: Addresses,
    *,
    telemetry: Telemetry,
    tls: Callable[[str], Tls | None],
    seconds: float,
    on_stop: Callable[[Callable[[], Awaitable[None]]], object],
) -> Peers:
    """The three peers, connected when first needed; `on_stop` is given what closes them.

    Every call may be repeated: claims, scores and records are idempotent by their ids.
    """

    def to(address: str, service: str) -> grpc.aio.Channel:
        opened = channel.connect(address, telemetry=telemetry, service=service, retry=True, tls=tls(address))
        on_stop(opened.close)
        return opened

    return Peers(
        eligibility=eligibility_pb2_grpc.EligibilityServiceStub(
            to(addresses.eligibility, "tidewaiter.eligibility.v1.EligibilityService")
        ),
        risk=risk_pb2_grpc.RiskServiceStub(to(addresses.risk, "tidewaiter.risk.v1.RiskService")),
        audit=audit_pb2_grpc.AuditServiceStub(to(addresses.audit, "tidewaiter.audit.v1.AuditService")),
        seconds=seconds,
    )


class Peers:
    """The peers over gRPC; each call has a deadline of its own."""

    def __init__(
        self,
        *,
        eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub,
        risk: risk_pb2_grpc.RiskServiceAsyncStub,
        audit: audit_pb2_grpc.AuditServiceAsyncStub,
        seconds: float,
    ) -> None:
        self._eligibility = eligibility
        self._risk = risk
        self._audit = audit
        self._seconds = seconds
        self._silent: set[str] = set()

    async def ask(self, questions: Sequence[Question]) -> list[Found]:
        """Ask eligibility and risk at once, under one deadline; silence is an answer of None."""
        request = eligibility_pb2.DetermineEligibilityRequest()
        for question in questions:
            determination = request.determinations.add()
            fill_shipment(determination.shipment, question.shipment)
            determination.traceparent = question.traceparent
        carried = [determination.shipment for determination in request.determinations]
        determined, assessed = await asyncio.gather(self._determine(request), self._assess(questions, carried))
        return [Found(*one) for one in zip(determined, assessed, carried, strict=True)]

    async def preview(self, questions: Sequence[Question]) -> list[Found]:
        """The same without claiming anything: what would be found."""
        request = eligibility_pb2.BatchCheckEligibilityRequest()
        for question in questions:
            fill_shipment(request.requests.add().shipment, question.shipment)
        carried = [one.shipment for one in request.requests]
        rehearsed = self._assess(questions, carried, what_if=True)
        determined, assessed = await asyncio.gather(self._check(request), rehearsed)
        return [Found(*one) for one in zip(determined, assessed, carried, strict=True)]

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        """The decisions as the log holds them, None where it did not answer."""
        request = audit_pb2.AppendDecisionsRequest()
        for entry in entries:
            record = request.records.add()
            fill_decision(record.decision, entry.decision)
            record.shipment.CopyFrom(entry.carried)
            record.traceparent = entry.traceparent
        response = await self._call("audit", self._audit.AppendDecisions, request, len(entries))
        if response is None:
            return [None] * len(entries)
        return [
            self._recorded(entry.decision, record.decision, result)
            for entry, record, result in zip(entries, request.records, response.results, strict=True)
        ]

    async def confirm(self, confirmations: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """Tell eligibility what is on record; the shipments that turned thereby, None where it did not answer."""
        request = eligibility_pb2.ConfirmClaimsRequest()
        for each in confirmations:
            request.confirmations.add(
                shipment_id=each.shipment_id, revision=each.revision, traceparent=each.traceparent
            )
        response = await self._call("eligibility", self._eligibility.ConfirmClaims, request, len(confirmations))
        if response is None:
            return None
        for result in response.results:
            if result.HasField("error"):
                _refused("eligibility", result.error)
        return {ShipmentId(turned.shipment_id) for result in response.results for turned in result.turned}

    async def watch(self, originator_code: str, resume_token: str) -> AsyncGenerator[Sighting, None]:
        """What the log tells of the decisions on one filer's filings, for as long as audit is there.

        Failure INVALID for a token that is not of this log; PEER, AUDIT_DID_NOT_ANSWER, for anything else.
        """
        request = audit_pb2.WatchDecisionsRequest(resume_token=resume_token, originator_code=originator_code)
        try:
            async with aclosing(channel.follow(self._audit.WatchDecisions, request, peer="audit")) as messages:
                async for message in messages:
                    yield _sighting_from(message)
        except Failure as failure:
            if failure.kind is not Kind.INVALID:  # the token is the watcher's
                self._note("audit", failure)
            raise

    def carried(self, shipment: Shipment) -> trade_pb2.Shipment:
        """The shipment as it goes over the wire, of one that nobody is asked about."""
        message = trade_pb2.Shipment()
        fill_shipment(message, shipment)
        return message

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """Give back what shipments claim that are withdrawn on record; the shipments that turned thereby, or None."""
        request = eligibility_pb2.ReleaseClaimsRequest(
            shipment_ids=[each.shipment_id for each in withdrawn], revisions=[each.revision for each in withdrawn]
        )
        response = await self._call("eligibility", self._eligibility.ReleaseClaims, request, asked=0)
        return None if response is None else {ShipmentId(turned.shipment_id) for turned in response.turned}

    async def _determine(self, request: eligibility_pb2.DetermineEligibilityRequest) -> list[Determined | None]:
        response = await self._call(
            "eligibility", self._eligibility.DetermineEligibility, request, len(request.determinations)
        )
        if response is None:
            return [None] * len(request.determinations)
        return [
            self._determined(asked.shipment.revision, result)
            for asked, result in zip(request.determinations, response.results, strict=True)
        ]

    async def _check(self, request: eligibility_pb2.BatchCheckEligibilityRequest) -> list[Determined | None]:
        response = await self._call(
            "eligibility", self._eligibility.BatchCheckEligibility, request, len(request.requests)
        )
        if response is None:
            return [None] * len(request.requests)
        return [self._checked(result) for result in response.results]

    async def _assess(
        self, questions: Sequence[Question], carried: Sequence[trade_pb2.Shipment], *, what_if: bool = False
    ) -> list[RiskFinding | None]:
        request = risk_pb2.AssessRiskRequest()
        for question, shipment in zip(questions, carried, strict=True):
            assessment = request.assessments.add()
            assessment.shipment.CopyFrom(shipment)
            assessment.traceparent = question.traceparent
            assessment.what_if = what_if
        response = await self._call("risk", self._risk.AssessRisk, request, len(questions))
        if response is None:
            return [None] * len(questions)
        return [self._assessed(result) for result in response.results]

    def _checked(self, result: eligibility_pb2.CheckResult) -> Determined | None:
        if not _is_known(result, result.finding.verdict):
            _refused("eligibility", result.error)
            return None
        return Determined(eligibility_from(result.finding))

    def _assessed(self, result: risk_pb2.AssessmentResult) -> RiskFinding | None:
        if not _is_known(result, result.finding.action):
            _refused("risk", result.error)
            return None
        return risk_from(result.finding)

    def _determined(self, revision: int, result: eligibility_pb2.DeterminationResult) -> Determined | None:
        if not _is_known(result, result.finding.verdict):
            _refused("eligibility", result.error)
            return None
        if result.revision != revision:
            # The ledger knows a later revision than our journal, which was put back: nothing may be released on it.
            log.error("eligibility answers another revision", asked=revision, answered=result.revision)
            return None
        turned = tuple(ShipmentId(one.shipment_id) for one in result.turned)
        return Determined(eligibility_from(result.finding), turned, result.confirm_wanted)

    def _recorded(
        self, decision: Decision, sent: trade_pb2.Decision, result: audit_pb2.AppendResult
    ) -> Recorded | None:
        if not result.HasField("recorded"):
            _refused("audit", result.error)
            return None
        receipt = result.recorded.receipt.SerializeToString()
        if result.recorded.replayed:
            first = result.recorded.decision
            return Recorded(decision_from(first), receipt, first.SerializeToString())
        return Recorded(decision, receipt, sent.SerializeToString())

    async def _call(self, peer: str, method: Callable[..., Awaitable[T]], request: object, asked: int) -> T | None:
        """The answer with one result for each item asked about, or None."""
        try:
            response = await channel.call(method, request, peer=peer, seconds=self._seconds)
        except Failure as failure:
            self._note(peer, failure)
            return None
        answered = len(getattr(response, "results", ()))
        if answered != asked:
            log.error("peer answered another number", peer=peer, asked=asked, answered=answered)
            return None
        if peer in self._silent:
            self._silent.discard(peer)
            log.info("peer answers again", peer=peer)
        return response

    def _note(self, peer: str, failure: Failure) -> None:
        if failure.kind not in _SILENT:
            log.error("peer refused a call", peer=peer, kind=failure.kind.value, reason=failure.reason)
        elif peer not in self._silent:
            self._silent.add(peer)
            log.warning("peer silent", peer=peer, reason=failure.reason)


def _sighting_from(message: audit_pb2.WatchDecisionsResponse) -> Sighting:
    return Sighting(
        resume_token=message.resume_token,
        decision=decision_from(message.decision) if message.HasField("decision") else None,
        recorded_at_ns=message.recorded_at.ToNanoseconds(),
        checkpoint=message.checkpoint,
    )


def _is_known(result: Any, answer: int) -> bool:
    """Whether a result holds a finding that says something: 0 is what a field that was not sent reads as."""
    return bool(result.HasField("finding") and answer)


def _refused(peer: str, error: status_pb2.Status) -> None:
    """A peer that refuses one item of ours has found a fault of ours: an operator must see it."""
    log.error("peer refused an item", peer=peer, code=error.code, detail=error.message)

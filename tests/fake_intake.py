"""An intake that does what its script says: a real gRPC server on loopback, without anything behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import grpc
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2


def status(
    code: int,
    reason: str,
    *,
    violations: tuple[tuple[str, str, str], ...] = (),
    retry_after_seconds: float | None = None,
) -> status_pb2.Status:
    """A status as the services send it: ErrorInfo, BadRequest, RetryInfo."""
    made = status_pb2.Status(code=code, message=f"{reason} in words")
    made.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=reason, domain="tidewaiter", metadata={"kind": "X", "fact": "f"})
    )
    if violations:
        bad = error_details_pb2.BadRequest()
        for path, rule, description in violations:
            bad.field_violations.add(field=path, reason=rule, description=description)
        made.details.add().Pack(bad)
    if retry_after_seconds is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromNanoseconds(int(retry_after_seconds * 1e9))
        made.details.add().Pack(retry)
    return made


def response(filing: trade_pb2.Filing, *, replayed: bool = False) -> intake_pb2.SubmitFilingResponse:
    """A RELEASE whose decision is named after the filing."""
    decision = trade_pb2.Decision(
        decision_id=f"{filing.request_id}-1",
        shipment_id=f"S-{filing.request_id}",
        revision=1,
        outcome=trade_pb2.OUTCOME_RELEASE,
        entry_path=trade_pb2.ENTRY_PATH_SECTION_321_MANIFEST,
    )
    return intake_pb2.SubmitFilingResponse(request_id=filing.request_id, decision=decision, replayed=replayed)


Decide = Callable[[trade_pb2.Filing], intake_pb2.FilingResult]
Abort = status_pb2.Status


@dataclass(slots=True)
class Script:
    """What to do.

    `connections` says after how many answers each stream breaks, and with what (None: it closes well); later ones hold.
    With `keeps` a stream can be resumed, by a token that is the number of filings answered; `forgets` refuses a token.
    `watches` says what each watch is told, and how it ends.
    """

    connections: list[tuple[int, Abort | None]] = field(default_factory=list)
    unary: list[Abort] = field(default_factory=list)
    watches: list[tuple[list[intake_pb2.WatchDecisionsResponse], Abort | None]] = field(default_factory=list)
    decide: Decide | None = None
    hold_answers: Event | None = None
    keeps: bool = False
    forgets: Abort | None = None


class FakeIntake(intake_pb2_grpc.IntakeServiceServicer):
    """Remembers what it was asked: `chunks` of request_ids by connection, deadlines, the first messages."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.chunks: list[list[list[str]]] = []
        self.opened: list[intake_pb2.StreamOpen] = []
        self.submitted: list[intake_pb2.SubmitFilingRequest] = []
        self.kept: list[trade_pb2.Filing] = []
        self.watched: list[intake_pb2.WatchDecisionsRequest] = []
        self.listed: list[intake_pb2.ListShipmentsRequest] = []
        self.seconds_left: list[float] = []
        self.metadata: list[dict[str, str]] = []
        self.unanswered_max = 0
        self._unanswered = 0
        self._answered: set[str] = set()
        self._lock = Lock()

    def SubmitFiling(self, request: intake_pb2.SubmitFilingRequest, context: Any) -> intake_pb2.SubmitFilingResponse:
        """Aborts as the script says, once for each entry, then answers."""
        self._note(context)
        self.submitted.append(request)
        if self.script.unary:
            context.abort_with_status(rpc_status.to_status(self.script.unary.pop(0)))
        return response(request.filing)

    def BatchSubmitFilings(
        self, request: intake_pb2.BatchSubmitFilingsRequest, context: Any
    ) -> intake_pb2.BatchSubmitFilingsResponse:
        """Answers each on its own."""
        self._note(context)
        return intake_pb2.BatchSubmitFilingsResponse(results=[self._result(each.filing) for each in request.requests])

    def GetShipment(self, request: intake_pb2.GetShipmentRequest, context: Any) -> intake_pb2.GetShipmentResponse:
        """Knows the shipment T1 and no other."""
        self._note(context)
        if request.tracking_number != "T1":
            context.abort_with_status(rpc_status.to_status(status(code_pb2.NOT_FOUND, "SHIPMENT_NOT_FOUND")))
        return intake_pb2.GetShipmentResponse(shipment=trade_pb2.Shipment(shipment_id="S1"), etag="S1-1")

    def CancelShipment(
        self, request: intake_pb2.CancelShipmentRequest, context: Any
    ) -> intake_pb2.CancelShipmentResponse:
        """Withdraws whatever is named."""
        self._note(context)
        decision = trade_pb2.Decision(shipment_id=request.shipment_id, outcome=trade_pb2.OUTCOME_WITHDRAWN)
        return intake_pb2.CancelShipmentResponse(decision=decision)

    def StreamFilings(
        self, request_iterator: Iterator[intake_pb2.StreamFilingsRequest], context: Any
    ) -> Iterator[intake_pb2.StreamFilingsResponse]:
        """Answers chunk by chunk, until the script breaks the connection."""
        self._note(context)
        with self._lock:
            self.chunks.append([])
            mine = self.chunks[-1]
            left, broken = self.script.connections.pop(0) if self.script.connections else (None, None)
        self.opened.append(next(request_iterator).open)
        if self.script.forgets is not None and self.opened[-1].resume_token:
            context.abort_with_status(rpc_status.to_status(self.script.forgets))
        if not self.opened[-1].resume_token:
            self.kept = []
        if self.script.keeps:
            yield from self._resumed(int(self.opened[-1].resume_token or 0))
        for message in request_iterator:
            self.kept += message.chunk.filings
            mine.append([filing.request_id for filing in message.chunk.filings])
            self._count(len(message.chunk.filings))
            if self.script.hold_answers is not None:
                self.script.hold_answers.wait(10)
            filings = list(message.chunk.filings)[: left if left is not None else None]
            if filings:
                is_whole = len(filings) == len(message.chunk.filings)
                yield self._answers(filings, len(self.kept) if is_whole else None)
                self._count(-len(filings))
            if left is not None:
                left -= len(filings)
                if left <= 0:
                    self._count(-self._unanswered)
                    if broken is not None:
                        context.abort_with_status(rpc_status.to_status(broken))
                    return

    def _resumed(self, answered: int) -> Iterator[intake_pb2.StreamFilingsResponse]:
        opened = intake_pb2.StreamOpened(in_flight_max=10_000, received=len(self.kept))
        yield intake_pb2.StreamFilingsResponse(resume_token=f"{answered}", answered=answered, opened=opened)
        if missed := self.kept[answered:]:
            yield self._answers(missed, len(self.kept))

    def _answers(self, filings: list[trade_pb2.Filing], answered: int | None) -> intake_pb2.StreamFilingsResponse:
        told = intake_pb2.StreamFilingsResponse(results=[self._result(filing) for filing in filings])
        if self.script.keeps and answered is not None:
            told.resume_token, told.answered = f"{answered}", answered
        return told

    def WatchDecisions(
        self, request: intake_pb2.WatchDecisionsRequest, context: Any
    ) -> Iterator[intake_pb2.WatchDecisionsResponse]:
        """Tells what the script says, and ends as it says."""
        self.watched.append(request)
        told, ending = self.script.watches.pop(0)
        yield from told
        if ending is not None:
            context.abort_with_status(rpc_status.to_status(ending))

    def ListShipments(self, request: intake_pb2.ListShipmentsRequest, context: Any) -> intake_pb2.ListShipmentsResponse:
        """Two pages of one released shipment each, T1 and T2."""
        self.listed.append(request)
        number = len(request.page_token) + 1
        page = intake_pb2.ListShipmentsResponse(next_page_token="1" if number == 1 else "")
        page.shipments.add(tracking_number=f"T{number}")
        page.decisions.add(outcome=trade_pb2.OUTCOME_RELEASE)
        return page

    def _not_in_the_script(self, request: Any, context: Any) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "the script does not expect this call")

    ListRequirements = RedecideShipments = _not_in_the_script

    def _result(self, filing: trade_pb2.Filing) -> intake_pb2.FilingResult:
        if self.script.decide is not None:
            return self.script.decide(filing)
        with self._lock:
            replayed = filing.request_id in self._answered
            self._answered.add(filing.request_id)
        return intake_pb2.FilingResult(request_id=filing.request_id, response=response(filing, replayed=replayed))

    def _count(self, more: int) -> None:
        with self._lock:
            self._unanswered += more
            self.unanswered_max = max(self.unanswered_max, self._unanswered)

    def _note(self, context: Any) -> None:
        self.seconds_left.append(context.time_remaining())
        self.metadata.append(dict(context.invocation_metadata()))


@contextmanager
def serving(script: Script | None = None, *, address: str = "127.0.0.1:0") -> Iterator[tuple[FakeIntake, str]]:
    """The fake at work, and its address."""
    fake = FakeIntake(script or Script())
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    intake_pb2_grpc.add_IntakeServiceServicer_to_server(fake, server)
    port = server.add_insecure_port(address)
    server.start()
    try:
        yield fake, f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait(5)


def filing(request_id: str, **more: Any) -> trade_pb2.Filing:
    """A filing with nothing in it but its id, unless more is given."""
    return trade_pb2.Filing(request_id=request_id, **more)

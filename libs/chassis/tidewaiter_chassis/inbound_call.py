"""One call being served: its span, its line in the log, its duration, its time limit, and how it ended."""

from __future__ import annotations

import asyncio
import math
import random
import re
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import grpc
from google.rpc import status_pb2
from opentelemetry.trace import SpanKind

from tidewaiter_chassis import answers, logs, scope, semconv, traceparent
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.scope import Scope
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.time_limit import TimeLimit

REQUEST_ID_HEADER = "x-request-id"

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)
_DEADLINE_SLACK_SECONDS = 0.005
"""The caller's clock started a moment before ours, so that its reset may arrive just before our own deadline."""
_FOR_EVER_SECONDS = 1e9
_CODE_NAMES: dict[int, str] = {code.value[0]: code.name for code in grpc.StatusCode}
_OUR_FAULT = frozenset({"UNKNOWN", "INTERNAL", "DATA_LOSS"})


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: its code ("" for the one on the context), its reason, and what is still to be told.

    `status` is None when the caller was told already, or is gone.
    """

    code: str
    reason: str | None = None
    status: status_pb2.Status | None = None


class InboundCall(Scope):
    """Made when a call arrives, ended once. `seconds` is the time it has, infinite when nobody limits it.

    While it runs it is the scope of its task.
    """

    __slots__ = ("_expired", "_limit", "_log", "_method", "_started", "_task", "_telemetry", "_time_left", "seconds")

    def __init__(
        self,
        *,
        telemetry: Telemetry,
        log: Any,
        method: str,
        context: grpc.aio.ServicerContext[Any, Any],
        limit: TimeLimit | None,
    ) -> None:
        self._started = perf_counter()
        parent, request_id = _headers(context)
        super().__init__(
            span=telemetry.tracing.begin_rpc(method, parent=parent, kind=SpanKind.SERVER), request_id=request_id
        )
        scope.enter(self)
        self._telemetry = telemetry
        self._log = log
        self._method = method
        self._limit: TimeLimit | None = None
        self._expired = False
        self._task = asyncio.current_task()
        self._time_left = context.time_remaining()
        self.seconds = self._limited(limit)

    def judge(self, error: BaseException) -> Ended:
        """What this exception, raised by the handler, means for the caller. Logs it when nobody foresaw it."""
        if isinstance(error, Failure):
            return _told(error)
        if isinstance(error, grpc.aio.AbortError):
            return Ended("")
        if isinstance(error, asyncio.CancelledError) and self._cancelled_from_outside():
            if self._expired:
                return self._late()
            return Ended("DEADLINE_EXCEEDED" if self._time_is_up() else "CANCELLED")
        if isinstance(error, grpc.aio.BaseError) and self._cancelled_from_outside():
            # gRPC's own word for writing to a caller that is gone.
            return Ended("CANCELLED")
        if isinstance(error, (GeneratorExit, KeyboardInterrupt, SystemExit)):
            return Ended("CANCELLED")
        return self._unforeseen(error)

    def end(self, *, code: str, reason: str | None = None) -> None:
        """Write the span, the duration and the one line."""
        if self._limit is not None:
            self._limit.end(self._expire)
        seconds = perf_counter() - self._started
        error = code if code in semconv.SERVER_ERROR_CODES else None
        attributes = semconv.call_attributes(self._method, code, error)
        self._telemetry.meters.rpc_server_seconds.record(seconds, attributes)
        self._write_line(code, reason, seconds)
        self.span.end(attributes=attributes if reason is None else attributes | {semconv.REASON: reason}, error=error)

    def _write_line(self, code: str, reason: str | None, seconds: float) -> None:
        write = self._log.error if code in _OUR_FAULT else self._log.info
        left = self._time_left
        write(
            "rpc",
            **(self.notes or {})
            | {
                "method": self._method,
                "code": code,
                "reason": reason,
                "milliseconds": round(seconds * 1000, 3),
                # Who named no id of its own can ask by the trace's, which every service it reached has as well.
                "request_id": self.request_id or self.span.trace_id,
                "time_left_at_start": None if left is None or left > _FOR_EVER_SECONDS else round(left, 3),
            },
        )

    def _limited(self, limit: TimeLimit | None) -> float:
        left = self._time_left
        # Without a deadline of the caller's it is None, or in other versions of gRPC some 292 years.
        seconds = math.inf if left is None or left > _FOR_EVER_SECONDS else left
        if limit is None or seconds <= limit.seconds:
            # gRPC itself cancels the call at the caller's deadline.
            return seconds
        self._limit = limit
        limit.begin(self._expire)
        return limit.seconds

    def _expire(self) -> None:
        self._expired = True
        if self._task is not None:
            self._task.cancel()

    def _cancelled_from_outside(self) -> bool:
        """Whether somebody cancelled this call's task: the caller, the drain, or our own time limit.

        A CancelledError that rose from within, say from a task that the handler awaited, is a mistake of ours, and
        gRPC would never answer it.
        """
        return self._task is not None and self._task.cancelling() > 0

    def _time_is_up(self) -> bool:
        left = self.seconds - (perf_counter() - self._started)
        return left <= _DEADLINE_SLACK_SECONDS

    def _late(self) -> Ended:
        if self._task is not None:
            # The cancellation was ours and ends here: the answer still has to be sent from this task.
            self._task.uncancel()
        failure = Failure(
            kind=Kind.LATE,
            reason="DEADLINE_SECONDS_MAX_REACHED",
            detail="The request took longer than this server works on any one; send less at once.",
            facts={"deadline_seconds_max": f"{self.seconds:g}"},
        )
        return _told(failure)

    def _unforeseen(self, error: BaseException) -> Ended:
        incident_id = f"{random.getrandbits(64):016x}"
        self._log.error(
            "unforeseen error", incident_id=incident_id, method=self._method, **logs.traceback_fields(error)
        )
        failure = answers.neutral(incident_id)
        self.notes = (self.notes or {}) | {"incident_id": incident_id}
        return _told(failure)


def _told(failure: Failure) -> Ended:
    status = answers.to_status(failure)
    return Ended(_CODE_NAMES[status.code], failure.reason, status)


def _headers(context: grpc.aio.ServicerContext[Any, Any]) -> tuple[str | None, str | None]:
    """The caller's traceparent and request id; a request id that is malformed counts as absent."""
    parent: str | None = None
    request_id: str | None = None
    for key, value in context.invocation_metadata() or ():
        if key == traceparent.HEADER:
            parent = str(value)
        elif key == REQUEST_ID_HEADER and _REQUEST_ID.fullmatch(str(value)):
            request_id = str(value)
    return parent, request_id

"""What the caller may meet instead of an answer: one class per thing to do about it.

A no (not eligible, hold, do not load) is an answer and never raised.
Everything is rebuilt from the google.rpc.Status that the service sent: its code decides the class, its ErrorInfo the
stable reason and the facts, its BadRequest the violations, its RetryInfo the time to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a filing: where ("filing.items[2].hts_code"), which (stable), and what to do (may change)."""

    field: str
    code: str
    message: str


class TidewaiterError(Exception):
    """The root of everything this client raises on account of a service.

    `code` is the name of the gRPC status, `reason` is UPPER_SNAKE and stable for ever ("" when the service gave
    none), `detail` is for a person and may change, `facts` are ids and limits.
    """

    def __init__(
        self,
        *,
        code: str,
        detail: str,
        reason: str = "",
        facts: Mapping[str, str] | None = None,
        violations: tuple[Violation, ...] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.reason = reason
        self.detail = detail
        self.facts = dict(facts or {})
        self.violations = violations
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        return f"{self.reason or self.code}: {self.detail}"


class RequestRefused(TidewaiterError):
    """The request breaks a rule; `violations` names each. Mend it; the same request is refused again."""


class FilingRefused(RequestRefused):
    """The filing breaks a rule, and nothing of it was kept; `violations` names each field."""


class NotFound(TidewaiterError):
    """The named thing does not exist."""


class RequestIdReused(TidewaiterError):
    """The request_id was used before with other content; `facts` names the field. Use a new request_id."""


class EtagStale(TidewaiterError):
    """The shipment moved on since it was read. Read it again, then amend."""


class NotReady(TidewaiterError):
    """The service is not in the state this needs; a person must act."""


class Unavailable(TidewaiterError):
    """No service answered, also after retries. Repeat with the same request_id: nothing is filed twice."""


class Overloaded(TidewaiterError):
    """A bound of the service was reached. Send less, after `retry_after_seconds`."""


class TookTooLong(TidewaiterError):
    """The deadline passed. The filing may be on record: repeat with the same request_id to learn it."""


class LogCorrupt(TidewaiterError):
    """What the service stores contradicts itself. Tell its operator."""


class Denied(TidewaiterError):
    """The caller may not do this."""


class NotServed(TidewaiterError):
    """The contract declares it and this release of the service does not serve it."""


class ServerFailed(TidewaiterError):
    """A mistake on the service's side. Report it with the incident id in `facts`."""


class StreamBroken(TidewaiterError):
    """The service broke the protocol of the stream, such as by answering what was never asked."""


_BY_CODE: Final[Mapping[str, type[TidewaiterError]]] = {
    "INVALID_ARGUMENT": RequestRefused,
    "OUT_OF_RANGE": RequestRefused,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": RequestIdReused,
    "ABORTED": EtagStale,
    "FAILED_PRECONDITION": NotReady,
    "UNAVAILABLE": Unavailable,
    "RESOURCE_EXHAUSTED": Overloaded,
    "DEADLINE_EXCEEDED": TookTooLong,
    "DATA_LOSS": LogCorrupt,
    "PERMISSION_DENIED": Denied,
    "UNAUTHENTICATED": Denied,
    "UNIMPLEMENTED": NotServed,
}
"""What is not in here is a mistake of the service's: INTERNAL, UNKNOWN, a code of the future."""

_NAMES: Final = {code.value[0]: code.name for code in grpc.StatusCode}


def error_from_status(status: status_pb2.Status, *, of_filing: bool = False) -> TidewaiterError:
    """The error that a status describes; a refusal is a FilingRefused when the request was a filing."""
    code = _NAMES.get(status.code, "UNKNOWN")
    kind = _BY_CODE.get(code, ServerFailed)
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    waits = False
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        waits = detail.Unpack(retry) or waits
    return (FilingRefused if kind is RequestRefused and of_filing else kind)(
        code=code,
        reason=info.reason,
        detail=status.message or "the service said no more",
        facts=info.metadata,
        violations=tuple(Violation(each.field, each.reason, each.description) for each in bad.field_violations),
        retry_after_seconds=retry.retry_delay.ToTimedelta().total_seconds() if waits else None,
    )


def error_from_rpc(error: grpc.RpcError, *, address: str, of_filing: bool = False) -> TidewaiterError:
    """The error behind a failed RPC; one that no service wrote has the address that was called among its facts."""
    call = cast(grpc.Call, error)
    try:
        status = rpc_status.from_call(call)
    except ValueError:
        # The details contradict the code, as a proxy may make them do; the code is what gRPC acted upon.
        status = None
    if status is not None:
        return error_from_status(cast(status_pb2.Status, status), of_filing=of_filing)
    code = call.code().name
    detail = f"{call.details() or 'no details'} (calling {address})"
    return _BY_CODE.get(code, ServerFailed)(code=code, detail=detail, facts={"address": address})

"""Failures as statuses on the wire and back: the only file that knows status codes.

One table, both ways. A status carries the canonical code, one ErrorInfo, and BadRequest, RetryInfo or
PreconditionFailure where they apply (AIP-193). What travels in trailers is bounded: gRPC drops the whole
answer when they pass 8 KiB, so that a request with a thousand mistakes would end without naming any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tidewaiter_chassis.failures import Failure, Kind, Violation

DOMAIN = "tidewaiter"

Detail = TypeVar("Detail", bound=Message)

CODES: Mapping[Kind, grpc.StatusCode] = MappingProxyType(
    {
        Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
        Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
        Kind.REUSED: grpc.StatusCode.ALREADY_EXISTS,
        Kind.STALE: grpc.StatusCode.ABORTED,
        Kind.NOT_READY: grpc.StatusCode.FAILED_PRECONDITION,
        Kind.BUSY: grpc.StatusCode.UNAVAILABLE,
        Kind.PEER: grpc.StatusCode.UNAVAILABLE,
        Kind.FULL: grpc.StatusCode.RESOURCE_EXHAUSTED,
        Kind.LATE: grpc.StatusCode.DEADLINE_EXCEEDED,
        Kind.CORRUPT: grpc.StatusCode.DATA_LOSS,
        Kind.DENIED: grpc.StatusCode.PERMISSION_DENIED,
        Kind.UNSERVED: grpc.StatusCode.UNIMPLEMENTED,
        Kind.INTERNAL: grpc.StatusCode.INTERNAL,
    }
)
"""Each kind's code. Two kinds may share one; the ErrorInfo then tells them apart."""

MESSAGE_BYTES_MAX = 512
"""The status message is sent twice, once percent-encoded at up to three times its size."""
STATUS_BYTES_MAX = 6 * 1024
"""With the encoded message and gRPC's own trailers this stays under the 8 KiB every client accepts."""
_FACT_BYTES_MAX = 200
_VIOLATION_FIELD_BYTES_MAX = 200
_VIOLATION_MESSAGE_BYTES_MAX = 400

_KINDS_OF_PLAIN_CODES: Mapping[grpc.StatusCode, Kind] = MappingProxyType(
    {
        **{code: kind for kind, code in CODES.items()},
        # Two kinds have this code; without an ErrorInfo it is the transport that speaks: nobody answered.
        grpc.StatusCode.UNAVAILABLE: Kind.PEER,
        grpc.StatusCode.CANCELLED: Kind.LATE,
        grpc.StatusCode.UNKNOWN: Kind.INTERNAL,
        grpc.StatusCode.OUT_OF_RANGE: Kind.INVALID,
        grpc.StatusCode.UNAUTHENTICATED: Kind.DENIED,
    }
)
_BY_NUMBER = {int(code.value[0]): code for code in grpc.StatusCode}


def to_status(failure: Failure) -> status_pb2.Status:
    """The status that says all that `failure` does, in at most `STATUS_BYTES_MAX` bytes.

    Longer texts are cut with an ellipsis, and of violations that do not fit the fact `violations_total`
    tells how many there were.
    """
    status = status_pb2.Status(code=int(CODES[failure.kind].value[0]), message=_cut(failure.detail, MESSAGE_BYTES_MAX))
    info = error_details_pb2.ErrorInfo(reason=failure.reason, domain=DOMAIN, metadata={"kind": failure.kind.name})
    for key, value in failure.facts.items():
        info.metadata[key] = _cut(value, _FACT_BYTES_MAX)
    others = [*_retry(failure), *_precondition(failure)]
    room = STATUS_BYTES_MAX - status.ByteSize() - sum(_packed_bytes(detail) for detail in (info, *others))
    violations = _fitting(failure.violations, room)
    if len(violations) < len(failure.violations):
        info.metadata["violations_total"] = str(len(failure.violations))
    _pack(status, info)
    if violations:
        _pack(status, error_details_pb2.BadRequest(field_violations=violations))
    for detail in others:
        _pack(status, detail)
    return status


def from_status(status: status_pb2.Status) -> Failure:
    """The failure that a status was made from, exactly; of a foreign status, what can be read from it.

    A reason that this release does not know survives. Without a readable ErrorInfo the reason is RPC_<CODE>.
    ValueError for the code OK, which is no failure.
    """
    code = _BY_NUMBER.get(status.code, grpc.StatusCode.UNKNOWN)
    if code is grpc.StatusCode.OK:
        raise ValueError("a status OK is no failure")
    info = _unpacked(status, error_details_pb2.ErrorInfo())
    bad_request = _unpacked(status, error_details_pb2.BadRequest())
    retry = _unpacked(status, error_details_pb2.RetryInfo())
    facts = dict(info.metadata)
    kind = _kind(facts.pop("kind", ""), code)
    seconds = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    try:
        return Failure(
            kind=kind,
            reason=info.reason or f"RPC_{code.name}",
            detail=status.message,
            facts=facts,
            violations=tuple(
                Violation(field=each.field, code=each.reason, message=each.description)
                for each in bad_request.field_violations
            ),
            retry_after_seconds=seconds if retry.HasField("retry_delay") else None,
        )
    except ValueError:
        # Somebody else's ErrorInfo, whose names are not formed as ours: its code and text are what we can trust.
        return Failure(kind=kind, reason=f"RPC_{code.name}", detail=status.message)


def from_rpc_error(error: grpc.RpcError) -> Failure:
    """The failure behind what a call raised: the peer's own, or RPC_<CODE> when only a code came.

    Takes grpc.aio.AioRpcError and the synchronous RpcError, which is also its call.
    """
    # Both kinds of error answer as a call does; a bare RpcError, which gRPC never raises, says nothing.
    call: Any = error if isinstance(error, grpc.Call | grpc.aio.AioRpcError) else None
    code = grpc.StatusCode.UNKNOWN if call is None else call.code()
    try:
        status = None if call is None else rpc_status.from_call(call)
    except (ValueError, DecodeError):
        # Details that contradict the code, or are none: something between us and the peer rewrote them.
        status = None
    if status is not None:
        return from_status(status)
    return Failure(
        kind=_KINDS_OF_PLAIN_CODES[code],
        reason=f"RPC_{code.name}",
        detail=(call and call.details()) or f"The call ended with {code.name}.",
    )


def neutral(incident_id: str) -> Failure:
    """What a caller is told of an exception nobody foresaw: a fixed sentence and where to find the truth."""
    return Failure(
        kind=Kind.INTERNAL,
        reason="UNEXPECTED",
        detail=f"Something unexpected happened on our side; report it with the incident id {incident_id}.",
        facts={"incident": incident_id},
    )


def _retry(failure: Failure) -> list[Message]:
    if failure.retry_after_seconds is None:
        return []
    retry = error_details_pb2.RetryInfo()
    milliseconds = round(failure.retry_after_seconds * 1000)
    retry.retry_delay.FromMilliseconds(milliseconds)
    return [retry]


def _precondition(failure: Failure) -> list[Message]:
    if failure.kind is not Kind.NOT_READY:
        return []
    violation = error_details_pb2.PreconditionFailure.Violation(
        type=failure.reason, description=_cut(failure.detail, MESSAGE_BYTES_MAX)
    )
    return [error_details_pb2.PreconditionFailure(violations=[violation])]


def _fitting(violations: Sequence[Violation], room: int) -> list[error_details_pb2.BadRequest.FieldViolation]:
    room -= 80  # the envelope of the detail, and the fact that tells the total
    fitting = []
    for violation in violations:
        made = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(violation.field, _VIOLATION_FIELD_BYTES_MAX),
            description=_cut(violation.message, _VIOLATION_MESSAGE_BYTES_MAX),
            reason=violation.code,
        )
        room -= made.ByteSize() + 3
        if room < 0:
            break
        fitting.append(made)
    return fitting


def _pack(status: status_pb2.Status, detail: Message) -> None:
    status.details.add().Pack(detail)


def _packed_bytes(detail: Message) -> int:
    # The type's name, the lengths and the tags besides the detail itself.
    return detail.ByteSize() + len(detail.DESCRIPTOR.full_name) + 32


def _unpacked(status: status_pb2.Status, into: Detail) -> Detail:
    for detail in status.details:
        if detail.Unpack(into):
            break
    return into


def _kind(name: str, code: grpc.StatusCode) -> Kind:
    if name in Kind.__members__ and CODES[Kind[name]] is code:
        return Kind[name]
    return _KINDS_OF_PLAIN_CODES[code]


def _cut(text: str, bytes_max: int) -> str:
    encoded = text.encode("utf-8")
    if len(encoded) <= bytes_max:
        return text
    return encoded[: bytes_max - 3].decode("utf-8", errors="ignore") + "…"

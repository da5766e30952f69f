"""How one service calls another."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import grpc

from tidewaiter_chassis import answers
from tidewaiter_chassis.credentials import Tls, is_local
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.grpc_options import channel_options
from tidewaiter_chassis.outbound import OutboundChannel
from tidewaiter_chassis.telemetry import Telemetry

MESSAGE_BYTES_MAX = 64 * 1024 * 1024
"""What we read from or write to a peer: a batch of a thousand answers with their proofs, many times over."""

Response = TypeVar("Response")

# Our own cancellation is a CancelledError. CANCELLED from the other side is a server that stops: gRPC cancels what
# reached it in that instant and was not begun.
_SILENT = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


def connect(
    address: str,
    *,
    telemetry: Telemetry,
    service: str,
    retry: bool,
    tls: Tls | None = None,
    message_bytes_max: int = MESSAGE_BYTES_MAX,
) -> grpc.aio.Channel:
    """A channel to `service` (its full name) at `address` (host:port). Nothing is connected before the first call.

    Every call has a deadline: the one given, the default of outbound.CALL_SECONDS_MAX, or what is left to the RPC
    at hand, whichever is earliest; Failure LATE when too little is left. It carries the current span's traceparent
    and the request id. With `retry`, only for services whose every method may be repeated, gRPC repeats a call that
    met UNAVAILABLE, at most twice. A peer that is down fails the call at once.
    Failure NOT_READY, TLS_REQUIRED, when the address is not on loopback and `tls` is None.
    """
    options = channel_options(service=service, retry=retry, message_bytes_max=message_bytes_max)
    if tls is None:
        if not is_local(address):
            raise Failure(
                kind=Kind.NOT_READY,
                reason="TLS_REQUIRED",
                detail=f"{address} is not on this machine's loopback: it needs TLS.",
                facts={"address": address},
            )
        channel = grpc.aio.insecure_channel(address, options=options)
    else:
        credentials = grpc.ssl_channel_credentials(
            root_certificates=tls.authorities, private_key=tls.key, certificate_chain=tls.certificate
        )
        channel = grpc.aio.secure_channel(address, credentials, options=options)
    return OutboundChannel(channel, telemetry=telemetry, address=address)


async def call(stub_method: Callable[..., Awaitable[Response]], request: Any, *, peer: str, seconds: float) -> Response:
    """The response of a peer's unary method, within `seconds` or what is left of our own time.

    A Failure in place of any gRPC error: the peer's own, or PEER with the reason <PEER>_DID_NOT_ANSWER when it was
    not there or not in time. Cancelling this cancels the call at the peer.
    """
    try:
        return await stub_method(request, timeout=seconds)
    except grpc.aio.AioRpcError as error:
        raise _failure_of(error, peer) from error


async def follow(stub_method: Callable[..., Any], request: Any, *, peer: str) -> AsyncGenerator[Any, None]:
    """The messages of a peer's endless stream, each read when it is wanted; closing this cancels the call.

    A Failure in place of any gRPC error, as with `call`; also when the peer ends the stream well, which it does only
    when it stops.
    """
    messages = stub_method(request)
    try:
        async for message in messages:
            yield message
    except grpc.aio.AioRpcError as error:
        raise _failure_of(error, peer) from error
    finally:
        messages.cancel()
    raise _did_not_answer(peer, status=grpc.StatusCode.OK.name)


def _failure_of(error: grpc.aio.AioRpcError, peer: str) -> Failure:
    if error.code() not in _SILENT:
        return answers.from_rpc_error(error)
    theirs = answers.from_rpc_error(error)
    return _did_not_answer(peer, status=error.code().name, theirs=theirs)


def _did_not_answer(peer: str, *, status: str, theirs: Failure | None = None) -> Failure:
    return Failure(
        kind=Kind.PEER,
        reason=f"{peer.upper()}_DID_NOT_ANSWER",
        detail=f"{peer.capitalize()} did not answer; repeat the request with the same request id.",
        facts={"peer": peer, "peer_status": status, "peer_reason": theirs.reason if theirs else ""},
        retry_after_seconds=theirs.retry_after_seconds if theirs else None,
    )

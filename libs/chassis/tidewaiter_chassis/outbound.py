"""Everything that happens around a call we make: its deadline, its span, its headers, its duration.

A channel of our own around gRPC's, and no interceptors: those of grpc.aio run the call in a task of their own, so
that cancelling the caller no longer reaches the server, and they cost as much as the call's own work. Here the very
call object of gRPC is returned; all that is added is a callback for when it ends.

Of streams whose reader is cancelled, grpc.aio itself forgets about one in a hundred (seen with 1.85, without us): the
call then ends with its deadline or its channel, and so does its span. Give a stream a deadline, or cancel the call.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, cast

import grpc
from opentelemetry.trace import SpanKind

from tidewaiter_chassis import deadlines, scope, semconv, traceparent, traces
from tidewaiter_chassis.inbound_call import REQUEST_ID_HEADER
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.traces import ItemSpan

HOP_SECONDS = 0.01
"""Kept back from what is left for ourselves, to say in time that a peer was late."""
CALL_SECONDS_MAX = 30.0
"""The time of a call for which nobody named one: no call waits for ever. Streams excepted, which may last."""


class OutboundChannel(grpc.aio.Channel):
    """A channel whose every call has a deadline, a span and the headers that go with it."""

    def __init__(self, channel: grpc.aio.Channel, *, telemetry: Telemetry, address: str) -> None:
        self._channel = channel
        self._telemetry = telemetry
        host, _, port = address.rpartition(":")
        self._peer: dict[str, str | int] = {semconv.SERVER_ADDRESS: host.strip("[]") or address}
        if port.isdecimal():
            self._peer[semconv.SERVER_PORT] = int(port)

    def unary_unary(self, method: str, *arguments: Any, **options: Any) -> Any:
        """As grpc.aio's."""
        return self._counted(method, self._channel.unary_unary(method, *arguments, **options), CALL_SECONDS_MAX)

    def unary_stream(self, method: str, *arguments: Any, **options: Any) -> Any:
        """As grpc.aio's."""
        return self._counted(method, self._channel.unary_stream(method, *arguments, **options), math.inf)

    def stream_unary(self, method: str, *arguments: Any, **options: Any) -> Any:
        """As grpc.aio's."""
        return self._counted(method, self._channel.stream_unary(method, *arguments, **options), math.inf)

    def stream_stream(self, method: str, *arguments: Any, **options: Any) -> Any:
        """As grpc.aio's."""
        return self._counted(method, self._channel.stream_stream(method, *arguments, **options), math.inf)

    async def __aenter__(self) -> OutboundChannel:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """As grpc.aio's: running calls are given `grace` seconds, then cancelled."""
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """As grpc.aio's."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """As grpc.aio's."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """As grpc.aio's."""
        await self._channel.channel_ready()

    def _counted(self, path: str, start: Callable[..., Any], seconds_max: float) -> Callable[..., Any]:
        method = path.lstrip("/")

        def call(*arguments: Any, timeout: float | None = None, metadata: Any = None, **options: Any) -> Any:
            seconds = min(seconds_max if timeout is None else timeout, deadlines.shrink(HOP_SECONDS))
            started = perf_counter()
            span = self._telemetry.tracing.begin_rpc(method, parent=traces.current_span(), kind=SpanKind.CLIENT)
            try:
                made = start(
                    *arguments,
                    timeout=None if seconds == math.inf else seconds,
                    metadata=_with_ours(metadata, span),
                    **options,
                )
            except BaseException as error:
                span.end(error=traces.error_name(error))
                raise
            made.add_done_callback(partial(self._ended, method, span, started))
            return made

        return call

    def _ended(self, method: str, span: ItemSpan, started: float, call: Any) -> None:
        code = _code_of(call)
        error = None if code == "OK" else code
        attributes = semconv.call_attributes(method, code, error)
        self._telemetry.meters.rpc_client_seconds.record(perf_counter() - started, attributes)
        span.end(attributes={**attributes, **self._peer}, error=error)


def _with_ours(metadata: Any, span: ItemSpan) -> tuple[tuple[str, str | bytes], ...]:
    ours: tuple[tuple[str, str | bytes], ...] = ((traceparent.HEADER, span.traceparent),)
    rpc = scope.current()
    if rpc is not None and rpc.request_id is not None:
        ours = (*ours, (REQUEST_ID_HEADER, rpc.request_id))
    return ours if metadata is None else (*metadata, *ours)


def _code_of(call: Any) -> str:
    """The name of the code of a call that has ended.

    grpc.aio has it only as a coroutine, which for an ended call finishes without ever waiting.
    """
    asking = call.code()
    try:
        asking.send(None)
    except StopIteration as answer:
        return cast(grpc.StatusCode, answer.value).name
    except asyncio.CancelledError:
        return "CANCELLED"
    asking.close()
    return "UNKNOWN"

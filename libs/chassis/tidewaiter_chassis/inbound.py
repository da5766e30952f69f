"""Everything that happens around a handler, for all four shapes of an RPC, in one wrapper.

One wrapper made when the service is registered, instead of a stack of interceptors run for every call, because each
layer of asyncio costs as much as the work it does. Within it the order is, outermost first:

1. trace: a SERVER span under the caller's traceparent
2. request log and metrics: one wide line and one duration when the call ends, however it ends
3. admission: more calls at once than the bound are refused
4. deadline: the caller's or the configured one, whichever is earlier
5. answers: a Failure becomes a rich status, anything unexpected a neutral one with an incident id

A message that cannot be parsed is the caller's mistake, and is answered inside the wrapper like any other.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, NoReturn, cast

import grpc
from google.protobuf.message import DecodeError
from grpc_status import rpc_status

from tidewaiter_chassis import deadlines
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.inbound_call import Ended, InboundCall
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.time_limit import TimeLimit

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Any]
Deserialize = Callable[[bytes], Any]
Serialize = Callable[[Any], bytes]

_RETRY_SECONDS = 0.5
"""What a refused caller is told to wait: some hundred calls have ended by then."""
LEAVING_SECONDS_MAX = 0.5
"""How long after a write that failed the cancellation may come which says that the caller is gone."""


class Inbound:
    """Wraps the handlers of one server. `in_flight` counts the calls being served."""

    def __init__(self, *, telemetry: Telemetry, rpcs_in_flight_max: int, deadline_seconds_max: float) -> None:
        self.in_flight = 0
        self._telemetry = telemetry
        self._rpcs_in_flight_max = rpcs_in_flight_max
        self._limit = TimeLimit(deadline_seconds_max)
        self._left: asyncio.Future[None] | None = None
        # Bound once: a structlog logger looks up its configuration anew at every call otherwise.
        self._log = telemetry.log.bind()
        telemetry.meters.gauge(
            "tidewaiter.rpc.server.in_flight",
            read=lambda: self.in_flight,
            unit="{call}",
            description="Calls being served",
        )

    def wrap_all(self, service: str, handlers: Mapping[str, grpc.RpcMethodHandler[Any, Any]]) -> dict[str, Any]:
        """The handlers of one service, by method name, each wrapped."""
        return {name: self.wrap(f"{service}/{name}", handler) for name, handler in handlers.items()}

    def wrap(self, method: str, handler: grpc.RpcMethodHandler[Any, Any]) -> grpc.RpcMethodHandler[Any, Any]:
        """One handler of `method` (`package.Service/Method`), wrapped.

        A method that the servicer does not override answers UNIMPLEMENTED. TypeError for a handler that is not
        asynchronous: it would block every other call.
        """
        behaviour = _behaviour_of(handler)
        if not _is_async(behaviour):
            behaviour = _not_served(method, behaviour)
        parse = _parsing(handler.request_deserializer)
        if handler.response_streaming:
            return self._streamed(method, behaviour, parse, handler)
        return self._unary(method, behaviour, parse, handler)

    def _unary(
        self, method: str, behaviour: Behaviour, parse: Deserialize, handler: grpc.RpcMethodHandler[Any, Any]
    ) -> grpc.RpcMethodHandler[Any, Any]:
        serialize: Serialize = handler.response_serializer or _as_it_is
        streaming = bool(handler.request_streaming)

        async def serve(request: Any, context: Context) -> bytes:
            call = self._begin(method, context, is_unary=not streaming)
            try:
                self._admit()
                deadlines.enter_deadline(call.seconds)
                message = serialize(await behaviour(request if streaming else parse(request), context))
                if streaming:
                    await _notice_cancellation()
            except BaseException as error:  # noqa: BLE001 - judged, answered and raised again
                await self._answer(call, error, context)
            self._end(call, _code_set_on(context))
            return message

        if streaming:
            return grpc.stream_unary_rpc_method_handler(serve, request_deserializer=parse)
        return grpc.unary_unary_rpc_method_handler(serve)

    def _streamed(
        self, method: str, behaviour: Behaviour, parse: Deserialize, handler: grpc.RpcMethodHandler[Any, Any]
    ) -> grpc.RpcMethodHandler[Any, Any]:
        streaming = bool(handler.request_streaming)
        yields = inspect.isasyncgenfunction(behaviour)

        async def serve(request: Any, context: Context) -> None:
            call = self._begin(method, context, is_unary=False)
            try:
                self._admit()
                deadlines.enter_deadline(call.seconds)
                message = request if streaming else parse(request)
                if yields:
                    await _write_all(behaviour(message, context), context)
                else:
                    await behaviour(message, context)
                if streaming:
                    await _notice_cancellation()
            except BaseException as error:  # noqa: BLE001 - judged, answered and raised again
                await self._answer(call, error, context)
            self._end(call, _code_set_on(context))

        if streaming:
            return grpc.stream_stream_rpc_method_handler(
                serve, request_deserializer=parse, response_serializer=handler.response_serializer
            )
        return grpc.unary_stream_rpc_method_handler(serve, response_serializer=handler.response_serializer)

    async def idle(self) -> None:
        """Return once no handler runs. For the drain, when no more calls are let in."""
        while self.in_flight:
            self._left = asyncio.get_running_loop().create_future()
            await self._left

    def _begin(self, method: str, context: Context, *, is_unary: bool) -> InboundCall:
        # A stream may rightly last for hours; each message in it is given its own time by the service.
        limit = self._limit if is_unary else None
        call = InboundCall(telemetry=self._telemetry, log=self._log, method=method, context=context, limit=limit)
        self.in_flight += 1
        return call

    def _admit(self) -> None:
        if self.in_flight > self._rpcs_in_flight_max:
            raise Failure(
                kind=Kind.FULL,
                reason="TOO_MANY_RPCS",
                detail="This server is serving as many calls as it may; wait, then send fewer at once.",
                facts={"rpcs_in_flight_max": str(self._rpcs_in_flight_max)},
                retry_after_seconds=_RETRY_SECONDS,
            )

    def _end(self, call: InboundCall, code: str, reason: str | None = None) -> None:
        self.in_flight -= 1
        if self._left is not None and not self._left.done():
            self._left.set_result(None)
        call.end(code=code, reason=reason)

    async def _answer(self, call: InboundCall, error: BaseException, context: Context) -> NoReturn:
        """Tell the caller what happened, in a form that gives nothing away, and end the call on our side first."""
        if isinstance(error, grpc.aio.InternalError):
            error = await _cancellation_behind(error)
        ended: Ended = call.judge(error)
        self._end(call, ended.code or _code_set_on(context), ended.reason)
        if ended.status is None:
            raise error
        await context.abort_with_status(rpc_status.to_status(ended.status))
        raise AssertionError("abort_with_status raises")


async def _notice_cancellation() -> None:
    # A caller that cancels its stream looks at first like one that has sent its last message: the stream of requests
    # just ends. The cancellation itself comes in the same breath, and is raised here.
    await asyncio.sleep(0)


async def _cancellation_behind(error: BaseException) -> BaseException:
    """The cancellation that a failed write of gRPC's foretold, or the error itself when none comes.

    A caller that goes away first fails the write that is under way; its call is cancelled a moment later.
    """
    try:
        await asyncio.sleep(LEAVING_SECONDS_MAX)
    except asyncio.CancelledError as cancelled:
        return cancelled
    return error


async def _write_all(responses: AsyncGenerator[Any, None], context: Context) -> None:
    try:
        async for response in responses:
            await context.write(response)
    finally:
        # Without this the generator's own clean-up would wait for the garbage collector when a call is cancelled.
        await responses.aclose()


def _behaviour_of(handler: grpc.RpcMethodHandler[Any, Any]) -> Behaviour:
    behaviour: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
    assert behaviour is not None, "a handler has the behaviour of its shape"
    return cast(Behaviour, behaviour)


def _is_async(behaviour: Behaviour) -> bool:
    return inspect.iscoroutinefunction(behaviour) or inspect.isasyncgenfunction(behaviour)


def _not_served(method: str, behaviour: Behaviour) -> Behaviour:
    # Generated servicers answer what is not overridden with a synchronous method of their own module.
    if not str(getattr(behaviour, "__module__", "")).endswith("_pb2_grpc"):
        raise TypeError(f"{method} is not asynchronous; declare its handler with async def")

    async def refuse(_request: Any, _context: Context) -> Any:
        raise Failure(
            kind=Kind.UNSERVED,
            reason="RPC_NOT_SERVED",
            detail="This release declares the method and does not serve it.",
            facts={"method": method},
        )

    return refuse


def _parsing(deserialize: Deserialize | None) -> Deserialize:
    if deserialize is None:
        return _as_it_is

    def parse(message: bytes) -> Any:
        try:
            return deserialize(message)
        except DecodeError:
            raise Failure(
                kind=Kind.INVALID,
                reason="MESSAGE_UNREADABLE",
                detail="The bytes of the request are not a message of this method's type; check the client's version.",
            ) from None

    return parse


def _as_it_is(message: Any) -> Any:
    return message


def _code_set_on(context: Context) -> str:
    """The code that the handler set itself, which ours never do but a foreign servicer may; else OK."""
    code = context.code()
    return "OK" if code is None else code.name

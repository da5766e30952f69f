"""Messages that cannot be read, answers that cannot be written, and what is too large."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.protobuf import wrappers_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.telemetry import Telemetry

from tests.seams.chassis_echo import (
    served,
    settings_with,
)


class Typed:
    """A service with a real message, whose bytes can be garbage."""

    async def unary(self, request: wrappers_pb2.StringValue, _context: Any) -> wrappers_pb2.StringValue:
        return request

    async def both(
        self, requests: AsyncIterator[wrappers_pb2.StringValue], _context: Any
    ) -> AsyncIterator[wrappers_pb2.StringValue]:
        async for request in requests:
            yield request

    async def wrong(self, _request: wrappers_pb2.StringValue, _context: Any) -> None:
        return None


def add_typed(typed: Any, server: Any) -> None:
    message = wrappers_pb2.StringValue
    codec: Any = {
        "request_deserializer": message.FromString,
        "response_serializer": message.SerializeToString,
    }
    handlers = {
        "Unary": grpc.unary_unary_rpc_method_handler(typed.unary, **codec),
        "Both": grpc.stream_stream_rpc_method_handler(typed.both, **codec),
        "Wrong": grpc.unary_unary_rpc_method_handler(typed.wrong, **codec),
    }
    server.add_registered_method_handlers("test.v1.TypedService", handlers)


async def test_garbage_is_the_callers_mistake_in_every_shape() -> None:
    telemetry = Telemetry.for_tests()
    server = Server(settings=settings_with(), telemetry=telemetry, name="typed")
    server.add(add_typed, Typed(), "test.v1.TypedService")
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        unary: Any = channel.unary_unary("/test.v1.TypedService/Unary")
        both: Any = channel.stream_stream("/test.v1.TypedService/Both")
        good = wrappers_pb2.StringValue(value="x").SerializeToString()
        garbage = b"\xff\xff\xff"

        assert good == await unary(good)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await unary(garbage)
        stream = both(iter([good, garbage]))
        assert good == await stream.read()
        with pytest.raises(grpc.aio.AioRpcError) as streamed:
            await stream.read()
    await server.stop(0)

    for error in (caught.value, streamed.value):
        failure = answers.from_rpc_error(error)
        assert (Kind.INVALID, "MESSAGE_UNREADABLE") == (failure.kind, failure.reason)
    assert 0 == telemetry.tracing.live


async def test_an_answer_of_the_wrong_type_is_a_neutral_internal_error() -> None:
    server = Server(settings=settings_with(), telemetry=Telemetry.for_tests(), name="typed")
    server.add(add_typed, Typed(), "test.v1.TypedService")
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        wrong: Any = channel.unary_unary("/test.v1.TypedService/Wrong")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await wrong(b"")
    await server.stop(0)

    assert "UNEXPECTED" == answers.from_rpc_error(caught.value).reason


async def test_a_message_over_the_bound_is_refused() -> None:
    async with served(request_bytes_max=1024) as made:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await made.method("Unary")(bytes(2000))

    assert grpc.StatusCode.RESOURCE_EXHAUSTED == caught.value.code()

"""What everything is measured against: a bare grpc.aio server that answers each message with itself.

`python -m tidewaiter_cli.bench.echo_server` prints its port and serves until its standard input ends, so that it
never outlives who started it, however that one ended. No interceptor, no validation, no store.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf.message import Message
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2

SERVICE: Final = "tidewaiter.bench.Echo"
UNARY: Final = "Unary"
STREAM: Final = "Stream"
BATCH: Final = "Batch"


async def serve() -> None:
    """Serves on a free port of loopback until standard input ends."""
    server = grpc.aio.server()
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        UNARY: grpc.unary_unary_rpc_method_handler(
            _unary,
            request_deserializer=intake_pb2.SubmitFilingRequest.FromString,
            response_serializer=intake_pb2.SubmitFilingRequest.SerializeToString,
        ),
        BATCH: grpc.unary_unary_rpc_method_handler(
            _unary,
            request_deserializer=eligibility_pb2.BatchCheckEligibilityRequest.FromString,
            response_serializer=eligibility_pb2.BatchCheckEligibilityRequest.SerializeToString,
        ),
        STREAM: grpc.stream_stream_rpc_method_handler(
            _stream,
            request_deserializer=intake_pb2.StreamFilingsRequest.FromString,
            response_serializer=intake_pb2.StreamFilingsRequest.SerializeToString,
        ),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    await server.stop(None)


async def _unary(request: Message, context: Any) -> Message:
    return request


async def _stream(
    requests: AsyncIterator[intake_pb2.StreamFilingsRequest], context: Any
) -> AsyncIterator[intake_pb2.StreamFilingsRequest]:
    async for request in requests:
        yield request


if __name__ == "__main__":
    asyncio.run(serve())

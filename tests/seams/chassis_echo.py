"""A small service without protos, its server on loopback, and a channel to it: what the chassis is tested on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from tidewaiter_chassis.channel import connect
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.settings import ServiceSettings, load
from tidewaiter_chassis.telemetry import Telemetry

SERVICE = "test.v1.EchoService"

SHAPES = ("Unary", "Out", "Written", "Into", "Both")

Script = Callable[[bytes, Any], Awaitable[bytes]]


async def until(holds: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Return once `holds()` is true; AssertionError when it is not within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - any condition, not only an event
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"did not come to hold within {seconds} s") from None


@dataclass
class Echo:
    """Answers with what it is sent; `script` may do otherwise. Counts what began and what was cancelled."""

    script: Script | None = None
    began: int = 0
    cancelled: int = 0
    ended: int = 0

    async def answer(self, request: bytes, context: Any) -> bytes:
        """What every shape does with each message."""
        self.began += 1
        try:
            return request if self.script is None else await self.script(request, context)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.ended += 1

    async def unary(self, request: bytes, context: Any) -> bytes:
        """One in, one out."""
        return await self.answer(request, context)

    async def out(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        """One in, one out per byte of it, in the yielding style."""
        for byte in request:
            yield await self.answer(bytes([byte]), context)

    async def written(self, request: bytes, context: Any) -> None:
        """The same in the writing style."""
        for byte in request:
            await context.write(await self.answer(bytes([byte]), context))

    async def into(self, requests: AsyncIterator[bytes], context: Any) -> bytes:
        """All joined."""
        return b"".join([await self.answer(request, context) async for request in requests])

    async def both(self, requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        """Each back as it comes."""
        async for request in requests:
            yield await self.answer(request, context)


def add_echo(echo: Any, server: Any) -> None:
    """As a generated add_<Service>Servicer_to_server would."""
    handlers: Any = {
        "Unary": grpc.unary_unary_rpc_method_handler(echo.unary),
        "Out": grpc.unary_stream_rpc_method_handler(echo.out),
        "Written": grpc.unary_stream_rpc_method_handler(echo.written),
        "Into": grpc.stream_unary_rpc_method_handler(echo.into),
        "Both": grpc.stream_stream_rpc_method_handler(echo.both),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_registered_method_handlers(SERVICE, handlers)


def settings_with(**values: object) -> ServiceSettings:
    """A service's settings, the defaults but for these."""
    return load(ServiceSettings, {f"TIDEWAITER_SERVICE_{name.upper()}": str(value) for name, value in values.items()})


@dataclass
class Served:
    """A running server, its telemetry, and a channel with telemetry of its own."""

    echo: Echo
    server: Server
    telemetry: Telemetry
    channel: grpc.aio.Channel
    client: Telemetry

    def method(self, name: str) -> Any:
        """The callable of one method; bytes in and out."""
        shapes = {
            "Unary": self.channel.unary_unary,
            "Out": self.channel.unary_stream,
            "Written": self.channel.unary_stream,
            "Into": self.channel.stream_unary,
            "Both": self.channel.stream_stream,
        }
        shape: Any = shapes[name]
        return shape(f"/{SERVICE}/{name}")

    def spans(self) -> list[Any]:
        """The server's finished RPC spans."""
        return list(self.telemetry.exporter.get_finished_spans())  # type: ignore[attr-defined]

    def client_spans(self) -> list[Any]:
        """The client's finished RPC spans."""
        return list(self.client.exporter.get_finished_spans())  # type: ignore[attr-defined]

    def assert_nothing_leaked(self) -> None:
        """No span is open on either side."""
        assert (0, 0) == (self.telemetry.tracing.live, self.client.tracing.live)


@asynccontextmanager
async def served(echo: Echo | None = None, *, retry: bool = False, **values: object) -> AsyncIterator[Served]:
    """An echo server on a free port and a channel to it; both closed, and no span left open, at the end."""
    echo = echo or Echo()
    telemetry, client = Telemetry.for_tests("echo"), Telemetry.for_tests("caller")
    server = Server(settings=settings_with(**values), telemetry=telemetry, name="echo")
    server.add(add_echo, echo, SERVICE)
    address = await server.start()
    channel = connect(address, telemetry=client, service=SERVICE, retry=retry)
    made = Served(echo, server, telemetry, channel, client)
    try:
        yield made
    finally:
        await channel.close()
        await server.stop(0)
    await until(lambda: telemetry.tracing.live == client.tracing.live == 0)
    made.assert_nothing_leaked()


async def messages(request: bytes) -> AsyncIterator[bytes]:
    for byte in request:
        yield bytes([byte])


async def make(made: Served, shape: str, request: bytes = b"ab", **options: Any) -> bytes:
    """One call of any shape, its answer joined."""
    method = made.method(shape)
    if shape == "Unary":
        return bytes(await method(request, **options))
    if shape == "Into":
        return bytes(await method(messages(request), **options))
    if shape == "Both":
        return b"".join([part async for part in method(messages(request), **options)])
    return b"".join([part async for part in method(request, **options)])


async def failed(made: Served, shape: str, **options: Any) -> grpc.aio.AioRpcError:
    """The error of one call. It sends a single message: grpc.aio loses a status that meets one on its way out."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await make(made, shape, b"a", **options)
    return caught.value


def raising(error: BaseException) -> Echo:
    async def script(_request: bytes, _context: Any) -> bytes:
        raise error

    return Echo(script)


async def wait_for_ever(_request: bytes, _context: Any) -> bytes:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")

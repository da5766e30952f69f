"""Starting, health, draining and stopping a server, over a real wire."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from structlog.testing import capture_logs
from tidewaiter_chassis.channel import call
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.started import health_name
from tidewaiter_chassis.telemetry import Telemetry

from tests.seams.chassis_echo import SERVICE, Echo, add_echo, served, settings_with, until

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Gate:
    """A script that answers once the gate is open."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, request: bytes, _context: Any) -> bytes:
        await self.open.wait()
        return request


def plain_server(**values: object) -> Server:
    return Server(settings=settings_with(**values), telemetry=Telemetry.for_tests(), name="echo")


async def status_of(channel: grpc.aio.Channel, service: str = "") -> int:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    return int(answer.status)


async def test_a_server_is_healthy_as_a_whole_and_by_service_and_health_is_not_traced() -> None:
    async with served() as made:
        assert SERVING == await status_of(made.channel)
        assert SERVING == await status_of(made.channel, SERVICE)
        assert SERVING == await status_of(made.channel, health_name(os.getpid()))
        for stranger in ("no.such.Service", health_name(os.getpid() + 1)):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await status_of(made.channel, stranger)
            assert grpc.StatusCode.NOT_FOUND == caught.value.code()
        assert [] == made.spans()


async def test_a_watcher_hears_of_a_check_that_fails_and_of_its_return() -> None:
    ready = [True]
    server = plain_server().add(add_echo, Echo(), SERVICE).ready_when(lambda: True).ready_when(lambda: ready[0])
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
        assert SERVING == (await watch.read()).status
        async with asyncio.timeout(1):
            ready[0] = False
            assert NOT_SERVING == (await watch.read()).status
        async with asyncio.timeout(1):
            ready[0] = True
            assert SERVING == (await watch.read()).status
        watch.cancel()
    await server.stop(0)


async def test_a_check_that_cannot_be_made_is_not_a_yes_and_is_said_once() -> None:
    def broken() -> bool:
        raise RuntimeError("no store")

    server = plain_server().ready_when(broken)
    with capture_logs() as lines:
        async with grpc.aio.insecure_channel(await server.start()) as channel:
            assert NOT_SERVING == await status_of(channel)
            await asyncio.sleep(0.6)
        await server.stop(0)

    assert 1 == len([line for line in lines if line["event"] == "readiness check failed"])


async def test_a_drain_says_so_first_refuses_the_new_and_finishes_what_runs() -> None:
    gate = Gate()
    async with served(Echo(gate)) as made, grpc.aio.insecure_channel(made.server.address) as other:
        stub: Any = health_pb2_grpc.HealthStub(other)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
        assert SERVING == (await watch.read()).status
        running = asyncio.ensure_future(made.method("Unary")(b"x"))
        await until(lambda: made.echo.began)

        stopping = asyncio.create_task(made.server.stop(30))
        assert NOT_SERVING == (await watch.read()).status
        await until(made.server.draining.is_set)
        with pytest.raises(Failure) as refused:
            await call(made.method("Unary"), b"y", peer="echo", seconds=5)
        assert not stopping.done()
        gate.open.set()

        assert b"x" == await running
        async with asyncio.timeout(5):
            # The watcher is still there: it does not hold the drain for its thirty seconds.
            await stopping
        assert "ECHO_DID_NOT_ANSWER" == refused.value.reason
        assert 1 == made.echo.began


async def test_what_outlasts_the_drain_is_cancelled() -> None:
    async with served(Echo(Gate())) as made:
        running = asyncio.ensure_future(made.method("Unary")(b"x"))
        await until(lambda: made.echo.began)
        await made.server.stop(0.05)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await running

        assert grpc.StatusCode.UNAVAILABLE == caught.value.code()
        assert (1, 0) == (made.echo.cancelled, made.telemetry.tracing.live)


async def test_a_second_stop_with_less_grace_hurries_the_first() -> None:
    async with served(Echo(Gate())) as made:
        running = asyncio.ensure_future(made.method("Unary")(b"x"))
        await until(lambda: made.echo.began)
        stopping = asyncio.create_task(made.server.stop(60))
        await until(made.server.draining.is_set)
        async with asyncio.timeout(5):
            await made.server.stop(0)
            await stopping
        with pytest.raises(grpc.aio.AioRpcError):
            await running


async def test_closers_run_once_each_the_latest_first_whatever_one_of_them_does() -> None:
    closed: list[str] = []

    def closer(name: str, *, error: Exception | None = None) -> Any:
        async def close() -> None:
            closed.append(name)
            if error is not None:
                raise error

        return close

    server = plain_server()
    server.on_stop(closer("store")).on_stop(closer("peers", error=RuntimeError("gone"))).on_stop(closer("work"))
    await server.start()
    await server.stop(0)
    await server.stop(0)

    assert ["work", "peers", "store"] == closed


async def test_a_port_in_use_is_one_clear_sentence_and_closes_what_was_opened() -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("store")

    async with served() as made:
        second = plain_server(listen=made.server.address).on_stop(close)
        with pytest.raises(
            OSError, match=f"cannot listen on {made.server.address}, which .*_LISTEN names: it is in use"
        ):
            await second.start()

    assert ["store"] == closed


async def test_what_was_opened_is_closed_when_the_building_fails_midway() -> None:
    closed: list[str] = []

    async def close() -> None:
        closed.append("store")

    server = plain_server()

    async def build() -> None:
        async with server.assembling():
            server.on_stop(close)
            raise RuntimeError("no key")

    with pytest.raises(RuntimeError, match="no key"):
        await build()

    assert ["store"] == closed


async def test_off_loopback_it_does_not_start_in_the_clear() -> None:
    settings = settings_with()
    object.__setattr__(settings, "listen", "0.0.0.0:0")
    server = Server(settings=settings, telemetry=Telemetry.for_tests(), name="echo")
    with pytest.raises(Failure) as caught:
        await server.start()

    assert "TLS_REQUIRED" == caught.value.reason


@pytest.mark.parametrize("reflection", [True, False])
async def test_reflection_is_served_when_set(reflection: bool) -> None:
    async with served(reflection=reflection) as made:
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(made.channel)  # type: ignore[arg-type]  # its stubs know only sync
        call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
        if reflection:
            names = {service.name for service in (await call.read()).list_services_response.service}
            assert {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"} == names
        else:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call.read()
            assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()


async def test_a_handler_that_is_not_asynchronous_is_refused_at_once() -> None:
    def blocking(request: bytes, _context: Any) -> bytes:
        return request

    def add(_servicer: Any, server: Any) -> None:
        server.add_registered_method_handlers(
            "test.v1.Blocking", {"Block": grpc.unary_unary_rpc_method_handler(blocking)}
        )

    with pytest.raises(TypeError, match=r"test\.v1\.Blocking/Block is not asynchronous"):
        plain_server().add(add, object(), "test.v1.Blocking")


async def test_a_method_left_to_the_generated_base_answers_unimplemented() -> None:
    class Nothing(health_pb2_grpc.HealthServicer):
        """Overrides none of its methods."""

    def add(servicer: Any, server: Any) -> None:
        handler: Any = grpc.unary_unary_rpc_method_handler(servicer.Check)
        server.add_registered_method_handlers("test.v1.Nothing", {"Check": handler})

    server = plain_server().add(add, Nothing(), "test.v1.Nothing")
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        check: Any = channel.unary_unary("/test.v1.Nothing/Check")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await check(b"")
    await server.stop(0)

    assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()


async def test_handlers_registered_only_generically_are_wrapped_too() -> None:
    async def echo(request: bytes, _context: Any) -> bytes:
        return request

    def add(_servicer: Any, server: Any) -> None:
        handlers: Any = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.v1.Plain", handlers),))

    telemetry = Telemetry.for_tests()
    server = Server(settings=settings_with(), telemetry=telemetry, name="plain").add(add, None, "test.v1.Plain")
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        known: Any = channel.unary_unary("/test.v1.Plain/Echo")
        unknown: Any = channel.unary_unary("/test.v1.Plain/Other")
        assert b"x" == await known(b"x")
        assert b"y" == await known(b"y")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await unknown(b"x")
    await server.stop(0)

    assert grpc.StatusCode.UNIMPLEMENTED == caught.value.code()
    assert 2 == len(telemetry.exporter.get_finished_spans())  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains_and_a_second_one_stops_at_once(number: signal.Signals) -> None:
    gate = Gate()
    echo = Echo(gate)
    server = plain_server(drain_seconds=60).add(add_echo, echo, SERVICE)
    serving = asyncio.create_task(server.serve_until_signal())
    await until(lambda: server.address)
    async with grpc.aio.insecure_channel(server.address) as channel:
        method: Any = channel.unary_unary(f"/{SERVICE}/Unary")
        running = asyncio.ensure_future(method(b"x"))
        await until(lambda: echo.began)
        os.kill(os.getpid(), number)
        await until(server.draining.is_set)
        assert not serving.done()
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await serving
        with pytest.raises(grpc.aio.AioRpcError):
            await running

"""A server whose store is lost: it says so, and drains by itself where a process lives by it."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from structlog.testing import capture_logs
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.telemetry import Telemetry

from tests.seams.chassis_echo import SERVICE, Echo, add_echo, settings_with, until
from tests.seams.test_chassis_server import Gate, status_of

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def plain_server() -> Server:
    return Server(settings=settings_with(drain_seconds=60), telemetry=Telemetry.for_tests(), name="echo")


async def test_a_server_is_lost_for_good_once_what_it_lives_by_fails_and_then_drains_by_itself() -> None:
    alive = [True]
    gate = Gate()
    echo = Echo(gate)
    server = plain_server().add(add_echo, echo, SERVICE).lives_while(lambda: alive[0])
    serving = asyncio.create_task(server.serve_until_signal())
    await until(lambda: server.address)
    async with grpc.aio.insecure_channel(server.address) as channel:
        assert SERVING == await status_of(channel)
        method: Any = channel.unary_unary(f"/{SERVICE}/Unary")
        running = asyncio.ensure_future(method(b"x"))
        await until(lambda: echo.began)
        assert not server.lost.is_set()
        alive[0] = False
        async with asyncio.timeout(5):
            await server.lost.wait()
        alive[0] = True
        await until(server.draining.is_set)
        assert not serving.done()
        gate.open.set()
        assert b"x" == await running
        async with asyncio.timeout(5):
            await serving


async def test_a_server_that_no_process_lives_by_says_that_it_is_lost_and_stays() -> None:
    server = plain_server().ready_when(lambda: False).lives_while(lambda: False)
    async with grpc.aio.insecure_channel(await server.start()) as channel:
        assert server.lost.is_set()
        assert NOT_SERVING == await status_of(channel)
        assert not server.draining.is_set()
    await server.stop(0)


async def test_what_it_lives_by_and_cannot_be_looked_at_is_lost_and_said_once() -> None:
    def broken() -> bool:
        raise RuntimeError("no store")

    with capture_logs() as lines:
        server = plain_server().lives_while(broken)
        await server.start()
        assert server.lost.is_set()
        await server.stop(0)

    assert ["readiness check failed"] == [line["event"] for line in lines if line["log_level"] == "error"]

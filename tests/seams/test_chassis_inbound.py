"""What happens around a handler, for all four shapes of an RPC, over a real wire."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import grpc
import pytest
from structlog.testing import capture_logs
from tidewaiter_chassis import answers, deadlines
from tidewaiter_chassis.failures import Failure, Kind

from tests.seams.chassis_echo import (
    SERVICE,
    SHAPES,
    Echo,
    failed,
    make,
    raising,
    served,
    until,
    wait_for_ever,
)

SECRET = "Maria Muster, 12 Elm Street"


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_call_of_each_shape_is_answered_traced_timed_and_logged(shape: str) -> None:
    with capture_logs() as lines:
        async with served() as made:
            assert b"ab" == await make(made, shape)
            await until(made.spans)
            (span,) = made.spans()

    assert f"{SERVICE}/{shape}" == span.name
    assert "SERVER" == span.kind.name
    assert "UNSET" == span.status.status_code.name
    assert {"rpc.system.name": "grpc", "rpc.method": f"{SERVICE}/{shape}", "rpc.status_code": "OK"} == span.attributes
    (line,) = [line for line in lines if line["event"] == "rpc"]
    assert (f"{SERVICE}/{shape}", "OK", None) == (line["method"], line["code"], line["reason"])
    assert 0 < line["milliseconds"] < 5000
    assert 32 == len(line["request_id"])


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_failure_arrives_as_itself(shape: str) -> None:
    failure = Failure(kind=Kind.STALE, reason="REVISION_STALE", detail="Read it again.", facts={"revision": "7"})
    async with served(raising(failure)) as made:
        error = await failed(made, shape)
        await until(made.spans)
        (span,) = made.spans()

    assert failure == answers.from_rpc_error(error)
    assert ("ABORTED", "REVISION_STALE") == (span.attributes["rpc.status_code"], span.attributes["tidewaiter.reason"])
    assert "UNSET" == span.status.status_code.name


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_arrives_as_itself(kind: Kind) -> None:
    failure = Failure(kind=kind, reason="SOME_REASON", detail="Some detail.")
    async with served(raising(failure)) as made:
        assert failure == answers.from_rpc_error(await failed(made, "Unary"))


@pytest.mark.parametrize("shape", SHAPES)
async def test_an_unforeseen_exception_gives_nothing_away(shape: str) -> None:
    with capture_logs() as lines:
        async with served(raising(RuntimeError(f"no such party: '{SECRET}'"))) as made:
            error = await failed(made, shape)
            await until(made.spans)
            (span,) = made.spans()

    failure = answers.from_rpc_error(error)
    assert (Kind.INTERNAL, grpc.StatusCode.INTERNAL) == (failure.kind, error.code())
    assert "no such party" not in str(error)
    (incident,) = [line for line in lines if line["event"] == "unforeseen error"]
    assert incident["incident_id"] in (error.details() or "")
    assert "RuntimeError" == incident["error"]
    assert any("chassis_echo.py" in frame for frame in incident["frames"])
    assert SECRET not in repr(lines)
    assert ("ERROR", "INTERNAL") == (span.status.status_code.name, span.attributes["error.type"])


async def test_an_abort_made_by_the_handler_passes_through() -> None:
    async def script(_request: bytes, context: Any) -> bytes:
        await context.abort(grpc.StatusCode.NOT_FOUND, "not here", (("hint", "there"),))
        raise AssertionError("abort raises")

    with capture_logs() as lines:
        async with served(Echo(script)) as made:
            error = await failed(made, "Unary")

    assert (grpc.StatusCode.NOT_FOUND, "not here") == (error.code(), error.details())
    assert "there" == error.trailing_metadata()["hint"]
    assert ["NOT_FOUND"] == [line["code"] for line in lines if line["event"] == "rpc"]


async def test_a_code_set_by_the_handler_is_recorded() -> None:
    async def script(request: bytes, context: Any) -> bytes:
        context.set_code(grpc.StatusCode.OUT_OF_RANGE)
        return request

    async with served(Echo(script)) as made:
        assert grpc.StatusCode.OUT_OF_RANGE == (await failed(made, "Unary")).code()
        await until(made.spans)
        assert "OUT_OF_RANGE" == made.spans()[0].attributes["rpc.status_code"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_cancelled_call_is_recorded_as_cancelled_and_cleans_up(shape: str) -> None:
    with capture_logs() as lines:
        async with served(Echo(wait_for_ever)) as made:
            task = asyncio.create_task(make(made, shape))
            await until(lambda: made.echo.began)
            task.cancel()
            await until(made.spans)
            (span,) = made.spans()
            assert (1, 1) == (made.echo.cancelled, made.echo.ended)
            made.assert_nothing_leaked()

    assert "CANCELLED" == span.attributes["rpc.status_code"]
    assert "UNSET" == span.status.status_code.name
    assert ["CANCELLED"] == [line["code"] for line in lines if line["event"] == "rpc"]


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_callers_deadline_is_recorded_as_such_and_cancels_the_handler(shape: str) -> None:
    async with served(Echo(wait_for_ever)) as made:
        error = await failed(made, shape, timeout=0.1)
        await until(made.spans)
        (span,) = made.spans()
        assert 1 == made.echo.cancelled

    assert grpc.StatusCode.DEADLINE_EXCEEDED == error.code()
    assert ("DEADLINE_EXCEEDED", "ERROR") == (span.attributes["rpc.status_code"], span.status.status_code.name)


async def test_the_servers_own_limit_ends_a_call_whose_caller_set_none() -> None:
    async with served(Echo(wait_for_ever), deadline_seconds_max=0.05) as made:
        failure = answers.from_rpc_error(await failed(made, "Unary"))

    assert (Kind.LATE, "DEADLINE_SECONDS_MAX_REACHED") == (failure.kind, failure.reason)


async def test_a_stream_may_outlast_the_servers_limit() -> None:
    async def script(request: bytes, _context: Any) -> bytes:
        await asyncio.sleep(0.06)
        return request

    async with served(Echo(script), deadline_seconds_max=0.05) as made:
        assert b"ab" == await make(made, "Both")


async def test_the_time_left_is_the_earlier_of_the_callers_and_the_servers() -> None:
    left: list[float] = []

    async def script(request: bytes, _context: Any) -> bytes:
        left.append(deadlines.time_left_seconds())
        return request

    async with served(Echo(script), deadline_seconds_max=20) as made:
        await make(made, "Unary", timeout=5)
        await make(made, "Unary", timeout=25)
        await make(made, "Into", timeout=25)
        await make(made, "Into")

    # gRPC sends a timeout with three digits only, rounded up.
    assert 4 < left[0] <= 5.1
    assert 19 < left[1] <= 20
    assert 24 < left[2] <= 26
    assert float("inf") == left[-1]


async def test_more_calls_than_admitted_are_refused_with_a_time_to_wait() -> None:
    async with served(Echo(wait_for_ever), rpcs_in_flight_max=2) as made:
        held = [asyncio.create_task(make(made, "Unary")) for _ in range(2)]
        await until(lambda: made.echo.began == 2)
        failure = answers.from_rpc_error(await failed(made, "Both"))
        for task in held:
            task.cancel()
        await until(lambda: made.server.in_flight == 0)
        made.echo.script = None
        assert b"ab" == await make(made, "Unary")

    assert (Kind.FULL, "TOO_MANY_RPCS", 0.5) == (failure.kind, failure.reason, failure.retry_after_seconds)
    assert {"rpcs_in_flight_max": "2"} == failure.facts


async def test_a_cancelled_error_from_within_is_answered_and_not_left_hanging() -> None:
    async with served(raising(asyncio.CancelledError())) as made:
        assert grpc.StatusCode.INTERNAL == (await failed(made, "Unary", timeout=5)).code()


async def test_after_many_calls_cancelled_at_any_moment_nothing_is_left_open() -> None:
    chance = random.Random(11)

    async def script(request: bytes, _context: Any) -> bytes:
        await asyncio.sleep(chance.random() * 0.004)
        if chance.random() < 0.2:
            raise Failure(kind=Kind.STALE, reason="REVISION_STALE", detail="Stale.")
        return request

    async with served(Echo(script)) as made:
        for _ in range(10):
            tasks = [asyncio.create_task(make(made, shape)) for shape in SHAPES for _ in range(6)]
            for task in tasks:
                await asyncio.sleep(chance.random() * 0.001)
                if chance.random() < 0.6:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: made.server.in_flight == 0)
        assert 0 == made.telemetry.tracing.live
        # On the client's side grpc.aio itself forgets about one in a hundred streams cancelled at an unlucky moment;
        # they end with the channel, as is asserted when this block ends.
        made.echo.script = None
        assert b"ab" == await make(made, "Written")

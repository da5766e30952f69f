"""What happens around a call we make, over a real wire."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from structlog.testing import capture_logs
from tidewaiter_chassis import deadlines
from tidewaiter_chassis.channel import call, connect, follow
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.outbound import OutboundChannel
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.traces import working_on

from tests.seams.chassis_echo import SERVICE, Echo, Served, raising, served, until, wait_for_ever


async def endless() -> AsyncIterator[bytes]:
    yield b"a"
    await asyncio.Event().wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_both_ends_of_a_call_are_one_trace() -> None:
    async with served() as made:
        with made.client.tracing.begin("filing") as filing, working_on(filing):
            await made.method("Unary")(b"x")
        await until(made.spans)
        (server,) = made.spans()
        client, parent = made.client_spans()

    assert ["CLIENT", "SERVER"] == [client.kind.name, server.kind.name]
    assert 1 == len({span.context.trace_id for span in (parent, client, server)})
    assert (parent.context.span_id, client.context.span_id) == (client.parent.span_id, server.parent.span_id)
    assert {
        "rpc.system.name": "grpc",
        "rpc.method": f"{SERVICE}/Unary",
        "rpc.status_code": "OK",
        "server.address": "127.0.0.1",
        "server.port": int(made.server.address.rpartition(":")[2]),
    } == client.attributes


async def test_what_is_not_sampled_is_recorded_at_neither_end() -> None:
    async with served() as made:
        unsampled = made.client.tracing.begin("filing", parent=f"00-{1:032x}-{1:016x}-00")
        with unsampled, working_on(unsampled):
            await made.method("Unary")(b"x")
        await until(lambda: made.server.in_flight == 0)

    assert ([], []) == (made.spans(), made.client_spans())


async def test_a_call_inside_a_call_carries_the_request_id_and_less_time() -> None:
    async with served() as inner:

        async def script(request: bytes, _context: Any) -> bytes:
            return bytes(await inner.method("Unary")(request))

        with capture_logs() as lines:
            async with served(Echo(script)) as outer:
                await outer.method("Unary")(b"x", timeout=0.5, metadata=(("x-request-id", "order-7"),))
                await until(lambda: outer.server.in_flight == 0)

    first, second = [line for line in lines if line["event"] == "rpc"]
    assert ["order-7", "order-7"] == [first["request_id"], second["request_id"]]
    assert first["time_left_at_start"] < second["time_left_at_start"] <= 0.51


async def test_a_call_for_which_nobody_named_a_time_has_one_all_the_same() -> None:
    async with served(deadline_seconds_max=100) as made:
        with capture_logs() as lines:
            await made.method("Unary")(b"x")
            await until(lambda: made.server.in_flight == 0)

    assert 29 < lines[0]["time_left_at_start"] < 31


async def test_too_little_time_is_refused_before_the_call() -> None:
    async with served() as made:
        with deadlines.with_deadline(0.011), pytest.raises(Failure) as caught:
            made.method("Unary")(b"x")

    assert (Kind.LATE, "TOO_LITTLE_TIME_LEFT") == (caught.value.kind, caught.value.reason)
    assert 0 == made.echo.began


async def test_cancelling_the_callers_task_reaches_the_server() -> None:
    async with served(Echo(wait_for_ever)) as made:
        task = asyncio.create_task(call(made.method("Unary"), b"x", peer="echo", seconds=20))
        await until(lambda: made.echo.began)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: made.echo.cancelled)
        await until(made.client_spans)

    assert "CANCELLED" == made.client_spans()[0].attributes["rpc.status_code"]


async def test_cancelling_before_the_call_was_sent_leaves_nothing_open() -> None:
    async with served() as made:
        task = asyncio.create_task(call(made.method("Unary"), b"x", peer="echo", seconds=20))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(made.client_spans)


async def test_a_stream_cancelled_midway_is_recorded_at_both_ends() -> None:
    async with served() as made:
        stream = made.method("Both")(endless())
        assert b"a" == await stream.read()
        stream.cancel()
        await until(lambda: made.client_spans() and made.spans())

    assert ["CANCELLED", "CANCELLED"] == [
        span.attributes["rpc.status_code"] for span in (*made.client_spans(), *made.spans())
    ]


async def test_streams_left_unread_end_with_their_channel() -> None:
    async with served(Echo(wait_for_ever)) as made:
        unread = made.method("Out")(b"abc")
        begun = made.method("Both")(endless())
        await until(lambda: made.echo.began == 2)
        assert [] == made.client_spans()
        await made.channel.close()
        await until(lambda: len(made.client_spans()) == 2)
        del unread, begun


async def failure_of(calling: Any) -> Failure:
    with pytest.raises(Failure) as caught:
        await calling
    return caught.value


async def test_a_peer_that_is_down_did_not_answer_and_says_so_at_once() -> None:
    client = Telemetry.for_tests()
    async with connect(f"127.0.0.1:{free_port()}", telemetry=client, service=SERVICE, retry=False) as channel:
        method: Any = channel.unary_unary(f"/{SERVICE}/Unary")
        async with asyncio.timeout(5):
            failure = await failure_of(call(method, b"x", peer="risk", seconds=20))

    assert (Kind.PEER, "RISK_DID_NOT_ANSWER") == (failure.kind, failure.reason)
    assert {"peer": "risk", "peer_status": "UNAVAILABLE", "peer_reason": "RPC_UNAVAILABLE"} == failure.facts
    assert failure.retry_after_seconds is not None
    assert 0 == client.tracing.live


async def test_a_peer_that_is_late_did_not_answer() -> None:
    async with served(Echo(wait_for_ever)) as made:
        failure = await failure_of(call(made.method("Unary"), b"x", peer="audit", seconds=0.05))

    assert (Kind.PEER, "AUDIT_DID_NOT_ANSWER") == (failure.kind, failure.reason)
    assert "DEADLINE_EXCEEDED" == failure.facts["peer_status"]


async def test_a_peer_that_is_busy_did_not_answer_and_its_time_to_wait_is_passed_on() -> None:
    busy = Failure(kind=Kind.BUSY, reason="STORE_LOST", detail="The store is gone.", retry_after_seconds=7)
    async with served(raising(busy)) as made:
        failure = await failure_of(call(made.method("Unary"), b"x", peer="audit", seconds=5))

    assert ("AUDIT_DID_NOT_ANSWER", 7) == (failure.reason, failure.retry_after_seconds)
    assert ("STORE_LOST", "UNAVAILABLE") == (failure.facts["peer_reason"], failure.facts["peer_status"])
    assert "The store is gone" not in failure.detail


async def test_what_a_peer_refuses_is_its_own_failure() -> None:
    refused = Failure(kind=Kind.REUSED, reason="REQUEST_ID_REUSED", detail="Used before.", facts={"field": "x"})
    async with served(raising(refused)) as made:
        assert refused == await failure_of(call(made.method("Unary"), b"x", peer="audit", seconds=5))


async def attempts(made: Served, kind: Kind) -> int:
    made.echo.script = raising(Failure(kind=kind, reason="NO", detail="No.")).script
    await failure_of(call(made.method("Unary"), b"x", peer="audit", seconds=5))
    return made.echo.began


async def test_only_unavailable_is_repeated_at_most_twice_and_only_when_asked() -> None:
    async with served(retry=True) as made:
        assert 3 == await attempts(made, Kind.BUSY)
    async with served(retry=True) as made:
        assert 1 == await attempts(made, Kind.FULL)
    async with served(retry=False) as made:
        assert 1 == await attempts(made, Kind.BUSY)


async def test_a_peer_that_comes_back_is_found_again_within_seconds() -> None:
    port = free_port()
    client = Telemetry.for_tests()
    async with connect(f"127.0.0.1:{port}", telemetry=client, service=SERVICE, retry=False) as channel:
        method: Any = channel.unary_unary(f"/{SERVICE}/Unary")
        await failure_of(call(method, b"x", peer="echo", seconds=1))
        async with served(listen=f"127.0.0.1:{port}"):
            answers: list[bytes] = []
            async with asyncio.timeout(10):
                while not answers:
                    with contextlib.suppress(Failure):
                        answers.append(await call(method, b"x", peer="echo", seconds=1))
                    await asyncio.sleep(0.02)
            assert [b"x"] == answers


async def test_the_clear_is_for_loopback_only() -> None:
    with pytest.raises(Failure) as caught:
        connect("10.0.0.1:7304", telemetry=Telemetry.for_tests(), service=SERVICE, retry=False)

    assert "TLS_REQUIRED" == caught.value.reason


def test_the_channel_forwards_everything_a_channel_has() -> None:
    abstract = {name for name in vars(grpc.aio.Channel) if not name.startswith("_")}

    for name in abstract:
        assert name in vars(OutboundChannel), name
    for name in ("get_state", "wait_for_state_change", "channel_ready", "close"):
        theirs = inspect.signature(getattr(grpc.aio.Channel, name)).parameters
        assert list(theirs) == list(inspect.signature(getattr(OutboundChannel, name)).parameters), name


async def test_a_channel_tells_its_state_and_becomes_ready() -> None:
    async with served() as made:
        await made.channel.channel_ready()
        assert grpc.ChannelConnectivity.READY == made.channel.get_state()


async def unending(count: list[int]) -> AsyncIterator[bytes]:
    """Messages without end, counted as they are made."""
    while True:
        count[0] += 1
        yield b"x" * 16_384


async def standing_still(count: list[int]) -> None:
    """Return once nothing more was made for a while."""
    before = -1
    while before != count[0]:
        before = count[0]
        for _ in range(100):
            await asyncio.sleep(0.001)


async def test_a_peer_that_is_followed_slowly_is_held_back_by_the_transport() -> None:
    count = [0]

    class Unending(Echo):
        async def out(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
            async for made in unending(count):
                yield made

    async with served(Unending()) as made, contextlib.aclosing(follow(made.method("Out"), b"x", peer="echo")) as told:
        await anext(told)
        await standing_still(count)
        at_rest = count[0]
        for _ in range(3):
            await anext(told)

    assert at_rest < 500, "some of the transport's own windows, and no more"


async def test_letting_go_of_a_peer_ends_the_call_there() -> None:
    async with served(Echo(script=wait_for_ever)) as made:
        told = follow(made.method("Out"), b"x", peer="echo")
        waiting = asyncio.ensure_future(anext(told))
        await until(lambda: made.echo.began)
        waiting.cancel()

        await until(lambda: made.echo.ended)


async def test_a_peer_that_ends_its_endless_stream_did_not_answer() -> None:
    async with served() as made:
        told = follow(made.method("Out"), b"a", peer="echo")
        assert b"a" == await anext(told)
        with pytest.raises(Failure) as failed:
            await anext(told)

    assert (Kind.PEER, "ECHO_DID_NOT_ANSWER") == (failed.value.kind, failed.value.reason)

"""A caller that goes away while it is written to: a cancelled call, and never a mistake of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from structlog.testing import capture_logs
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind

from tests.seams.chassis_echo import SERVICE, Echo, failed, make, raising, served, until

CUTS = 6
LARGE = b"x" * 500_000
"""More than the caller takes without reading, so that a write is always under way."""


class Flood(Echo):
    """Writes without end to a caller that does not read."""

    async def both(self, requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            self.began += 1
            while True:
                yield LARGE

    async def written(self, request: bytes, context: Any) -> None:
        self.began += 1
        while True:
            await context.write(LARGE)


async def cut(address: str, shape: str, echo: Echo) -> None:
    """Sends one message, never reads, and closes the channel in the middle of a write."""
    began = echo.began
    async with grpc.aio.insecure_channel(address) as channel:
        method: Any = (channel.stream_stream if shape == "Both" else channel.unary_stream)(f"/{SERVICE}/{shape}")
        if shape == "Both":
            await method().write(b"a")
        else:
            method(b"a")
        await until(lambda: echo.began > began)
        await channel.close()


@pytest.mark.parametrize("shape", ["Both", "Written"])
async def test_a_caller_that_cuts_a_stream_without_reading_it_cancelled_the_call(shape: str) -> None:
    with capture_logs() as lines:
        async with served(Flood()) as made:
            for _ in range(CUTS):
                await cut(made.server.address, shape, made.echo)
            await until(lambda: len(made.spans()) == CUTS)

            assert ["CANCELLED"] * CUTS == [span.attributes["rpc.status_code"] for span in made.spans()]

    assert [("info", "CANCELLED", None)] * CUTS == [
        (line["log_level"], line["code"], line["reason"]) for line in lines if line["event"] == "rpc"
    ]
    assert [] == [line for line in lines if line["log_level"] == "error"]


@pytest.mark.parametrize("shape", ["Unary", "Out", "Written", "Both"])
async def test_a_write_that_fails_before_the_cancellation_arrives_is_a_cancelled_call(shape: str) -> None:
    with capture_logs() as lines:
        async with served(raising(grpc.aio.InternalError("ExecuteBatchError"))) as made:
            task = asyncio.create_task(make(made, shape, b"a"))
            await until(lambda: made.echo.ended)
            task.cancel()
            await until(made.spans)

    assert [("info", "CANCELLED")] == [(line["log_level"], line["code"]) for line in lines if line["event"] == "rpc"]
    assert "unforeseen error" not in [line["event"] for line in lines]


async def test_a_write_that_fails_while_the_caller_stays_is_unforeseen() -> None:
    with capture_logs() as lines:
        async with served(raising(grpc.aio.InternalError("ExecuteBatchError"))) as made:
            failure = answers.from_rpc_error(await failed(made, "Both"))

    assert (Kind.INTERNAL, "UNEXPECTED") == (failure.kind, failure.reason)
    assert [("error", "INTERNAL")] == [(line["log_level"], line["code"]) for line in lines if line["event"] == "rpc"]

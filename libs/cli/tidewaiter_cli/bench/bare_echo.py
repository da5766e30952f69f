"""The bare echo as a caller sees it: its process, one message at a time, and chunks on a stream."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import grpc.aio
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.echo_server import BATCH, SERVICE, STREAM, UNARY
from tidewaiter_cli.stopping import Stop

CHUNKS_UNANSWERED_MAX: Final = 4
"""As the SDK's stream has it: 2,000 filings unanswered in chunks of 500."""

_STOP_SECONDS: Final = 10.0


@contextmanager
def echo_process() -> Iterator[str]:
    """The address of an echo in a process of its own, for as long as this lasts."""
    # In a session of its own, like the services: Ctrl-C is ours to handle.
    process = subprocess.Popen(
        [sys.executable, "-m", "tidewaiter_cli.bench.echo_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip().decode()
            if not port:
                raise Stop("the bare echo did not start.", advice="What it says of it is above.")
            yield f"127.0.0.1:{port}"
        finally:
            process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


class Echo:
    """Calls of the echo over one channel."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._unary: Callable[[intake_pb2.SubmitFilingRequest], Awaitable[intake_pb2.SubmitFilingRequest]] = (
            channel.unary_unary(
                f"/{SERVICE}/{UNARY}",
                request_serializer=intake_pb2.SubmitFilingRequest.SerializeToString,
                response_deserializer=intake_pb2.SubmitFilingRequest.FromString,
            )
        )
        self._batch: Callable[
            [eligibility_pb2.BatchCheckEligibilityRequest], Awaitable[eligibility_pb2.BatchCheckEligibilityRequest]
        ] = channel.unary_unary(
            f"/{SERVICE}/{BATCH}",
            request_serializer=eligibility_pb2.BatchCheckEligibilityRequest.SerializeToString,
            response_deserializer=eligibility_pb2.BatchCheckEligibilityRequest.FromString,
        )
        self._stream = channel.stream_stream(
            f"/{SERVICE}/{STREAM}",
            request_serializer=intake_pb2.StreamFilingsRequest.SerializeToString,
            response_deserializer=intake_pb2.StreamFilingsRequest.FromString,
        )

    async def one(self, filing: trade_pb2.Filing) -> None:
        """Sends one filing and waits for it to come back."""
        await self._unary(intake_pb2.SubmitFilingRequest(filing=filing))

    async def batch(self, request: eligibility_pb2.BatchCheckEligibilityRequest) -> None:
        """Sends a batch of what-ifs and waits for it to come back."""
        await self._batch(request)

    async def filings_per_second(
        self, chunks: Sequence[intake_pb2.StreamFilingsRequest], *, seconds_min: float
    ) -> float:
        """How many filings a second come back when these chunks go through one stream, again until the time is up."""
        room = asyncio.Semaphore(CHUNKS_UNANSWERED_MAX)
        went = came_back = 0
        started = time.perf_counter()

        async def sent() -> AsyncIterator[intake_pb2.StreamFilingsRequest]:
            nonlocal went
            while not went or time.perf_counter() - started < seconds_min:
                for chunk in chunks:
                    await room.acquire()
                    went += len(chunk.chunk.filings)
                    yield chunk

        async for answer in self._stream(sent()):
            came_back += len(answer.chunk.filings)
            room.release()
        seconds = time.perf_counter() - started
        if came_back != went:
            raise Stop(f"the bare echo answered {came_back} of {went} filings: no figures.")
        return came_back / seconds

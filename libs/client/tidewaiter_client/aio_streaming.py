"""One call of `AsyncClient.stream`: a task that takes filings, connections that come and go, answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Final

import grpc.aio
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.answer import Answer
from tidewaiter_client.errors import TidewaiterError, Unavailable, error_from_rpc
from tidewaiter_client.ledger import Ledger
from tidewaiter_client.limits import StreamLimits
from tidewaiter_client.patience import OnLost, Patience, closed_early

_TAKEN_AT_ONCE: Final = 100
"""A synchronous iterable gives way to the loop after so many filings."""

_FAILED_WRITE: Final = "SendMessageOperation"


class AioStream:
    """The filings of one iterable, filed; `answers` may be called once."""

    def __init__(
        self,
        stub: intake_pb2_grpc.IntakeServiceAsyncStub,
        filings: Iterable[trade_pb2.Filing] | AsyncIterable[trade_pb2.Filing],
        *,
        limits: StreamLimits,
        address: str,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
        on_lost: OnLost,
    ) -> None:
        self._stub = stub
        self._filings = filings
        self._limits = limits
        self._address = address
        self._clock = clock
        self._sleep = sleep
        self._on_lost = on_lost
        self._ledger = Ledger(limits, clock=clock)
        self._patience = Patience(limits, clock=clock, jitter=jitter)
        self._changed = asyncio.Condition()
        self._connection = 0

    async def answers(self) -> AsyncGenerator[Answer, None]:
        """Each filing's answer, as it comes, until all are answered; then what the iterable raised, if it did."""
        feeder = asyncio.create_task(self._feed(), name="tidewaiter-filings")
        try:
            while await self._wait_for_work():
                async with aclosing(self._one_connection()) as answers:
                    async for answer in answers:
                        yield answer
            await feeder
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)

    async def _feed(self) -> None:
        try:
            async for filing in _each(self._filings):
                async with self._changed:
                    await self._changed.wait_for(lambda: self._ledger.has_room)
                    self._ledger.take(filing)
                    if self._ledger.is_worth_telling:
                        self._changed.notify_all()
        finally:
            async with self._changed:
                self._ledger.source_ended = True
                self._changed.notify_all()

    async def _wait_for_work(self) -> bool:
        async with self._changed:
            await self._changed.wait_for(lambda: self._ledger.has_work or self._ledger.source_ended)
            return not self._ledger.finished

    async def _one_connection(self) -> AsyncGenerator[Answer, None]:
        """Answers until the connection ends, well or badly; what it left unanswered is to be sent again."""
        self._connection += 1
        closes_at = self._clock() + self._limits.stream_seconds
        seconds = self._limits.stream_seconds + self._limits.answer_seconds
        for answer in self._ledger.refused_here():
            yield answer
        call = self._stub.StreamFilings(self._requests(self._connection, closes_at), timeout=seconds)
        failure: TidewaiterError | None = None
        try:
            async for message in call:
                for answer in await self._settle(message):
                    yield answer
        except grpc.aio.AioRpcError as error:
            failure = _failure_of(error, self._address)
        finally:
            call.cancel()
        async with self._changed:
            # From here on what still sends for this connection gets nothing more to lose.
            self._connection += 1
            if failure is None and self._ledger.in_flight:
                failure = closed_early(self._ledger.in_flight)
            if failure is not None and self._ledger.lose_stream(failure):
                failure = None
            self._ledger.lose_connection()
            self._changed.notify_all()
        for answer in self._ledger.refused_here():
            yield answer
        if failure is not None:
            delay = self._patience.next_delay_seconds(failure)
            self._on_lost(failure, delay)
            await self._sleep(delay)

    async def _settle(self, message: intake_pb2.StreamFilingsResponse) -> list[Answer]:
        if message.results:
            self._patience.renew()
        async with self._changed:
            answers = self._ledger.read(message)
            self._changed.notify_all()
        return answers

    async def _requests(self, connection: int, closes_at: float) -> AsyncIterator[intake_pb2.StreamFilingsRequest]:
        yield intake_pb2.StreamFilingsRequest(open=self._ledger.opening())
        while (chunk := await self._next_chunk(connection, closes_at)) is not None:
            yield intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=chunk))

    async def _next_chunk(self, connection: int, closes_at: float) -> list[trade_pb2.Filing] | None:
        while True:
            async with self._changed:
                if connection != self._connection:
                    return None
                step = self._ledger.next_step(closes_at)
                if not isinstance(step, float):
                    return step
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), step)


def _failure_of(error: grpc.aio.AioRpcError, address: str) -> TidewaiterError:
    """What ended the connection.

    grpcio loses the true status of a call that ends while a message is on its way out, and says INTERNAL
    (grpc/grpc#36066). The connection is over either way, and filing again is harmless; if it was more than that, the
    next connection meets it again.
    """
    if error.code() is grpc.StatusCode.INTERNAL and _FAILED_WRITE in (error.debug_error_string() or ""):
        return Unavailable(
            code="UNAVAILABLE",
            reason="STREAM_LOST_WHILE_SENDING",
            detail=f"the stream ended while filings were on their way (calling {address})",
        )
    return error_from_rpc(error, address=address)


async def _each(
    filings: Iterable[trade_pb2.Filing] | AsyncIterable[trade_pb2.Filing],
) -> AsyncIterator[trade_pb2.Filing]:
    if isinstance(filings, AsyncIterable):
        async for filing in filings:
            yield filing
        return
    for number, filing in enumerate(filings):
        if number % _TAKEN_AT_ONCE == _TAKEN_AT_ONCE - 1:
            await asyncio.sleep(0)
        yield filing

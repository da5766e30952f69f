"""One call of `Client.stream`: a thread that takes filings from the caller, connections that come and go, answers.

Three threads meet at one lock: the caller's, which reads answers; one of ours, which takes filings, because the
caller's iterable may block; and gRPC's own, which asks for the next message of each connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator

import grpc
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.answer import Answer
from tidewaiter_client.errors import TidewaiterError, error_from_rpc
from tidewaiter_client.ledger import Ledger
from tidewaiter_client.limits import StreamLimits
from tidewaiter_client.patience import OnLost, Patience, closed_early


class Stream:
    """The filings of one iterable, filed; `answers` may be called once."""

    def __init__(
        self,
        stub: intake_pb2_grpc.IntakeServiceStub,
        filings: Iterable[trade_pb2.Filing],
        *,
        limits: StreamLimits,
        address: str,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
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
        self._changed = threading.Condition()
        self._connection = 0
        self._closed = False
        self._source_error: BaseException | None = None

    def answers(self) -> Generator[Answer, None, None]:
        """Each filing's answer, as it comes, until all are answered; then what the iterable raised, if it did."""
        feeder = threading.Thread(target=self._feed, name="tidewaiter-filings", daemon=True)
        feeder.start()
        try:
            while self._wait_for_work():
                yield from self._one_connection()
        finally:
            self._close()
        if self._source_error is not None:
            raise self._source_error

    def _feed(self) -> None:
        try:
            for filing in self._filings:
                with self._changed:
                    self._changed.wait_for(lambda: self._ledger.has_room or self._closed)
                    if self._closed:
                        return
                    self._ledger.take(filing)
                    if self._ledger.is_worth_telling:
                        self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001  # raised again by `answers`, where the caller is
            self._source_error = error
        finally:
            with self._changed:
                self._ledger.source_ended = True
                self._changed.notify_all()

    def _wait_for_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._ledger.has_work or self._ledger.source_ended)
            return not self._ledger.finished

    def _one_connection(self) -> Iterator[Answer]:
        """Answers until the connection ends, well or badly; what it left unanswered is to be sent again."""
        self._connection += 1
        closes_at = self._clock() + self._limits.stream_seconds
        seconds = self._limits.stream_seconds + self._limits.answer_seconds
        yield from self._refused_here()
        call = self._stub.StreamFilings(self._requests(self._connection, closes_at), timeout=seconds)
        failure: TidewaiterError | None = None
        try:
            for message in call:
                yield from self._settle(message)
        except grpc.RpcError as error:
            failure = error_from_rpc(error, address=self._address)
        finally:
            call.cancel()
        with self._changed:
            # From here on what still sends for this connection gets nothing more to lose.
            self._connection += 1
            if failure is None and self._ledger.in_flight:
                failure = closed_early(self._ledger.in_flight)
            if failure is not None and self._ledger.lose_stream(failure):
                failure = None
            self._ledger.lose_connection()
            self._changed.notify_all()
        yield from self._refused_here()
        if failure is not None:
            delay = self._patience.next_delay_seconds(failure)
            self._on_lost(failure, delay)
            self._sleep(delay)

    def _settle(self, message: intake_pb2.StreamFilingsResponse) -> list[Answer]:
        if message.results:
            self._patience.renew()
        with self._changed:
            answers = self._ledger.read(message)
            self._changed.notify_all()
            return answers

    def _refused_here(self) -> list[Answer]:
        with self._changed:
            return self._ledger.refused_here()

    def _requests(self, connection: int, closes_at: float) -> Iterator[intake_pb2.StreamFilingsRequest]:
        """What gRPC sends on one connection; ends when it is another's turn."""
        with self._changed:
            opening = self._ledger.opening()
        yield intake_pb2.StreamFilingsRequest(open=opening)
        while (chunk := self._next_chunk(connection, closes_at)) is not None:
            yield intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=chunk))

    def _next_chunk(self, connection: int, closes_at: float) -> list[trade_pb2.Filing] | None:
        with self._changed:
            while connection == self._connection:
                step = self._ledger.next_step(closes_at)
                if not isinstance(step, float):
                    return step
                self._changed.wait(step)
        return None

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._connection += 1
            self._changed.notify_all()

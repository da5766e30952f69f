"""One manifest on its way through: read, filed, answered, counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import Answer, Client, StreamLimits, TidewaiterError
from tidewaiter_client.protojson import write_response

from tidewaiter_cli import reach
from tidewaiter_cli.filing.ordered_output import OrderedOutput
from tidewaiter_cli.filing.progress import Display
from tidewaiter_cli.filing.tally import Tally
from tidewaiter_cli.pages.showing import counted
from tidewaiter_cli.reading.manifest_file import ManifestFile
from tidewaiter_cli.reporting import sentence
from tidewaiter_cli.stopping import INTERRUPTED, Stop


class Run:
    """One manifest on its way through."""

    def __init__(self, source: ManifestFile, *, output: OrderedOutput, display: Display) -> None:
        self._source = source
        self._output = output
        self._display = display
        self._tally = Tally()
        self._numbers: dict[int, int] = {}
        self._error: Exception | None = None
        self._is_lost = False
        self._started = self._ended = time.monotonic()

    def file(self, address: str, *, in_flight_max: int) -> None:
        """Files all of it; what ends it early is kept for `finish`, so that the count is shown first."""
        limits = StreamLimits(in_flight_max=in_flight_max)
        self._started = time.monotonic()
        try:
            with Client(address, tls=reach.tls(), stream_limits=limits) as client:
                for answer in client.stream(self._filings(), on_lost=self._tell_of_loss):
                    self._take(answer)
        except TidewaiterError as error:
            self._error = error
        except KeyboardInterrupt:
            self._error = Stop(
                f"interrupted after {counted(self._tally.answered, 'answer')}; file it again, nothing is filed twice",
                status=INTERRUPTED,
            )
        self._ended = time.monotonic()

    def summary(self) -> dict[str, Any]:
        """The count so far."""
        return self._tally.summary(self._ended - self._started)

    def finish(self) -> int:
        """The exit status; raises what ended the run early."""
        if self._error is not None:
            raise self._error
        if not self._tally.filings:
            self._display.complain("the manifest holds no filing: nothing was filed.")
        if silent := self._tally.risk_silent:
            are, they = ("is", "it is") if silent == 1 else ("are", "they are")
            self._display.complain(
                f"{counted(silent, 'filing')} {are} REVIEW only because risk did not answer; "
                f"{they} decided again when it is back. See it with "
                f"`tidewaiter explain {self._tally.risk_silent_shipment}`, or all with `tidewaiter watch --filer CODE`."
            )
        if self._tally.pending:
            pending = counted(self._tally.pending, "filing")
            self._display.complain(
                f"{pending} kept and not decided yet, because a service did not answer. "
                "File the same manifest again to get the decisions."
            )
        return self._tally.status()

    def _filings(self) -> Iterator[trade_pb2.Filing]:
        position = 0
        for line in self._source.lines():
            if line.filing is None:
                self._tally.unreadable += 1
                for bad in line.bad:
                    self._display.complain(str(bad))
                continue
            self._output.wait_for_room(position)
            self._numbers[position] = line.number
            position += 1
            yield line.filing

    def _take(self, answer: Answer) -> None:
        self._is_lost = False
        self._tally.count(answer)
        number = self._numbers.pop(answer.position)
        line = b""
        if answer.error is not None:
            self._complain(number, answer.error)
        elif answer.response is not None and self._output.wants_lines:
            line = write_response(answer.response)
        self._output.put(answer.position, line)
        self._display.look(self._tally)

    def _tell_of_loss(self, error: TidewaiterError, seconds: float) -> None:
        if not self._is_lost:
            self._display.complain(f"intake does not answer ({sentence(error)}); trying again, nothing is filed twice")
        self._is_lost = True

    def _complain(self, number: int, error: TidewaiterError) -> None:
        for violation in error.violations:
            self._display.complain(f"line {number}: {violation.field} {violation.code}: {violation.message}")
        if not error.violations:
            self._display.complain(f"line {number}: {error}")

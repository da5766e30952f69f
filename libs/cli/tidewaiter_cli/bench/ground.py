"""What every part stands on: four services of its own, the bare echo, a loop, and channels to all of them."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
import time
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final, TypeVar

import grpc.aio
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client.connection import aio_channel

from tidewaiter_cli.bench.bare_echo import Echo, echo_process
from tidewaiter_cli.bench.cargo import chunks_of, filings_of, shipments_of
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise.starting import started
from tidewaiter_cli.telling import tell

CALL_SECONDS_MAX: Final = 60.0
"""A call that takes longer than this is no figure."""

_ECHO_SECONDS_MIN: Final = 0.7
"""The filings of one round come back within a tenth of a second: too short a look at a noisy machine."""

_LOOK_SECONDS: Final = 0.1
_SETTLED_LOOKS: Final = 5
_SETTLE_SECONDS_MAX: Final = 60.0

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a part may use. Everything is fresh: stores, ports, processes."""

    folder: Path
    addresses: Mapping[str, str]
    pids: Mapping[str, int]
    channels: Mapping[str, grpc.aio.Channel]
    echo: Echo
    runner: asyncio.Runner
    scale: float
    seeds: Iterator[int]
    entries: int = 0
    """To how many entries the log of the audit part grows; 0 for the usual."""

    def count(self, usual: int, *, at_least: int = 1) -> int:
        """How many there are of something of which there usually are so many."""
        return max(at_least, round(usual * self.scale))

    def fresh_seed(self) -> int:
        """A seed that nothing in this run was made of: what is filed again would only be replayed."""
        return next(self.seeds)

    def fresh_filings(self, count: int) -> list[trade_pb2.Filing]:
        """So many filings that nothing in this run has seen."""
        return filings_of(self.fresh_seed(), count)

    def fresh_shipments(self, count: int) -> list[trade_pb2.Shipment]:
        """So many shipments that nothing in this run has seen."""
        seed = self.fresh_seed()
        return shipments_of(filings_of(seed, count), series=seed)

    def run(self, doing: Coroutine[Any, Any, R]) -> R:
        """The result of a coroutine, on the one loop to which the channels belong."""
        return self.runner.run(doing)

    def settled_size(self) -> int:
        """The size of the log once it stopped growing: parcels of a day that went over are still decided again."""
        return self.run(self._settled_size())

    def echoed_per_second(self, filings: Iterable[trade_pb2.Filing]) -> float:
        """How many filings a second come back through the bare echo's stream, in chunks."""
        return self.run(self.echo.filings_per_second(chunks_of(filings), seconds_min=_ECHO_SECONDS_MIN * self.scale))

    async def _settled_size(self) -> int:
        audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(self.channels["audit"])
        deadline = time.monotonic() + _SETTLE_SECONDS_MAX
        size, unchanged = -1, 0
        while unchanged < _SETTLED_LOOKS:
            if time.monotonic() > deadline:
                raise Stop(f"the log was still growing after {_SETTLE_SECONDS_MAX:g} s.")
            await asyncio.sleep(_LOOK_SECONDS)
            found = await audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=CALL_SECONDS_MAX)
            unchanged = unchanged + 1 if found.tree_size == size else 0
            size = found.tree_size
        return size


@contextmanager
def ground(folder: Path, *, scale: float, entries: int = 0) -> Iterator[Ground]:
    """The ground, for as long as this lasts; whatever ends it, nothing is left running."""
    with ExitStack() as stack:
        addresses, pids = stack.enter_context(_services(folder / "data"))
        echo_address = stack.enter_context(echo_process())
        runner = stack.enter_context(asyncio.Runner())
        channels = {name: runner.run(_channel(address)) for name, address in addresses.items()}
        echo_channel = runner.run(_bare_channel(echo_address))
        for channel in (*channels.values(), echo_channel):
            stack.callback(lambda channel: runner.run(channel.close()), channel)
        yield Ground(
            folder=folder,
            addresses=addresses,
            pids=pids,
            channels=channels,
            echo=Echo(echo_channel),
            runner=runner,
            scale=scale,
            seeds=itertools.count(1),
            entries=entries,
        )


@contextmanager
def _services(data: Path) -> Iterator[tuple[Mapping[str, str], Mapping[str, int]]]:
    data.mkdir()
    plan, suite = started(data=data, port_base=0, lists=None, asked_to_stop=Event(), say=say)
    try:
        yield plan.addresses, suite.pids()
    finally:
        with _deaf():
            suite.stop()


@contextmanager
def _deaf() -> Iterator[None]:
    """Impatience does not end the stopping: who hears of it first would leave processes behind."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _channel(address: str) -> grpc.aio.Channel:
    return aio_channel(address, tls=None, service="", retried=())


async def _bare_channel(address: str) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(address)


def say(line: str) -> None:
    """One line for whoever waits; standard output is for the figures."""
    tell(f"tidewaiter bench: {line}", to=sys.stderr)

"""The four services in this process, on loopback ports of their own, each made by its own `build`.

Journeys go in by the front door only. A service can be stopped and started again at its address,
on its data, as an operator would.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import time
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.intake.v1 import intake_pb2, intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import settings
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.telemetry import Telemetry

NAMES = ("eligibility", "risk", "audit", "intake")


def _part(service: str, module: str) -> Any:
    return importlib.import_module(f"tidewaiter_{service}.{module}")


class Suite:
    """Four servers, their spans in one place, and stubs for the front door and the log."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.spans = InMemorySpanExporter()
        self.telemetry = {name: Telemetry.for_tests(name, exporter=self.spans) for name in NAMES}
        self.servers: dict[str, Server] = {}
        self.addresses = dict.fromkeys(NAMES, "127.0.0.1:0")
        self._variables = variables
        self._channels: list[grpc.aio.Channel] = []

    async def start(self, *names: str) -> None:
        """Start these services, all by default, each at the address it had before."""
        for name in names or NAMES:
            server: Server = await _part(name, "__main__").build(self._settings(name), self.telemetry[name])
            self.addresses[name] = await server.start()
            self.servers[name] = server
        if not self._channels:
            self.intake = intake_pb2_grpc.IntakeServiceStub(self._connect("intake"))
            self.audit = audit_pb2_grpc.AuditServiceStub(self._connect("audit"))

    async def stop(self, *names: str) -> None:
        """Drain and stop these services, all by default."""
        for name in reversed(names or NAMES):
            await self.servers.pop(name).stop(5)

    async def close(self) -> None:
        """Stop what still runs, and let no span be left over."""
        for channel in self._channels:
            await channel.close()
        await self.stop(*(name for name in NAMES if name in self.servers))
        assert [0, 0, 0, 0] == [telemetry.tracing.live for telemetry in self.telemetry.values()]

    async def create_log(self) -> None:
        """Make the log, as an operator does once."""
        with pytest.raises(SystemExit, match=r"^0$"):
            await _part("audit", "__main__").build(self._settings("audit"), self.telemetry["audit"], create_log=True)

    async def submit(self, filing: trade_pb2.Filing, **more: Any) -> intake_pb2.SubmitFilingResponse:
        """File one filing."""
        request = intake_pb2.SubmitFilingRequest(filing=filing, **more)
        return await self.intake.SubmitFiling(request, timeout=20)

    async def stream(self, filings: Iterable[trade_pb2.Filing], *, chunk: int = 500) -> dict[str, Any]:
        """File a stream; the result of each filing by its request_id."""
        given = list(filings)
        requests = [
            intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=given[i : i + chunk]))
            for i in range(0, len(given), chunk)
        ]
        results: dict[str, Any] = {}
        async for response in self.intake.StreamFilings(iter(requests), timeout=50):
            for result in response.results:
                assert result.request_id not in results, "answered twice"
                results[result.request_id] = result
        return results

    async def current(self, tracking_number: str) -> trade_pb2.Decision:
        """The decision that stands on a shipment."""
        request = intake_pb2.GetShipmentRequest(tracking_number=tracking_number)
        return (await self.intake.GetShipment(request, timeout=10)).decision

    async def tree_size(self) -> int:
        """How many decisions are on the log."""
        return (await self.audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=10)).tree_size

    def at_rest(self) -> bool:
        """Whether the journal wants no shipment decided, again or at all."""
        journal = apsw.Connection(str(self.folder / "intake.db"), flags=apsw.SQLITE_OPEN_READONLY)
        with contextlib.closing(journal):
            wanted = journal.execute("SELECT count(*) FROM shipment WHERE wanted > settled OR degraded = 1").get
        return bool(wanted == 0)

    def of_trace(self, trace_id: str) -> list[ReadableSpan]:
        """The spans of a trace that have ended."""
        return [s for s in self.spans.get_finished_spans() if f"{s.context.trace_id:032x}" == trace_id]

    def _connect(self, name: str) -> grpc.aio.Channel:
        options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_reconnect_backoff_ms", 200)]
        channel = grpc.aio.insecure_channel(self.addresses[name], options=options)
        self._channels.append(channel)
        return channel

    def _settings(self, name: str) -> Any:
        return settings.load(_part(name, "settings").Settings, self._environment(name))

    def _environment(self, name: str) -> dict[str, str]:
        prefix = f"TIDEWAITER_{name.upper()}"
        found = {
            f"{prefix}_LISTEN": self.addresses[name],
            f"{prefix}_METRICS_LISTEN": "",
            f"{prefix}_DATA_DIR": str(self.folder),
        }
        if name == "audit":
            found[f"{prefix}_TILES_LISTEN"] = ""
        if name == "intake":
            found |= {f"{prefix}_{peer.upper()}_ADDRESS": self.addresses[peer] for peer in NAMES[:3]}
        return found | {key: value for key, value in self._variables.items() if key.startswith(f"{prefix}_")}


@asynccontextmanager
async def suite(folder: Path, **variables: str) -> Any:
    """A suite that has started, on an empty log; it is drained and checked for leaks at the end."""
    built = Suite(folder, **variables)
    await built.create_log()
    await built.start()
    try:
        yield built
    finally:
        await built.close()


async def until(holds: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Wait until `holds()` (or what it returns, awaited) is true, and return it; AssertionError when it never is."""
    ends = time.monotonic() + seconds
    while True:
        value = holds()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < ends, "it never came true"
        await asyncio.sleep(0.02)

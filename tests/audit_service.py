"""Audit served in this process on loopback, made by its own `build`, for tests that come in by the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.audit.v1 import audit_pb2_grpc
from tidewaiter_audit.__main__ import SERVICE_NAME, build
from tidewaiter_audit.settings import Settings
from tidewaiter_chassis import answers
from tidewaiter_chassis.channel import connect
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry

if TYPE_CHECKING:
    from tidewaiter.audit.v1.audit_pb2_grpc import AuditServiceAsyncStub

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """A running server, a stub of it, and what it was seen doing."""

    folder: Path
    server: Server
    stub: AuditServiceAsyncStub
    telemetry: Telemetry
    exporter: InMemorySpanExporter

    def spans(self, name: str) -> list[ReadableSpan]:
        """The spans of this name that have ended."""
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    async def append(self, *records: audit.DecisionRecord) -> list[audit.AppendResult]:
        """The results of one call."""
        response = await self.stub.AppendDecisions(audit.AppendDecisionsRequest(records=records))
        return list(response.results)

    async def tree_size(self) -> int:
        """How many decisions are on the log."""
        return (await self.stub.GetCheckpoint(audit.GetCheckpointRequest())).tree_size


def settings_for(folder: Path, **more: str) -> Settings:
    """Settings for a log in this folder, on any port of loopback."""
    named = {"data_dir": str(folder), "listen": "127.0.0.1:0", "metrics_listen": "", "tiles_listen": "", **more}
    return load(Settings, {f"TIDEWAITER_AUDIT_{name.upper()}": value for name, value in named.items()})


@asynccontextmanager
async def served(folder: Path, **more: str) -> AsyncIterator[Served]:
    """A new log in this folder, served for the block."""
    exporter = InMemorySpanExporter()
    telemetry = Telemetry.for_tests("audit", exporter=exporter)
    settings = settings_for(folder, **more)
    with pytest.raises(SystemExit, match=r"^0$"):
        await build(settings, telemetry, create_log=True)
    server = await build(settings, telemetry, clock=FixedClock(NOON))
    await server.start()
    channel = connect(server.address, telemetry=telemetry, service=SERVICE_NAME, retry=False)
    try:
        yield Served(folder, server, audit_pb2_grpc.AuditServiceStub(channel), telemetry, exporter)
    finally:
        await channel.close()
        await server.stop(1)


async def failure_of(call: object) -> Failure:
    """The failure that a call ends in."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call  # type: ignore[misc]  # any call of any RPC
    return answers.from_rpc_error(refused.value)

"""Telemetry as a process starts it: a span file by default, a real collector on loopback when one is named."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs
from tidewaiter_chassis.spanfile import read_spans
from tidewaiter_chassis.telemetry import Telemetry

from tests.seams.chassis_echo import settings_with


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """Keeps what it is sent, by traces and metrics alike."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def Export(self, request: Any, context: Any) -> Any:
        self.sent.append(request)
        if isinstance(request, trace_service_pb2.ExportTraceServiceRequest):
            return trace_service_pb2.ExportTraceServiceResponse()
        return metrics_service_pb2.ExportMetricsServiceResponse()

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.sent
            if isinstance(request, trace_service_pb2.ExportTraceServiceRequest)
            for resource in request.resource_spans
            for group in resource.scope_spans
            for span in group.spans
        ]


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    kept = Collector()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    for add in (
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server,
        metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server,
    ):
        add(kept, server)  # type: ignore[no-untyped-call]  # generated without types
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield kept, f"http://127.0.0.1:{port}"
    server.stop(None).wait()


def test_by_default_spans_are_in_the_trace_folder_after_the_stop(tmp_path: Path) -> None:
    telemetry = Telemetry.start("echo", settings_with(data_dir=tmp_path, log_level="error"))
    with telemetry.tracing.begin("filing") as filing:
        telemetry.tracing.begin("decide", parent=filing).end(attributes={"items": 2})
    telemetry.stop()

    parent, child = read_spans(tmp_path / "traces", filing.trace_id)
    assert ["filing", "decide", "echo"] == [parent["name"], child["name"], child["service"]]
    assert (parent["span_id"], {"items": 2}) == (child["parent_id"], child["attributes"])


def test_spans_are_in_the_file_soon_and_without_a_stop(tmp_path: Path) -> None:
    telemetry = Telemetry.start("echo", settings_with(trace_dir=tmp_path / "here", log_level="error"))
    with telemetry.tracing.begin("filing") as filing:
        pass
    until = time.monotonic() + 5
    while not read_spans(tmp_path / "here", filing.trace_id):
        assert time.monotonic() < until, "the span did not come"
        time.sleep(0.01)
    telemetry.stop()


def test_a_named_collector_gets_spans_and_metrics_and_no_file_is_written(
    tmp_path: Path, collector: tuple[Collector, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, endpoint = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    telemetry = Telemetry.start("echo", settings_with(data_dir=tmp_path, log_level="error"))
    with telemetry.tracing.begin("filing") as filing, telemetry.tracing.begin("batch", links=[filing.context]):
        telemetry.meters.rpc_server_seconds.record(0.01, {"rpc.method": "a.B/C"})
    telemetry.stop()

    batch, found = kept.spans()
    assert ("batch", "filing") == (batch.name, found.name)
    assert filing.trace_id == found.trace_id.hex()
    assert [found.span_id] == [link.span_id for link in batch.links]
    assert not (tmp_path / "traces").exists()
    names = {
        metric.name
        for request in kept.sent
        if isinstance(request, metrics_service_pb2.ExportMetricsServiceRequest)
        for resource in request.resource_metrics
        for group in resource.scope_metrics
        for metric in group.metrics
    }
    assert {"rpc.server.call.duration", "tidewaiter.spans.live"} <= names


@pytest.mark.timeout(40)
def test_a_collector_that_does_not_answer_holds_the_stop_for_seconds_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    telemetry = Telemetry.start("echo", settings_with(data_dir=tmp_path, log_level="error"))
    telemetry.tracing.begin("filing").end()
    began = time.monotonic()
    telemetry.stop()

    assert time.monotonic() - began < 10


def test_an_exporter_that_raises_when_it_is_closed_does_not_keep_the_rest_open() -> None:
    class Raising(InMemorySpanExporter):
        """Raises when it is closed."""

        def shutdown(self) -> None:
            raise ConnectionError("gone")

    telemetry = Telemetry.for_tests(exporter=Raising())
    with capture_logs() as lines:
        telemetry.stop()

    assert [("telemetry not flushed", "spans", "ConnectionError")] == [
        (line["event"], line["part"], line["error"]) for line in lines
    ]

"""Traces, metrics and logs of one process, started together and flushed together."""

from __future__ import annotations

import os
from importlib import metadata
from typing import Any
from uuid import uuid4

import structlog
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tidewaiter_chassis import logs, spanexport
from tidewaiter_chassis.log_lines import LineWriter
from tidewaiter_chassis.metrics import Meters
from tidewaiter_chassis.otel_variables import otlp_wanted
from tidewaiter_chassis.sampling import TraceSampler
from tidewaiter_chassis.settings import ServiceSettings
from tidewaiter_chassis.spanfile import SpanFile
from tidewaiter_chassis.spanqueue import SpanQueue
from tidewaiter_chassis.traces import Tracing


class Telemetry:
    """What a process needs to be seen from outside. Made once by main, or once per test, and handed down.

    `service` is the short name, `tracing` makes spans, `meters` makes instruments, `log` writes events.
    """

    exporter: SpanExporter
    """Only on telemetry for tests: where the spans went."""
    reader: InMemoryMetricReader
    """Only on telemetry for tests: where the metrics can be read."""

    def __init__(
        self,
        *,
        service: str,
        tracing: Tracing,
        meters: Meters,
        provider: TracerProvider,
    ) -> None:
        self.service = service
        self.tracing = tracing
        self.meters = meters
        self.log: Any = structlog.get_logger()
        self._provider = provider
        self._logging: logs.Logging | None = None

    @classmethod
    def start(cls, service: str, settings: ServiceSettings) -> Telemetry:
        """Telemetry as the settings want it: logs to standard error, spans to a file or a collector, metrics.

        With the standard OTEL_EXPORTER_OTLP_ENDPOINT spans and metrics go to that collector; otherwise spans go to
        the bounded file in the trace folder. Metrics are served from `meters.serve` on.
        """
        logging = logs.configure(level=settings.log_level, form=settings.log_format, service=service)
        push = otlp_wanted(os.environ)
        resource = Resource.create(_identity(service))
        meters = Meters.start(resource=resource, listen=settings.metrics_listen, push=push)
        file = None if push else _span_file(service, settings)
        queue = SpanQueue(spanexport.exporter_to(file, service=service))
        telemetry = cls._assembled(service, resource, meters, queue, settings)
        telemetry._logging = logging
        _watch(meters, queue, file, logging.writer, telemetry.tracing)
        return telemetry

    @classmethod
    def for_tests(cls, service: str = "test", exporter: SpanExporter | None = None) -> Telemetry:
        """Telemetry that records every span at once and leaves logging as it is.

        The spans are in `telemetry.exporter` (its get_finished_spans(), unless you gave another), the metrics in
        `telemetry.reader`.
        """
        kept = InMemorySpanExporter() if exporter is None else exporter
        resource = Resource({"service.name": service})
        reader = InMemoryMetricReader()
        telemetry = cls._assembled(
            service,
            resource,
            Meters(resource=resource, readers=[reader], put_off=False),
            SimpleSpanProcessor(kept),
            None,
        )
        telemetry.exporter = kept
        telemetry.reader = reader
        return telemetry

    def stop(self) -> None:
        """Flush and close everything, within some seconds even when a collector does not answer. Never raises."""
        for part, close in (("spans", self._provider.shutdown), ("metrics", self.meters.stop)):
            try:
                close()
            except Exception as error:  # noqa: BLE001 - logged
                # The SDK raises when a collector keeps it waiting. What was not sent is lost; the process ends well.
                self.log.warning("telemetry not flushed", part=part, **logs.traceback_fields(error))
        if self._logging is not None:
            self._logging.close()

    @classmethod
    def _assembled(
        cls,
        service: str,
        resource: Resource,
        meters: Meters,
        processor: SpanProcessor,
        settings: ServiceSettings | None,
    ) -> Telemetry:
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(processor)
        tracing = Tracing(provider=provider, processor=processor, filings=_sampler(settings), rpcs=_sampler(settings))
        return cls(service=service, tracing=tracing, meters=meters, provider=provider)


def _sampler(settings: ServiceSettings | None) -> TraceSampler:
    if settings is None:
        return TraceSampler(per_second=float("inf"), share_beyond=1)
    return TraceSampler(per_second=settings.trace_filings_per_second, share_beyond=settings.trace_share_beyond)


def _identity(service: str) -> dict[str, str | int]:
    return {
        "service.name": service,
        "service.namespace": "tidewaiter",
        "service.version": metadata.version("tidewaiter-chassis"),
        "service.instance.id": str(uuid4()),
        "process.pid": os.getpid(),
    }


def _span_file(service: str, settings: ServiceSettings) -> SpanFile:
    return SpanFile(settings.trace_folder, service=service, bytes_max=settings.trace_file_bytes_max)


def _watch(meters: Meters, queue: SpanQueue, file: SpanFile | None, writer: LineWriter, tracing: Tracing) -> None:
    """What telemetry says about itself: whatever it drops is counted."""
    meters.total(
        "tidewaiter.spans.dropped",
        read=lambda: queue.dropped + (0 if file is None else file.dropped),
        unit="{span}",
        description="Spans lost to a full queue, a failing exporter or an unwritable file",
    )
    meters.total(
        "tidewaiter.logs.dropped",
        read=lambda: writer.dropped,
        unit="{line}",
        description="Log lines that could not be written",
    )
    meters.gauge(
        "tidewaiter.spans.waiting", read=lambda: len(queue), unit="{span}", description="Ended spans not yet exported"
    )
    meters.gauge(
        "tidewaiter.spans.live", read=lambda: tracing.live, unit="{span}", description="Spans begun and not ended"
    )

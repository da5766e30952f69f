"""Where ended spans go: to a collector when one is named, else to the local span file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from tidewaiter_chassis.spanfile import SpanFile, SpanRecord
from tidewaiter_chassis.trickle import breathe

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

_PIECE = 32
"""Spans encoded between two chances for the event loop to run: some 150 microseconds."""


class SpanFileExporter(SpanExporter):
    """Writes spans to a `SpanFile`. Never raises and never fails: the file counts what it had to drop."""

    def __init__(self, file: SpanFile, *, service: str) -> None:
        self._file = file
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write these spans, in pieces between which the interpreter is handed back."""
        lines: list[bytes] = []
        for first in range(0, len(spans), _PIECE):
            lines += [record_of(span, service=self._service).line() for span in spans[first : first + _PIECE]]
            breathe()
        self._file.append(lines)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()


def record_of(span: ReadableSpan, *, service: str) -> SpanRecord:
    """The span as it is written to the file."""
    context, parent = span.context, span.parent
    assert context is not None, "an ended span has its ids"
    return SpanRecord(
        trace_id=f"{context.trace_id:032x}",
        span_id=f"{context.span_id:016x}",
        parent_id=None if parent is None else f"{parent.span_id:016x}",
        name=span.name,
        service=service,
        start_ns=span.start_time or 0,
        end_ns=span.end_time or 0,
        kind=span.kind.name,
        status=span.status.status_code.name,
        error=span.status.description,
        attributes=dict(span.attributes or {}),
        links=[_place_of(link.context) for link in span.links],
    )


def exporter_to(file: SpanFile | None, *, service: str) -> SpanExporter:
    """The exporter to a span file or, with None, to the collector that the standard OTEL_EXPORTER_OTLP_* name."""
    if file is not None:
        return SpanFileExporter(file, service=service)
    # Imported here: it costs a tenth of a second that a service without a collector need not pay.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _place_of(context: SpanContext) -> dict[str, str]:
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}

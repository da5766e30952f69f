"""From the event loop to the exporter: a bounded queue and one thread.

The SDK's batch processor drops without counting (its counter is behind an experimental switch), logs each drop,
and holds the interpreter for a whole batch; this one counts, stays silent, and leaves the interpreter to the RPCs.
"""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter

from tidewaiter_chassis import trickle

SPANS_MAX = 65_536
"""Some six seconds of 10,000 spans a second; about 60 MB when full."""
BATCH_MAX = 512


class SpanQueue(SpanProcessor):
    """Takes ended spans from any thread without waiting and exports them in batches from its own.

    Full, it drops the newest. `dropped` counts those and the ones whose exporter raised. Nothing is exported after
    `shutdown`.
    """

    def __init__(
        self,
        exporter: SpanExporter,
        *,
        spans_max: int = SPANS_MAX,
        batch_max: int = BATCH_MAX,
        delay_seconds: float = trickle.DELAY_SECONDS,
    ) -> None:
        self._exporter = exporter
        self._refused = 0
        self._trickle = trickle.Trickle[ReadableSpan](
            exporter.export,
            name="span-export",
            items_max=spans_max,
            batch_max=batch_max,
            delay_seconds=delay_seconds,
        )

    def __len__(self) -> int:
        return len(self._trickle)

    @property
    def dropped(self) -> int:
        """How many ended spans never reached the exporter, or were lost by it, since the start."""
        return self._refused + self._trickle.failed

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing to do: a span counts when it ends."""

    def on_end(self, span: ReadableSpan) -> None:
        """Queue one ended span, or count it as dropped."""
        if not self._trickle.put(span):
            self._refused += 1

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export what is queued, from the calling thread. True when all of it left in time."""
        return self._trickle.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Export what is queued within some seconds, count the rest as dropped, close the exporter."""
        self._refused += self._trickle.close()
        self._exporter.shutdown()

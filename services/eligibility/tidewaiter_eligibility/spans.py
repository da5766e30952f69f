"""One span for each filing of a batch, under the filing's own trace and linked to the batch's RPC."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.spans import ItemSpan, error_name
from tidewaiter_chassis.traces import Tracing, rpc_span

from tidewaiter_eligibility.model import Finding


class FilingSpans:
    """The spans of one batch, all of which end with the block, whatever happens in it."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing
        self._rpc = rpc_span()
        self._open: dict[int, ItemSpan] = {}

    def begin(self, number: int, traceparent: str) -> None:
        """Begin the span of the batch's item `number`; nothing for a filing that is not traced."""
        if traceparent:
            links = () if self._rpc is None else (self._rpc.context,)
            self._open[number] = self._tracing.begin("eligibility.determine", parent=traceparent, links=links)

    def refuse(self, number: int, failure: Failure) -> None:
        """End the item's span with why it was refused."""
        span = self._open.get(number)
        if span is not None:
            span.end(error=failure.reason)

    def tell(self, number: int, shipment_id: str, finding: Finding, turned: int) -> None:
        """End the item's span with what was found: ids and counts, nothing personal."""
        span = self._open.get(number)
        if span is not None:
            span.end(
                attributes={
                    "tidewaiter.shipment_id": shipment_id,
                    "tidewaiter.eligibility.verdict": finding.verdict.name,
                    "tidewaiter.eligibility.regime_id": finding.regime_id,
                    "tidewaiter.eligibility.counted_shipments": finding.counted_shipments,
                    "tidewaiter.eligibility.turned": turned,
                }
            )

    def __enter__(self) -> FilingSpans:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> None:
        spans: Sequence[ItemSpan] = tuple(self._open.values())
        for span in spans:
            # Those that were told or refused have ended already, and stay as they are.
            span.end(error=None if error is None else error_name(error))
        if self._rpc is not None:
            self._rpc.link([span.context for span in spans])

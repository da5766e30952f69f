"""The log's place in the trace of each filing: what the span of a decision says."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure

from tidewaiter_audit.model import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDecision:
    """A decision whose filing is traced: its place in the batch, the W3C trace context, and its names."""

    place: int
    traceparent: str
    decision_id: str
    shipment_id: str


def end(spans: BatchSpans, decision: TracedDecision, result: Recorded | Failure) -> None:
    """End the decision's span with what became of it: ids and positions, nothing of anyone."""
    if isinstance(result, Failure):
        spans.refuse(decision.place, result, _names(decision))
    else:
        spans.end(decision.place, _recorded, decision, result)


def _recorded(decision: TracedDecision, recorded: Recorded) -> dict[str, str | int | bool]:
    return _names(decision) | {
        "tidewaiter.leaf_index": recorded.receipt.leaf_index,
        "tidewaiter.tree_size": recorded.receipt.tree_size,
        "tidewaiter.replayed": recorded.first is not None,
    }


def _names(decision: TracedDecision) -> dict[str, str | int | bool]:
    return {"tidewaiter.shipment_id": decision.shipment_id, "tidewaiter.decision_id": decision.decision_id}

"""The log's place in the trace of each filing: one span for each decision whose filing is traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.traces import Tracing, error_name, rpc_context

from tidewaiter_audit.model import Recorded

NAME: Final = "audit.append"

Results = Sequence[Recorded | Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedDecision:
    """A decision whose filing is traced: its place in the batch, the W3C trace context, and its names."""

    place: int
    traceparent: str
    decision_id: str
    shipment_id: str


@contextmanager
def of(tracing: Tracing, decisions: Sequence[TracedDecision]) -> Iterator[Callable[[Results], None]]:
    """A span for each decision under its filing's trace, linked to the call at hand.

    The block hands in the results of the whole batch; when it is left without, by an error or by being cancelled,
    the spans end with that. Attributes are ids and positions, nothing of anyone.
    """
    call = rpc_context()
    links = () if call is None else (call,)
    spans = [(decision, tracing.begin(NAME, parent=decision.traceparent, links=links)) for decision in decisions]

    def end(results: Results) -> None:
        for decision, span in spans:
            result = results[decision.place]
            if isinstance(result, Failure):
                span.end(attributes=_names(decision), error=result.reason)
            else:
                span.end(attributes=_names(decision) | _position(result) if span.sampled else None)

    try:
        yield end
    except BaseException as error:
        for _, span in spans:
            span.end(error=error_name(error))
        raise


def _names(decision: TracedDecision) -> dict[str, str | int | bool]:
    return {"tidewaiter.shipment_id": decision.shipment_id, "tidewaiter.decision_id": decision.decision_id}


def _position(recorded: Recorded) -> dict[str, str | int | bool]:
    return {
        "tidewaiter.leaf_index": recorded.receipt.leaf_index,
        "tidewaiter.tree_size": recorded.receipt.tree_size,
        "tidewaiter.replayed": recorded.first is not None,
    }

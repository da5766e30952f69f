"""One shipment on its way over the desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tidewaiter_intake.model import Case, Decision, Reason, Recorded, Shipment, ShipmentId
from tidewaiter_intake.submit import FilingSpan

BYTES_A_CALL_MAX = 4 * 1024 * 1024
"""Filings asked about in one call: half of what a peer takes in one message, since a shipment says a little more."""


class Work(NamedTuple):
    """A shipment to be decided. `span` is its own when no filer waits for it, and then `traceparent` is the span's."""

    case: Case
    shipment: Shipment
    quality: tuple[Reason, ...]
    traceparent: str
    span: FilingSpan | None


def in_parts(works: Sequence[Work]) -> Iterator[list[Work]]:
    """The works, no more at a time than a peer takes in one message."""
    part: list[Work] = []
    size = 0
    for work in works:
        weight = sum(len(filed.content) for filed in work.case.filings)
        if part and size + weight > BYTES_A_CALL_MAX:
            yield part
            part, size = [], 0
        part.append(work)
        size += weight
    if part:
        yield part


def end_spans(works: Sequence[Work], results: Mapping[ShipmentId, Recorded | Decision]) -> None:
    """End the spans that are the works' own, each with what became of its shipment."""
    for work in works:
        if work.span is None:
            continue
        result = results.get(work.case.shipment_id)
        decision = result.decision if isinstance(result, Recorded) else result
        if decision is None:
            work.span.end(error="NOT_DECIDED")
        else:
            work.span.end(
                attributes={
                    "tidewaiter.shipment_id": decision.shipment_id,
                    "tidewaiter.revision": decision.revision,
                    "tidewaiter.outcome": decision.outcome.name,
                }
            )

"""What is sent: invented filings, the shipments they make, and decisions on these, all made before a clock starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client.protojson import read_filing

from tidewaiter_cli.generator.lines import manifest_lines

BATCH_ITEMS: Final = 500
"""In one message: the most that the contract allows in a chunk, and what intake asks of its peers at once."""

_FIELDS_OF_SHIPMENT: Final = frozenset(trade_pb2.Shipment.DESCRIPTOR.fields_by_name)

T = TypeVar("T")


def filings_of(seed: int, count: int) -> list[trade_pb2.Filing]:
    """So many filings as `tidewaiter manifest` makes them; two seeds share no request_id."""
    return [read_filing(line) for line in manifest_lines(count, seed=seed)]


def chunks_of(filings: Iterable[trade_pb2.Filing]) -> list[intake_pb2.StreamFilingsRequest]:
    """The filings as messages of a stream."""
    return [
        intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=batch)) for batch in batches(list(filings))
    ]


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items, BATCH_ITEMS at a time."""
    return (items[start : start + BATCH_ITEMS] for start in range(0, len(items), BATCH_ITEMS))


def shipments_of(filings: Iterable[trade_pb2.Filing], *, series: int) -> list[trade_pb2.Shipment]:
    """The shipment that intake would make of each filing alone; two series share no shipment_id."""
    return [_shipment(filing, f"B{series:012d}N{number:012d}") for number, filing in enumerate(filings)]


def records_of(
    shipments: Sequence[trade_pb2.Shipment],
    eligibility: Sequence[trade_pb2.EligibilityFinding],
    risk: Sequence[trade_pb2.RiskFinding],
) -> list[audit_pb2.DecisionRecord]:
    """Decisions as intake would have them recorded, on findings that the services gave."""
    now = Timestamp()
    now.GetCurrentTime()
    return [
        audit_pb2.DecisionRecord(decision=_decision(shipment, entitled, risky, now), shipment=shipment)
        for shipment, entitled, risky in zip(shipments, eligibility, risk, strict=True)
    ]


def _shipment(filing: trade_pb2.Filing, shipment_id: str) -> trade_pb2.Shipment:
    shared = {field.name: value for field, value in filing.ListFields() if field.name in _FIELDS_OF_SHIPMENT}
    return trade_pb2.Shipment(shipment_id=shipment_id, revision=1, filer_types=[filing.filer_type], **shared)


def _decision(
    shipment: trade_pb2.Shipment,
    eligibility: trade_pb2.EligibilityFinding,
    risk: trade_pb2.RiskFinding,
    now: Timestamp,
) -> trade_pb2.Decision:
    eligible = eligibility.verdict == trade_pb2.VERDICT_ELIGIBLE
    return trade_pb2.Decision(
        decision_id=f"{shipment.shipment_id}-1",
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        outcome=trade_pb2.OUTCOME_RELEASE if eligible else trade_pb2.OUTCOME_ENTRY_REQUIRED,
        entry_path=eligibility.entry_path,
        reasons=[*eligibility.reasons, *(each.reason for each in risk.contributions if each.points)],
        eligibility=eligibility,
        risk=risk,
        versions=trade_pb2.Versions(law=eligibility.law_version, scorecard=risk.scorecard_version, code="bench"),
        decided_at=now,
        filings=[f"BENCH/{shipment.shipment_id}"],
    )

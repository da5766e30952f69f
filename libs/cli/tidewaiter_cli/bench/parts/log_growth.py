"""A log as it grows: what an append costs early and late, what a proof costs at the end, and how soon it is back."""

from __future__ import annotations

import random
import time
from typing import Final

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client.connection import aio_channel

from tidewaiter_cli.bench.cargo import BATCH_ITEMS, filings_of, shipments_of
from tidewaiter_cli.bench.figures import Line, Measured, latency, shortened
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground, say
from tidewaiter_cli.bench.processor_time import processor_seconds
from tidewaiter_cli.bench.timing import in_turn
from tidewaiter_cli.hammer.service import AuditUnderLoad
from tidewaiter_cli.stopping import Stop

EARLY_ENTRIES: Final = 10_000
"""From this size on an append must cost the same."""

_WINDOW_MAX: Final = 10_000
_STRIDE: Final = 100_000
_PROOFS: Final = 600
_SHIPMENTS: Final = 200
_MICROSECONDS: Final = 1_000_000


def measure(ground: Ground, entries: int) -> Measured:
    """A log of its own, grown to so many entries in batches of 500, one after the other."""
    return ground.run(_measured(ground, entries))


async def _measured(ground: Ground, entries: int) -> Measured:
    service = AuditUnderLoad(ground.folder / "grown")
    await service.create()
    await service.start()
    try:
        costs = await _grown(service, entries), await _cost(service, entries, entries)
        proofs = await _proofs(ground, service, entries)
        stopped = await _seconds_to_start(service, kill=False)
        killed = await _seconds_to_start(service, kill=True)
    finally:
        await service.stop()
    first, last = costs
    grown = Measured(
        {
            "grown_entries": entries,
            "grown_append_first_us": round(first, 1),
            "grown_append_last_us": round(last, 1),
            "grown_append_cost_ratio": shortened(last / first),
            "grown_start_seconds": round(stopped, 2),
            "grown_recovery_seconds": round(killed, 2),
        },
        (
            Line(
                what=f"processor time of a decision, at {entries:,} entries",
                figure=f"{last:.0f} us",
                baseline=f"at {_early(entries):,} {first:.0f} us",
                ratio=last / first,
            ),
            Line(what="start of the process to its first answer", figure=f"{stopped:.2f} s"),
            Line(what="the same after kill -9", figure=f"{killed:.2f} s"),
        ),
    )
    return grown + proofs


async def _grown(service: AuditUnderLoad, entries: int) -> float:
    """Grows the log to so many entries; the cost of a decision when it was still small."""
    early = _early(entries)
    await _append(service, 0, early)
    cost = await _cost(service, early, entries)
    for start in range(early + _window(entries), entries, _STRIDE):
        await _append(service, start, min(_STRIDE, entries - start))
        if entries > _STRIDE:
            say(f"the log has grown to {min(start + _STRIDE, entries):,} of {entries:,} entries")
    return cost


async def _cost(service: AuditUnderLoad, size: int, entries: int) -> float:
    """The microseconds of processor time that audit takes for a decision, on a log of this size."""
    count = _window(entries)
    before = _used(service)
    await _append(service, size, count)
    return (_used(service) - before) / count * _MICROSECONDS


def _used(service: AuditUnderLoad) -> float:
    used = processor_seconds(service.pid)
    # Where the system does not tell, the clock on the wall is the next best.
    return time.perf_counter() if used is None else used


async def _append(service: AuditUnderLoad, start: int, count: int) -> None:
    """So many decisions, numbered from `start`, in batches one after the other."""
    templates = shipments_of(filings_of(1, _SHIPMENTS), series=0)
    async with aio_channel(service.address, tls=None, service="", retried=()) as channel:
        audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(channel)
        for first in range(start, start + count, BATCH_ITEMS):
            request = audit_pb2.AppendDecisionsRequest()
            for number in range(first, min(first + BATCH_ITEMS, start + count)):
                _fill(request.records.add(), templates[number % _SHIPMENTS], f"G{number:025d}")
            answer = await audit.AppendDecisions(request, timeout=CALL_SECONDS_MAX)
            if not all(result.HasField("recorded") and not result.recorded.replayed for result in answer.results):
                raise Stop("audit did not record a decision: no figures.")


def _early(entries: int) -> int:
    return min(EARLY_ENTRIES, entries // 2)


def _window(entries: int) -> int:
    return max(1, min(_WINDOW_MAX, entries // 4))


def _fill(record: audit_pb2.DecisionRecord, template: trade_pb2.Shipment, shipment_id: str) -> None:
    record.shipment.CopyFrom(template)
    record.shipment.shipment_id = shipment_id
    decision = record.decision
    decision.decision_id, decision.shipment_id, decision.revision = f"{shipment_id}-1", shipment_id, template.revision
    decision.outcome = trade_pb2.OUTCOME_REVIEW
    decision.filings.append(f"GROWN/{shipment_id}")
    # As random as the commitments and traces of real ones: where they are found by must not grow dearer either.
    decision.eligibility.person_day = f"{random.getrandbits(128):032x}"
    decision.trace_id = f"{random.getrandbits(128):032x}"


async def _proofs(ground: Ground, service: AuditUnderLoad, entries: int) -> Measured:
    chance = random.Random(1)
    count = ground.count(_PROOFS, at_least=20)
    filings = ground.fresh_filings(count)
    async with aio_channel(service.address, tls=None, service="", retried=()) as channel:
        audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(channel)
        seconds = await in_turn(
            {
                "echo": lambda number: ground.echo.one(filings[number]),
                "proof": lambda _: audit.GetProof(
                    audit_pb2.GetProofRequest(leaf_index=chance.randrange(entries)), timeout=CALL_SECONDS_MAX
                ),
            },
            count=count,
        )
    what = f"one proof of {entries:,} entries"
    return latency(what, seconds["proof"], seconds["echo"], prefix="grown_proof_")


async def _seconds_to_start(service: AuditUnderLoad, *, kill: bool) -> float:
    """From the start of the process to its first answer."""
    if kill:
        await service.end_at_once()
    else:
        await service.stop()
    started = time.perf_counter()
    await service.start()
    return time.perf_counter() - started

"""Who writes: batches of new decisions and of some that were sent before, each answer held against the rest."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Final

import grpc.aio
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.cargo import filings_of, shipments_of
from tidewaiter_cli.hammer.witnessed import Witnessed

BATCH_MAX: Final = 100
REPEATED_SHARE: Final = 0.2
PUBLICATION_SECONDS_MAX: Final = 1.0
_CALL_SECONDS_MAX: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_SHIPMENTS: Final = 500
_KEPT: Final = 2_000

AGAIN: Final = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
"""Whether the call was done is not known, or it was pushed back: the same batch is sent again."""


class Writer:
    """One caller that appends until told to end. Two of them may send the same decisions at the same time."""

    def __init__(self, audit: audit_pb2_grpc.AuditServiceAsyncStub, seen: Witnessed, *, number: int, seed: int) -> None:
        self._audit = audit
        self._seen = seen
        self._chance = random.Random(seed)
        self._records = _records(number)
        self._sent: list[audit_pb2.DecisionRecord] = []

    async def write(self, ended: asyncio.Event) -> None:
        """Batches of random sizes, one after the other."""
        while not ended.is_set():
            fresh = [next(self._records) for _ in range(self._chance.randint(1, BATCH_MAX))]
            again = self._chance.sample(self._sent, min(len(self._sent), int(REPEATED_SHARE * len(fresh))))
            batch = [*fresh, *again]
            self._chance.shuffle(batch)
            await self._append(batch, ended)
            self._sent = [*self._sent, *fresh][-_KEPT:]

    async def _append(self, batch: list[audit_pb2.DecisionRecord], ended: asyncio.Event) -> None:
        request = audit_pb2.AppendDecisionsRequest(records=batch)
        while True:
            started = time.monotonic()
            try:
                answer = await self._audit.AppendDecisions(request, timeout=_CALL_SECONDS_MAX)
            except grpc.aio.AioRpcError as error:
                if error.code() not in AGAIN:
                    self._seen.violate(f"an append ended in {error.code().name}: {error.details()}")
                    return
                self._seen.count("unanswered")
                if ended.is_set():
                    return
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            break
        self._seen.count("batches")
        for sent, result in zip(batch, answer.results, strict=True):
            if not result.HasField("recorded"):
                self._seen.violate(f"a decision was refused: {result.error.message}")
                continue
            self._seen.count("replayed" if result.recorded.replayed else "appended")
            self._seen.receipt(sent.decision.decision_id, result.recorded.receipt)
        await self._is_published(answer, started)

    async def _is_published(self, answer: audit_pb2.AppendDecisionsResponse, started: float) -> None:
        """What was acknowledged is in the checkpoint that is handed out, from the moment of the answer on."""
        wanted = max((one.recorded.receipt.tree_size for one in answer.results), default=0)
        try:
            newest = await self._audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=_CALL_SECONDS_MAX)
        except grpc.aio.AioRpcError:
            return
        self._seen.checkpoint(newest.checkpoint)
        self._seen.publication_seconds.append(time.monotonic() - started)
        if newest.tree_size < wanted:
            self._seen.violate(f"{wanted} entries were acknowledged and {newest.tree_size} are published")


def _records(number: int) -> Iterator[audit_pb2.DecisionRecord]:
    """Decisions without end, those of each shipment one after the other; two writers share some of them."""
    series = number // 2
    shipments = shipments_of(filings_of(series + 1, _SHIPMENTS), series=series)
    count = 0
    while True:
        count += 1
        for shipment in shipments:
            shipment.revision = count
            yield audit_pb2.DecisionRecord(decision=_decision(shipment, count), shipment=shipment)


def _decision(shipment: trade_pb2.Shipment, count: int) -> trade_pb2.Decision:
    return trade_pb2.Decision(
        decision_id=f"{shipment.shipment_id}-{count}",
        shipment_id=shipment.shipment_id,
        revision=count,
        outcome=trade_pb2.OUTCOME_REVIEW if count % 3 else trade_pb2.OUTCOME_RELEASE,
        filings=[f"HAMMER/{shipment.shipment_id}"],
    )

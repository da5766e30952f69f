"""The desk where shipments are decided: many at a time, each shipment by one hand at a time.

A batch runs through five steps; a crash leaves the journal such that running it again ends
the same way:
1. read the cases and merge their filings   (dies here: nothing happened)
2. ask eligibility and risk at once         (dies here: claims stand; the same revision is answered the same)
3. decide, pure
4. have the decisions recorded              (dies here: on the log; the same decision_id brings back the first)
5. settle in the journal, and want again the shipments that the answers overturned
                                            (dies here: settled; the overturned are durable and found by recovery)
Only what came through step 4 is told as decided. Step 5 is waited for by whoever next looks at the shipment, not
by those who are told: should it fail, the log has the decision, and deciding again brings back the same.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import ids
from tidewaiter_intake.decide import AUDIT_SILENT, decide, pending, same_substance
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import (
    Case,
    Decision,
    Entry,
    Filing,
    Found,
    Fresh,
    Question,
    Reason,
    Recorded,
    Settlement,
    Shipment,
    ShipmentId,
)
from tidewaiter_intake.submit import FilingSpan


class Peers(Protocol):
    """The three services that intake asks."""

    async def ask(self, questions: Sequence[Question]) -> list[Found]:
        """Ask eligibility and risk at once, under one deadline; silence is an answer of None."""
        ...

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        """The decisions as the log holds them, None where it did not answer."""
        ...


class Journal(Protocol):
    """What the desk needs of the journal."""

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand."""
        ...

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded and what must be decided again."""
        ...


@dataclass(frozen=True, slots=True)
class _Work:
    """One shipment on its way over the desk."""

    case: Case
    shipment: Shipment
    quality: tuple[Reason, ...]
    traceparent: str
    span: FilingSpan | None


class Desk:
    """Decides shipments in batches; at most one batch holds a shipment at any time."""

    def __init__(
        self,
        *,
        journal: Journal,
        peers: Peers,
        read_filing: Callable[[bytes], Filing],
        shortfalls: Callable[[Filing], tuple[Reason, ...]],
        begin_span: Callable[[str], FilingSpan],
        clock: Clock,
        shipments_max: int,
        waiting_max: int,
        flights_max: int,
        meter: Any = None,
    ) -> None:
        self._journal = journal
        self._peers = peers
        self._read_filing = read_filing
        self._shortfalls = shortfalls
        self._begin_span = begin_span
        self._clock = clock
        self._again: set[ShipmentId] = set()
        self._fresh: dict[ShipmentId, Fresh] = {}
        self.left_over = asyncio.Event()
        """Set when a shipment stays undecided, or decided without a service: recovery then looks after it."""
        self._overturned: set[asyncio.Task[Any]] = set()
        self._settling: dict[ShipmentId, asyncio.Task[None]] = {}
        self._coalescer: Coalescer[ShipmentId, Recorded | Decision] = Coalescer(
            self._batch,
            name="desk",
            items_max=shipments_max,
            waiting_max=waiting_max,
            flights_max=flights_max,
            further_flight_items_min=max(1, shipments_max // 2),
            key=lambda shipment_id: shipment_id,
            meter=meter,
        )

    def make_room(self, shipments: int) -> None:
        """Failure FULL, DESK_FULL, when so many more cannot wait."""
        self._coalescer.make_room(shipments)

    async def decide(
        self, shipment_ids: Sequence[ShipmentId], fresh: Mapping[ShipmentId, Fresh] = MappingProxyType({})
    ) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one, in order.

        `fresh` are those of them that began just now: the journal need not be read for what is at hand.
        """
        for shipment_id in shipment_ids:
            self._fresh.pop(shipment_id, None)  # another filing has joined it: read it whole
        self._fresh.update(fresh)
        results = await self._coalescer.submit_all(shipment_ids)
        for result in results:
            if isinstance(result, Failure):
                raise result
        return results  # type: ignore[return-value]  # no failure is left

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """The same for shipments whose filers are not waiting; each gets a span of its own in the filing's trace."""
        self._again.update(shipment_ids)
        return await self.decide(shipment_ids)

    def holds(self, shipment_id: ShipmentId) -> bool:
        """Whether the shipment is on the desk already, waiting or under way."""
        return self._coalescer.holds(shipment_id)

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        under_way = {self._settling[one] for one in shipment_ids if one in self._settling}
        if under_way:
            await asyncio.wait(under_way)

    async def drain(self) -> None:
        """Wait for every batch under way, and for what it leaves to be noted."""
        await self._coalescer.drain()
        if self._settling:
            await asyncio.wait(set(self._settling.values()))
        await asyncio.gather(*self._overturned, return_exceptions=True)

    async def _batch(self, shipment_ids: list[ShipmentId]) -> list[Recorded | Decision | Failure]:
        await self.settled(shipment_ids)
        fresh = [self._fresh.pop(shipment_id) for shipment_id in shipment_ids if shipment_id in self._fresh]
        begun = {one.case.shipment_id for one in fresh}
        cases = self._journal.cases(shipment_id for shipment_id in shipment_ids if shipment_id not in begun)
        results: dict[ShipmentId, Recorded | Decision] = {
            case.shipment_id: case.current for case in cases if case.current and _is_settled(case)
        }
        works = [self._work(one.case, [one.filing]) for one in fresh]
        works += [self._read(case) for case in cases if case.shipment_id not in results]
        try:
            if works:
                results.update(await self._decide(works))
        except BaseException:
            self.left_over.set()
            raise
        finally:
            _end(works, results)
        if any(isinstance(one, Decision) or one.decision.degraded for one in results.values()):
            self.left_over.set()
        return [results[shipment_id] for shipment_id in shipment_ids]

    def _read(self, case: Case) -> _Work:
        return self._work(case, [self._read_filing(filed.content) for filed in case.filings])

    def _work(self, case: Case, filings: Sequence[Filing]) -> _Work:
        shipment = merge(case.shipment_id, case.revision, filings)
        traceparent, span = case.filings[-1].traceparent, None
        if case.shipment_id in self._again:
            self._again.discard(case.shipment_id)
            span = self._begin_span(traceparent)
            traceparent = span.traceparent
        quality = tuple(dict.fromkeys(reason for filing in filings for reason in self._shortfalls(filing)))
        return _Work(case, shipment, quality, traceparent, span)

    async def _decide(self, works: Sequence[_Work]) -> dict[ShipmentId, Recorded | Decision]:
        found = await self._peers.ask([Question(work.shipment, work.traceparent) for work in works])
        decisions = [self._decision(work, one) for work, one in zip(works, found, strict=True)]
        results: dict[ShipmentId, Recorded | Decision] = {}
        settlements: list[Settlement] = []
        to_record: list[tuple[_Work, Entry]] = []
        for work, one, decision in zip(works, found, decisions, strict=True):
            current = work.case.current
            if one.determined is None:
                results[work.case.shipment_id] = decision
            elif current and same_substance(current.decision, decision):
                settlements.append(Settlement(current, work.case.wanted, work.case.decisions))
                results[work.case.shipment_id] = current
            else:
                to_record.append((work, Entry(decision, one.carried, work.traceparent)))
        logged = await self._peers.record([entry for _, entry in to_record]) if to_record else []
        for (work, entry), recorded in zip(to_record, logged, strict=True):
            if recorded is None:
                results[work.case.shipment_id] = pending(work.shipment, AUDIT_SILENT)
                continue
            results[work.case.shipment_id] = recorded
            settlements.append(_settlement(work.case, entry.decision, recorded))
        turned = {shipment_id for one in found if one.determined for shipment_id in one.determined.turned}
        self._settle(settlements, turned)
        return results

    def _decision(self, work: _Work, found: Found) -> Decision:
        finding = found.determined.finding if found.determined else None
        decision = decide(work.shipment, finding, found.risk, quality=work.quality)
        if finding is None:
            return decision
        current = work.case.current
        return decision._replace(
            decision_id=ids.decision_id(work.case.shipment_id, work.case.decisions + 1),
            supersedes=current.decision.decision_id if current else "",
            trace_id=work.traceparent[3:35],
            decided_at_ns=self._clock.ns(),
        )

    def _settle(self, settlements: Sequence[Settlement], turned: set[ShipmentId]) -> None:
        """Begin step 5."""
        task = asyncio.create_task(self._journal.settle(settlements, turned))
        concerned = [settlement.recorded.decision.shipment_id for settlement in settlements]
        self._settling.update(dict.fromkeys(concerned, task))

        def done(task: asyncio.Task[None]) -> None:
            for shipment_id in concerned:
                if self._settling.get(shipment_id) is task:
                    del self._settling[shipment_id]
            if task.cancelled() or task.exception():
                self.left_over.set()
            else:
                self._decide_overturned(turned)

        task.add_done_callback(done)

    def _decide_overturned(self, turned: set[ShipmentId]) -> None:
        """Start deciding again at once; should it fail, the journal remembers and recovery does it."""
        if turned:
            task = asyncio.create_task(self.decide_again(sorted(turned)), context=contextvars.Context())
            self._overturned.add(task)
            task.add_done_callback(self._overturned_done)

    def _overturned_done(self, task: asyncio.Task[Any]) -> None:
        self._overturned.discard(task)
        if task.cancelled() or task.exception():
            self.left_over.set()


def _is_settled(case: Case) -> bool:
    return case.wanted == case.settled and not case.degraded


def _settlement(case: Case, decided: Decision, recorded: Recorded) -> Settlement:
    """What is settled: all causes, unless the log already held another decision under this id.

    That one came from before a crash; it counts, and the shipment is still to be decided.
    """
    covers = case.wanted if same_substance(recorded.decision, decided) else case.settled
    return Settlement(recorded, covers, case.decisions + 1)


def _end(works: Sequence[_Work], results: dict[ShipmentId, Recorded | Decision]) -> None:
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

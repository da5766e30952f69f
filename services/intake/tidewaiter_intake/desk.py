"""The desk where shipments are decided: many at a time, each shipment by one hand at a time.

A batch runs through five steps; a crash leaves the journal such that running it again ends
the same way:
1. read the cases and merge their filings   (dies here: nothing happened)
2. ask eligibility and risk at once, but not about what is withdrawn
                                            (dies here: claims stand; the same revision is answered the same)
3. decide, pure
4. have the decisions recorded              (dies here: on the log; the same decision_id brings back the first)
5. confirm and settle what is on record (`settling`)
Only what came through step 4 is told as decided. Step 5 is waited for by whoever next looks at the shipment, not
by those who are told: should it fail, the log has the decision, and deciding again brings back the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import structlog
from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.coalesce import Coalescer
from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import errors, ids
from tidewaiter_intake.decide import AUDIT_SILENT, decide, pending, same_substance, withdrawn
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import (
    Case,
    Confirmation,
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
from tidewaiter_intake.settling import Settling
from tidewaiter_intake.submit import FilingSpan
from tidewaiter_intake.work import Work, end_spans, in_parts

log = structlog.get_logger()


class Peers(Protocol):
    """The three services that intake asks."""

    async def ask(self, questions: Sequence[Question]) -> list[Found]:
        """Ask eligibility and risk at once, under one deadline; silence is an answer of None."""
        ...

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        """The decisions as the log holds them, None where it did not answer."""
        ...

    def carried(self, shipment: Shipment) -> Any:
        """The shipment as it goes over the wire, of one that nobody is asked about."""
        ...

    async def confirm(self, confirmations: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """Tell eligibility what is on record; the shipments that turned thereby, None where it did not answer."""
        ...

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[ShipmentId] | None:
        """Give back what shipments claim that are withdrawn on record; the shipments that turned thereby, or None."""
        ...


class Journal(Protocol):
    """What the desk needs of the journal."""

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand."""
        ...

    def known(self, shipment_ids: Iterable[ShipmentId]) -> list[ShipmentId]:
        """Those of them that there are."""
        ...

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded and what must be decided again."""
        ...


class Desk:
    """Decides shipments in batches; at most one batch holds a shipment at any time."""

    def __init__(
        self,
        *,
        journal: Journal,
        peers: Peers,
        read_filing: Callable[[bytes], Filing],
        quality: Callable[[Iterable[tuple[Filing, int]]], tuple[Reason, ...]],
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
        self._quality = quality
        self._begin_span = begin_span
        self._clock = clock
        self._again: set[ShipmentId] = set()
        self._fresh: dict[ShipmentId, Fresh] = {}
        self.left_over = asyncio.Event()
        """Set when a shipment stays undecided, or decided without a service: recovery then looks after it."""
        self._settling = Settling(
            journal=journal, peers=peers, decide_again=self.decide_again, left_over=self.left_over
        )
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

    def reserve(self, shipments: int) -> None:
        """Keep places for so many until `release`; Failure FULL, DESK_FULL, when there are not as many."""
        self._coalescer.reserve(shipments)

    def release(self, shipments: int) -> None:
        """Give back places just before `decide` takes them."""
        self._coalescer.release(shipments)

    async def decide(
        self, shipment_ids: Sequence[ShipmentId], fresh: Mapping[ShipmentId, Fresh] = MappingProxyType({})
    ) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one, in order.

        `fresh` are those of them that began just now: the journal need not be read for what is at hand.
        Failure of the first that could not be looked at: DESK_FULL without a reservation, SHIPMENT_NOT_FOUND.
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
        """The same for shipments whose filers are not waiting; each gets a span of its own in the filing's trace.

        One that the journal does not know is left out, and said to operators: eligibility named it, so it was
        claimed by somebody else, or the journal was put back.
        """
        known = self._journal.known(shipment_ids)
        for shipment_id in set(shipment_ids).difference(known):
            log.error("asked to decide a shipment that is not in the journal", shipment_id=shipment_id)
        self._again.update(known)
        return await self.decide(known)

    def holds(self, shipment_id: ShipmentId) -> bool:
        """Whether the shipment is on the desk already, waiting or under way."""
        return self._coalescer.holds(shipment_id)

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        await self._settling.settled(shipment_ids)

    async def drain(self) -> None:
        """Wait for every batch under way, and for what it leaves to be noted."""
        await self._coalescer.drain()
        await self._settling.drain()

    async def _batch(self, shipment_ids: list[ShipmentId]) -> list[Recorded | Decision | Failure]:
        results: dict[ShipmentId, Recorded | Decision] = {}
        works: list[Work] = []
        try:
            works = await self._works(shipment_ids, results)
            await self._decide_in_parts(works, results)
            # The log held another decision of some, from before a crash: theirs counts, and is superseded at once.
            overtaken = [work.case.shipment_id for work in works if work.case.shipment_id not in results]
            if overtaken:
                await self._decide_in_parts(await self._works(overtaken, results), results)
        except BaseException:
            self.left_over.set()
            raise
        finally:
            self._again.difference_update(shipment_ids)
            end_spans(works, results)
        if any(isinstance(one, Decision) or one.decision.degraded for one in results.values()):
            self.left_over.set()
        return [results.get(shipment_id) or errors.shipment_not_found() for shipment_id in shipment_ids]

    async def _works(
        self, shipment_ids: Sequence[ShipmentId], results: dict[ShipmentId, Recorded | Decision]
    ) -> list[Work]:
        """Step 1. A shipment that is settled already goes straight into the results."""
        await self.settled(shipment_ids)
        fresh = [self._fresh.pop(shipment_id) for shipment_id in shipment_ids if shipment_id in self._fresh]
        begun = {one.case.shipment_id for one in fresh}
        cases = self._journal.cases(shipment_id for shipment_id in shipment_ids if shipment_id not in begun)
        works = [self._work(one.case, one.filings) for one in fresh]
        for case in cases:
            if case.current and _is_settled(case):
                results[case.shipment_id] = case.current
            else:
                works.append(self._work(case, [self._read_filing(filed.content) for filed in case.filings]))
        return works

    def _work(self, case: Case, filings: Sequence[Filing]) -> Work:
        shipment = merge(case.shipment_id, case.revision, filings)
        traceparent, span = case.filings[-1].traceparent, None
        if case.shipment_id in self._again:
            self._again.discard(case.shipment_id)
            span = self._begin_span(traceparent)
            traceparent = span.traceparent
        received = (filed.received_at_ns for filed in case.filings)
        return Work(case, shipment, self._quality(zip(filings, received, strict=True)), traceparent, span)

    async def _decide_in_parts(self, works: Sequence[Work], results: dict[ShipmentId, Recorded | Decision]) -> None:
        """Steps 2 to 5, for no more at a time than a peer takes in one message."""
        for part in in_parts(works):
            await self._decide(part, results)

    async def _decide(self, works: Sequence[Work], results: dict[ShipmentId, Recorded | Decision]) -> None:
        found = await self._found(works)
        settlements: list[Settlement] = []
        to_record: list[tuple[Work, Entry]] = []
        for work, one in zip(works, found, strict=True):
            decision, current = self._decision(work, one), work.case.current
            if not decision.decision_id:
                results[work.case.shipment_id] = decision
            elif current and same_substance(current.decision, decision):
                settlements.append(Settlement(current, work.case.wanted, work.case.decisions, work.case.united))
                results[work.case.shipment_id] = current
            else:
                to_record.append((work, Entry(decision, one.carried, work.traceparent)))
        logged = await self._peers.record([entry for _, entry in to_record]) if to_record else []
        for (work, entry), recorded in zip(to_record, logged, strict=True):
            if recorded is None:
                results[work.case.shipment_id] = pending(work.shipment, AUDIT_SILENT)
                continue
            is_ours = same_substance(recorded.decision, entry.decision)
            if is_ours:
                results[work.case.shipment_id] = recorded
            covers, united = (work.case.wanted, work.case.united) if is_ours else (work.case.settled, ())
            settlements.append(Settlement(recorded, covers, work.case.decisions + 1, united))
        determined = [(work, one.determined) for work, one in zip(works, found, strict=True) if one.determined]
        turned = {shipment_id for _, one in determined for shipment_id in one.turned}
        confirmations = [
            Confirmation(work.case.shipment_id, work.case.revision, work.traceparent)
            for work, one in determined
            if one.confirm_wanted and isinstance(results.get(work.case.shipment_id), Recorded)
        ]
        gone = [
            Confirmation(work.case.shipment_id, work.case.revision, work.traceparent)
            for work in works
            if work.case.withdrawal and isinstance(results.get(work.case.shipment_id), Recorded)
        ]
        if settlements or turned:
            self._settling.begin(settlements, turned, confirmations, gone)

    async def _found(self, works: Sequence[Work]) -> list[Found]:
        """What the peers say of each, in order; nothing of what is withdrawn, which is not asked about."""
        questions = [Question(work.shipment, work.traceparent) for work in works if work.case.withdrawal is None]
        answers = iter(await self._peers.ask(questions) if questions else ())
        return [
            Found(None, None, self._peers.carried(work.shipment)) if work.case.withdrawal else next(answers)
            for work in works
        ]

    def _decision(self, work: Work, found: Found) -> Decision:
        finding = found.determined.finding if found.determined else None
        if work.case.withdrawal:
            decision = withdrawn(work.shipment, work.case.withdrawal)
        elif finding is None:
            return decide(work.shipment, finding, found.risk)
        else:
            decision = decide(work.shipment, finding, found.risk, quality=work.quality)
        current = work.case.current
        return decision._replace(
            decision_id=ids.decision_id(work.case.shipment_id, work.case.decisions + 1),
            supersedes=current.decision.decision_id if current else "",
            trace_id=work.traceparent[3:35],
            decided_at_ns=self._clock.ns(),
        )


def _is_settled(case: Case) -> bool:
    return case.wanted == case.settled and not case.degraded

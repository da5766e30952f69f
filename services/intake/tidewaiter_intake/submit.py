"""SubmitFiling, one or many at a time: accept durably, have it decided, answer.

1. Refuse what breaks a rule, all problems of a filing at once, before anything is written.
2. Make the rest durable, each on its shipment. From here on nothing is lost: whatever
   happens below, recovery decides it.
3. Have the shipments decided and recorded (`desk`).
4. Answer each filing with the decision on record, or with PENDING while there is none.
A filing that was answered before gets its first answer and nothing is done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure, invalid
from tidewaiter_chassis.traces import error_name

from tidewaiter_intake import amounts, identifiers, ids, places, reveal
from tidewaiter_intake.model import (
    Accepted,
    Answer,
    Arrival,
    Case,
    Decision,
    FiledBefore,
    Filing,
    Fresh,
    Recorded,
    ShipmentId,
    etag,
)
from tidewaiter_intake.requirements import Requirements


class Journal(Protocol):
    """What this verb needs of the journal."""

    async def accept(self, arrivals: Sequence[Arrival], now_ns: int) -> list[Accepted | Failure]:
        """Make filings durable, or refuse each with its reason, in order."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    def reserve(self, shipments: int) -> None:
        """Keep places for so many until `release`; Failure FULL when there are not as many."""
        ...

    def release(self, shipments: int) -> None:
        """Give back places just before `decide` takes them."""
        ...

    left_over: asyncio.Event

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """The same, of shipments whose filers are not waiting."""
        ...

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        ...

    async def decide(
        self, shipment_ids: Sequence[ShipmentId], fresh: Mapping[ShipmentId, Fresh]
    ) -> list[Recorded | Decision]:
        """The decision on record for each shipment, or a PENDING one, in order."""
        ...


class FilingSpan(Protocol):
    """The span of one filing."""

    @property
    def traceparent(self) -> str:
        """Its W3C trace context, for the services asked."""
        ...

    def end(self, *, attributes: dict[str, str | int | bool] | None = None, error: str | None = None) -> None:
        """End it."""
        ...


class Submit:
    """The verb; one for the life of the service."""

    def __init__(
        self,
        *,
        journal: Journal,
        desk: Desk,
        requirements: Requirements,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._requirements = requirements
        self._clock = clock
        self._random_bytes = random_bytes

    def check(self, filing: Filing) -> Failure | None:
        """All that is wrong with a filing beyond the rules of its fields, or None. Touches nothing."""
        day = self._clock.now().date()
        wrong = (
            *self._requirements.violations(filing, day),
            *amounts.violations(filing),
            *identifiers.violations(filing),
            *places.violations(filing),
        )
        return invalid(*wrong) if wrong else None

    async def file(self, filings: Sequence[Filing], *, begin_span: Callable[[], FilingSpan]) -> list[Answer | Failure]:
        """One answer for each checked filing, in order; DESK_FULL for all of them, before any is accepted."""
        try:
            self._desk.reserve(len(filings))
        except Failure as full:
            return [full] * len(filings)
        spans = [begin_span() for _ in filings]
        try:
            answers = await self._file(filings, spans)
        except BaseException as error:
            for span in spans:
                span.end(error=error_name(error))
            raise
        _end(spans, filings, answers)
        return answers

    async def _file(self, filings: Sequence[Filing], spans: Sequence[FilingSpan]) -> list[Answer | Failure]:
        now_ns = self._clock.ns()
        arrivals = [
            Arrival(filing, span.traceparent, ids.shipment_id(now_ns, self._random_bytes))
            for filing, span in zip(filings, spans, strict=True)
        ]
        try:
            taken = await self._journal.accept(arrivals, now_ns)
            united = [each for one in taken if isinstance(one, Accepted) for each in one.united]
            if united:
                await self._withdraw(united)
        finally:
            self._desk.release(len(filings))
        # Others had their turn while the united were withdrawn: then what began here is read whole.
        fresh = {} if united else _fresh(filings, taken)
        due = list(dict.fromkeys(a.shipment_id for a in taken if isinstance(a, Accepted) and a.answered is None))
        decided = dict(zip(due, await self._desk.decide(due, fresh) if due else (), strict=True))
        await self._follow(decided)
        return [
            _answer(filing, one, decided) if isinstance(one, Accepted) else one
            for filing, one in zip(filings, taken, strict=True)
        ]

    async def _withdraw(self, united: Sequence[ShipmentId]) -> None:
        """Have those withdrawn that are one with an elder one, so that no parcel counts twice when that is decided."""
        try:
            await self._desk.decide_again(united)
            await self._desk.settled(united)
        except Failure:
            self._desk.left_over.set()  # the desk is full: they are durable, and recovery withdraws them

    async def _follow(self, decided: dict[ShipmentId, Recorded | Decision]) -> None:
        """Have those decided that others were united into while their filers waited: theirs is the answer."""
        while missing := [into for one in decided.values() if (into := _into(one)) and into not in decided]:
            try:
                decided.update(zip(missing, await self._desk.decide(missing, {}), strict=True))
            except Failure:
                return  # the desk is full: the answer names the elder one


def _into(result: Recorded | Decision) -> ShipmentId:
    return (result.decision if isinstance(result, Recorded) else result).united_into


def _fresh(filings: Sequence[Filing], taken: Sequence[Accepted | Failure]) -> dict[ShipmentId, Fresh]:
    """The shipments that began with filings of these and hold no other, as the journal would read them back."""
    begun: dict[ShipmentId, list[tuple[Filing, FiledBefore]]] = {}
    for filing, one in zip(filings, taken, strict=True):
        if not isinstance(one, Accepted):
            continue
        if one.filed and one.revision == 1:
            begun[one.shipment_id] = [(filing, one.filed)]
        elif one.filed and len(begun.get(one.shipment_id, ())) == one.revision - 1:
            begun[one.shipment_id].append((filing, one.filed))
        else:
            begun.pop(one.shipment_id, None)
    return {shipment_id: _begun(shipment_id, *zip(*both, strict=True)) for shipment_id, both in begun.items()}


def _begun(shipment_id: ShipmentId, filings: tuple[Filing, ...], filed: tuple[FiledBefore, ...]) -> Fresh:
    count = len(filings)
    return Fresh(Case(shipment_id, count, count, 0, 0, False, filed), filings)


def _answer(filing: Filing, accepted: Accepted, decided: dict[ShipmentId, Recorded | Decision]) -> Answer:
    result = accepted.answered or decided[accepted.shipment_id]
    while not accepted.answered and (elder := decided.get(_into(result))):
        result = elder
    decision, receipt = (result.decision, result.receipt) if isinstance(result, Recorded) else (result, b"")
    return Answer(
        request_id=filing.request_id,
        decision=reveal.for_filer(decision),
        receipt=receipt,
        replayed=accepted.replayed,
        etag=etag(decision.shipment_id, max(accepted.revision, decision.revision)),
    )


def _end(spans: Sequence[FilingSpan], filings: Sequence[Filing], answers: Sequence[Answer | Failure]) -> None:
    for span, filing, answer in zip(spans, filings, answers, strict=True):
        filer = {"tidewaiter.originator_code": filing.originator_code}
        if isinstance(answer, Failure):
            span.end(attributes={**filer}, error=answer.reason)
            continue
        span.end(
            attributes={
                **filer,
                "tidewaiter.shipment_id": answer.decision.shipment_id,
                "tidewaiter.revision": answer.decision.revision,
                "tidewaiter.outcome": answer.decision.outcome.name,
                "tidewaiter.replayed": answer.replayed,
            }
        )

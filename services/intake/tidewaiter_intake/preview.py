"""SubmitFiling with validate_only: the answer as if filed, leaving no trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from tidewaiter_chassis.clock import Clock
from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import errors, reveal
from tidewaiter_intake.decide import ELIGIBILITY_SILENT, decide, pending
from tidewaiter_intake.keys import join_keys
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import (
    Answer,
    Case,
    Filing,
    Found,
    Question,
    Reason,
    Recorded,
    Shipment,
    ShipmentId,
    etag,
)


class Journal(Protocol):
    """What this verb needs of the journal."""

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand."""
        ...

    def find(self, *, join_key: str = "", filing: tuple[str, str] | None = None) -> ShipmentId | None:
        """The shipment of a join key, or of a filing."""
        ...

    def answered(self, filing: tuple[str, str]) -> Recorded | None:
        """What a filing was answered first."""
        ...


class Desk(Protocol):
    """What this verb needs of the desk."""

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Wait until the journal knows what was told of these shipments."""
        ...


class Peers(Protocol):
    """What this verb needs of the peers."""

    async def preview(self, questions: Sequence[Question]) -> list[Found]:
        """What eligibility and risk would find, claiming nothing."""
        ...


class _Rehearsal(NamedTuple):
    """A filing with the shipment that it would make."""

    request_id: str
    joined: ShipmentId | None
    shipment: Shipment
    quality: tuple[Reason, ...]


class Preview:
    """The verb; one for the life of the service."""

    def __init__(
        self,
        *,
        journal: Journal,
        desk: Desk,
        peers: Peers,
        read_filing: Callable[[bytes], Filing],
        quality: Callable[[Iterable[tuple[Filing, int]]], tuple[Reason, ...]],
        differing_field: Callable[[bytes, bytes], str],
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._desk = desk
        self._peers = peers
        self._read_filing = read_filing
        self._quality = quality
        self._clock = clock
        self._differing_field = differing_field

    async def answers(self, filings: Sequence[Filing]) -> list[Answer | Failure]:
        """What checked filings would be answered each by itself, in order, refusals too.

        A filing not filed yet gets no decision_id, no receipt, and no shipment unless it would join one.
        """
        rehearsals = [await self._rehearsal(filing, place) for place, filing in enumerate(filings)]
        found: dict[int, Found] = {}
        for asked in _in_rounds(rehearsals):
            told = await self._peers.preview([Question(one.shipment, "") for one in asked.values()])
            found.update(zip(asked, told, strict=True))
        return [
            self._answer(one, found[place]) if isinstance(one, _Rehearsal) else one
            for place, one in enumerate(rehearsals)
        ]

    async def _rehearsal(self, filing: Filing, place: int) -> _Rehearsal | Answer | Failure:
        name = (filing.originator_code, filing.request_id)
        by_key = sorted(filter(None, {self._journal.find(join_key=key) for key in join_keys(filing)}))
        filed_on = self._journal.find(filing=name)
        borne = [filed_on] if filed_on else by_key
        joined = borne[0] if borne else None
        await self._desk.settled(borne)
        cases = self._journal.cases(borne)
        filed_before = sorted(
            (filed for case in cases for filed in case.filings), key=lambda filed: filed.received_at_ns
        )
        before = [(self._read_filing(filed.content), filed.received_at_ns) for filed in filed_before]
        for filed, _ in before:
            if (filed.originator_code, filed.request_id) == name:
                return self._again(filing, filed, cases[0])
        if filing.etag and (refused := _stale(filing.etag, cases)):
            return refused
        after = [*before, (filing, self._clock.ns())]
        shipment = merge(joined or _rehearsed(place), len(after), [one for one, _ in after])
        return _Rehearsal(filing.request_id, joined, shipment, self._quality(after))

    def _answer(self, rehearsal: _Rehearsal, found: Found) -> Answer:
        finding = found.determined.finding if found.determined else None
        decision = decide(rehearsal.shipment, finding, found.risk, quality=rehearsal.quality)
        decision = decision._replace(shipment_id=rehearsal.joined or ShipmentId(""))
        return Answer(request_id=rehearsal.request_id, decision=reveal.for_filer(decision))

    def _again(self, filing: Filing, first: Filing, case: Case) -> Answer | Failure:
        """A filing that was filed already: refused when it says something else, or given its first answer."""
        if field := self._differing_field(first.content, filing.content):
            return errors.request_id_reused(filing.request_id, field)
        answered = self._journal.answered((filing.originator_code, filing.request_id))
        if answered is None:
            filings = [self._read_filing(filed.content) for filed in case.filings]
            decision = pending(merge(case.shipment_id, case.revision, filings), ELIGIBILITY_SILENT)
            return Answer(request_id=filing.request_id, decision=decision, replayed=True)
        return Answer(
            request_id=filing.request_id,
            decision=reveal.for_filer(answered.decision),
            receipt=answered.receipt,
            replayed=True,
            etag=etag(case.shipment_id, case.revision),
        )


def _rehearsed(place: int) -> ShipmentId:
    """Stands for the shipment that the filing at this place would begin; no shipment ever bears it."""
    return ShipmentId(f"{place:026d}")


def _in_rounds(rehearsals: Sequence[_Rehearsal | Answer | Failure]) -> list[dict[int, _Rehearsal]]:
    """What is to be asked about, by its place, so divided that no shipment is asked about twice in one message."""
    rounds: list[dict[int, _Rehearsal]] = []
    met: Counter[ShipmentId] = Counter()
    for place, one in enumerate(rehearsals):
        if isinstance(one, _Rehearsal):
            turn = met[one.shipment.shipment_id]
            met[one.shipment.shipment_id] += 1
            if turn == len(rounds):
                rounds.append({})
            rounds[turn][place] = one
    return rounds


def _stale(given: str, cases: list[Case]) -> Failure | None:
    if not cases:
        return errors.shipment_not_found()
    current = [etag(case.shipment_id, case.revision) for case in cases]
    return None if given in current else errors.etag_stale(given, current[0])

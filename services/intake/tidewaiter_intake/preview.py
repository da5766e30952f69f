"""SubmitFiling with validate_only: the answer as if filed, leaving no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import errors, reveal
from tidewaiter_intake.decide import ELIGIBILITY_SILENT, decide, pending
from tidewaiter_intake.keys import join_keys
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import Answer, Case, Filing, Found, Question, Reason, ShipmentId, etag

_REHEARSED = ShipmentId("0" * 26)
"""Stands for the shipment that the filing would begin; no shipment ever bears it."""


class Journal(Protocol):
    """What this verb needs of the journal."""

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand."""
        ...

    def find(self, *, join_key: str = "", filing: tuple[str, str] | None = None) -> ShipmentId | None:
        """The shipment of a join key."""
        ...


class Peers(Protocol):
    """What this verb needs of the peers."""

    async def preview(self, questions: Sequence[Question]) -> list[Found]:
        """What eligibility and risk would find, claiming nothing."""
        ...


class Preview:
    """The verb; one for the life of the service."""

    def __init__(
        self,
        *,
        journal: Journal,
        peers: Peers,
        read_filing: Callable[[bytes], Filing],
        shortfalls: Callable[[Filing], tuple[Reason, ...]],
        differing_field: Callable[[bytes, bytes], str],
    ) -> None:
        self._journal = journal
        self._peers = peers
        self._read_filing = read_filing
        self._shortfalls = shortfalls
        self._differing_field = differing_field

    async def answer(self, filing: Filing) -> Answer | Failure:
        """What a checked filing would be answered, refusals too.

        A filing not filed yet gets no decision_id, no receipt, and no shipment unless it would join one.
        """
        known = self._journal.find(filing=(filing.originator_code, filing.request_id))
        joined = known or next(
            (found for key in join_keys(filing) if (found := self._journal.find(join_key=key))), None
        )
        cases = self._journal.cases([joined]) if joined else []
        before = [filed for case in cases for filed in case.filings]
        if known:
            return self._again(filing, cases[0])
        if filing.etag and (refused := _stale(filing.etag, cases)):
            return refused
        filings = [*(self._read_filing(filed.content) for filed in before), filing]
        shipment = merge(joined or _REHEARSED, len(filings), filings)
        (answer,) = await self._peers.preview([Question(shipment, "")])
        finding = answer.determined.finding if answer.determined else None
        quality = tuple(dict.fromkeys(r for one in filings for r in self._shortfalls(one)))
        decision = decide(shipment, finding, answer.risk, quality=quality)
        decision = decision._replace(shipment_id=joined or ShipmentId(""))
        return Answer(request_id=filing.request_id, decision=reveal.for_filer(decision))

    def _again(self, filing: Filing, case: Case) -> Answer | Failure:
        """A filing that was filed already: refused when it says something else, or answered as it stands."""
        (first,) = (
            filed
            for filed in case.filings
            if (filed.originator_code, filed.request_id) == (filing.originator_code, filing.request_id)
        )
        if field := self._differing_field(first.content, filing.content):
            return errors.request_id_reused(filing.request_id, field)
        if case.current is None:
            filings = [self._read_filing(filed.content) for filed in case.filings]
            decision = pending(merge(case.shipment_id, case.revision, filings), ELIGIBILITY_SILENT)
            return Answer(request_id=filing.request_id, decision=decision, replayed=True)
        return Answer(
            request_id=filing.request_id,
            decision=reveal.for_filer(case.current.decision),
            receipt=case.current.receipt,
            replayed=True,
            etag=etag(case.shipment_id, case.revision),
        )


def _stale(given: str, cases: list[Case]) -> Failure | None:
    if not cases:
        return errors.shipment_not_found()
    current = etag(cases[0].shipment_id, cases[0].revision)
    return None if given == current else errors.etag_stale(given, current)

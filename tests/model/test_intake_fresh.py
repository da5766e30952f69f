"""What a batch hands to the desk beside the journal is what the journal would have read back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_intake.decide import AUDIT_SILENT, pending
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import Decision, Filing, Fresh, Recorded, ShipmentId
from tidewaiter_intake.requirements import load
from tidewaiter_intake.store.sqlite import SqliteJournal
from tidewaiter_intake.submit import Submit
from tidewaiter_intake.wire.decisions import decision_from_bytes
from tidewaiter_intake.wire.filings import differing_field, filing_from_bytes

from tests.filings import filing

_FILED = st.builds(
    lambda parcel, bill, filer, again: filing(
        f"r-{parcel}-{bill}-{again}",
        tracking_number=f"TW{parcel}",
        house_bill=f"H{bill}" if bill else "",
        house_bill_issuer="ISSU" if bill else "",
        originator_code=f"FILER{filer}",
    ),
    parcel=st.integers(0, 3),
    bill=st.integers(0, 2),
    filer=st.integers(0, 1),
    again=st.integers(0, 1),
)


class _Span:
    traceparent = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"

    def end(self, **_: Any) -> None:
        """Nothing is traced here."""


class _WatchingDesk:
    """Compares what it is given with what the journal holds at that moment; decides nothing."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.journal = journal
        self.compared = 0
        self.left_over = asyncio.Event()

    async def decide_again(self, shipment_ids: Sequence[ShipmentId]) -> list[Recorded | Decision]:
        """What is united is read from the journal, never handed on."""
        return await self.decide(shipment_ids, {})

    async def settled(self, shipment_ids: Sequence[ShipmentId]) -> None:
        """Nothing is noted here."""

    def reserve(self, shipments: int) -> None:
        """There is always room."""

    def release(self, shipments: int) -> None:
        """There is always room."""

    async def decide(
        self, shipment_ids: Sequence[ShipmentId], fresh: Mapping[ShipmentId, Fresh]
    ) -> list[Recorded | Decision]:
        for shipment_id, one in fresh.items():
            assert self.journal.cases([shipment_id]) == [one.case]
            assert [filing_from_bytes(filed.content) for filed in one.case.filings] == list(one.filings)
            self.compared += 1
        cases = self.journal.cases(shipment_ids)
        return [pending(merge(case.shipment_id, case.revision, self._filings(case)), AUDIT_SILENT) for case in cases]

    def _filings(self, case: Any) -> list[Filing]:
        return [filing_from_bytes(filed.content) for filed in case.filings]


async def _file(path: Path, batches: list[list[Filing]]) -> _WatchingDesk:
    journal = SqliteJournal(
        SqliteJournal.open_database(path / "intake.db"),
        differing_field=differing_field,
        decision_from_bytes=decision_from_bytes,
    )
    desk = _WatchingDesk(journal)
    numbers = iter(range(10_000))
    submit = Submit(
        journal=journal,
        desk=desk,
        requirements=load(),
        clock=SystemClock(),
        random_bytes=lambda size: next(numbers).to_bytes(size, "big"),
    )
    for batch in batches:
        await submit.file(batch, begin_span=_Span)
    await journal.database.close()
    return desk


@settings(max_examples=40)
@given(batches=st.lists(st.lists(_FILED, min_size=1, max_size=6), min_size=1, max_size=3))
def test_what_begins_in_a_batch_is_handed_on_as_the_journal_holds_it(batches: list[list[Filing]]) -> None:
    # A filing that stands twice in a batch sends its shipment back to the journal: then nothing is handed on.
    stands_twice = len({one.request_id + one.originator_code for one in batches[0]}) < len(batches[0])
    # One that unites two shipments does so too.
    pairs = {(one.facts.tracking_number, one.facts.house_bill) for one in batches[0] if one.facts.house_bill}
    unites = len({bill for _, bill in pairs}) < len(pairs)

    with TemporaryDirectory() as folder:
        desk = asyncio.run(_file(Path(folder), batches))

    assert stands_twice or unites or desk.compared >= 1


def test_two_filers_of_one_parcel_in_one_batch_are_handed_on_together(tmp_path: Path) -> None:
    both = [filing("a", tracking_number="TW1"), filing("b", tracking_number="TW1", originator_code="MKT01")]

    assert 1 == asyncio.run(_file(tmp_path, [both])).compared

"""What every journal promises, whatever it stores in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_intake.model import (
    Accepted,
    Arrival,
    Decision,
    DecisionId,
    Filing,
    Outcome,
    Recorded,
    Settlement,
    ShipmentId,
    etag,
)
from tidewaiter_intake.store.sqlite import FILINGS_MAX, SqliteJournal
from tidewaiter_intake.wire.decisions import decision_from_bytes
from tidewaiter_intake.wire.filings import differing_field

from tests.filings import decision_message, filing, goods

NOW = 1_736_942_400_000_000_000


def _open(path: Path) -> SqliteJournal:
    return SqliteJournal(
        SqliteJournal.open_database(path),
        differing_field=differing_field,
        decision_from_bytes=decision_from_bytes,
    )


@pytest.fixture(params=["sqlite"])
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    """Each store in turn; one that cannot keep a promise has no place here."""
    opened = _open(tmp_path / "intake.db")
    yield opened
    await opened.database.close()


def arrival(given: Filing, new_id: str = "") -> Arrival:
    return Arrival(given, "00-" + "1" * 32 + "-" + "2" * 16 + "-01", ShipmentId(new_id or f"S-{given.request_id}"))


async def accepted(journal: SqliteJournal, *filings: Filing) -> list[Accepted]:
    results = await journal.accept([arrival(one) for one in filings], NOW)
    return [result for result in results if isinstance(result, Accepted)]


def recorded(shipment_id: str, number: int, revision: int, *, degraded: bool = False) -> Recorded:
    decision = Decision(
        shipment_id=ShipmentId(shipment_id),
        revision=revision,
        outcome=Outcome.RELEASE,
        entry_path=1,
        reasons=(),
        decision_id=DecisionId(f"{shipment_id}-{number}"),
        degraded=degraded,
    )
    return Recorded(decision, b"receipt", decision_message(decision).SerializeToString())


async def test_a_first_filing_begins_a_shipment_at_revision_one(journal: SqliteJournal) -> None:
    (taken,) = await accepted(journal, filing("a"))

    (case,) = journal.cases([ShipmentId("S-a")])
    assert Accepted(ShipmentId("S-a"), 1, filed=case.filings[0]) == taken
    assert (1, 1, 0, 0) == (case.revision, case.wanted, case.settled, case.decisions)
    assert [("CARR01", "a", 1, NOW)] == [
        (f.originator_code, f.request_id, f.revision, f.received_at_ns) for f in case.filings
    ]
    assert filing("a").content == case.filings[0].content
    assert case.current is None


async def test_the_same_filing_again_is_replayed_and_changes_nothing(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a"))

    assert [Accepted(ShipmentId("S-a"), 1, replayed=True)] == await accepted(journal, filing("a"))
    (case,) = journal.cases([ShipmentId("S-a")])
    assert (1, 1) == (case.revision, case.wanted)


async def test_the_same_id_with_another_content_is_refused_naming_the_field(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a"))

    (result,) = await journal.accept([arrival(filing("a", order_id="O2"))], NOW)

    assert isinstance(result, Failure)
    assert (Kind.REUSED, "order_id") == (result.kind, result.facts["field"])


async def test_the_same_id_of_another_originator_is_another_filing(journal: SqliteJournal) -> None:
    other = filing("a", originator_code="OTHER1", tracking_number="ELSE1")

    results = await journal.accept([arrival(filing("a"), "S-1"), arrival(other, "S-2")], NOW)

    assert [("S-1", 1, False), ("S-2", 1, False)] == [
        (one.shipment_id, one.revision, one.replayed) for one in results if isinstance(one, Accepted)
    ]


async def test_a_batch_sees_its_own_filings(journal: SqliteJournal) -> None:
    same, again, joined = await accepted(
        journal, filing("a"), filing("a"), filing("b", originator_code="OTHER1", tracking_number="TWa")
    )

    assert (False, True, False) == (same.replayed, again.replayed, joined.replayed)
    assert ("S-a", 2) == (joined.shipment_id, joined.revision)


async def test_filings_join_on_a_strong_key_however_it_is_spelled(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a", tracking_number="tw-77", house_bill="h 1", house_bill_issuer="ABCD"))

    by_number, by_bill, other_issuer = await accepted(
        journal,
        filing("b", tracking_number="TW 77"),
        filing("c", tracking_number="NEW1", house_bill="H1", house_bill_issuer="abcd"),
        filing("d", tracking_number="NEW2", house_bill="H1", house_bill_issuer="WXYZ"),
    )

    assert ("S-a", 2) == (by_number.shipment_id, by_number.revision)
    assert ("S-a", 3) == (by_bill.shipment_id, by_bill.revision)
    assert ("S-d", 1) == (other_issuer.shipment_id, other_issuer.revision)


async def test_a_key_learned_from_a_joining_filing_joins_the_next(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a", tracking_number="T1"))
    await accepted(journal, filing("b", tracking_number="T1", house_bill="H9", house_bill_issuer="ABCD"))

    (third,) = await accepted(journal, filing("c", tracking_number="", house_bill="H9", house_bill_issuer="ABCD"))

    assert ("S-a", 3) == (third.shipment_id, third.revision)


async def test_a_master_bill_alone_never_joins(journal: SqliteJournal) -> None:
    first, second = await accepted(
        journal,
        filing("a", tracking_number="", master_bill="123-12345675"),
        filing("b", tracking_number="", master_bill="123-12345675"),
    )

    assert first.shipment_id != second.shipment_id


async def test_an_amendment_quotes_the_current_etag_or_is_refused_with_it(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a", tracking_number="T1"))

    stale = filing("b", tracking_number="T1", etag="S-a.7")
    nowhere = filing("c", tracking_number="T2", etag="S-a.1")
    refused, unknown = await journal.accept([arrival(stale), arrival(nowhere)], NOW)
    (taken,) = await accepted(journal, filing("d", tracking_number="T1", etag=etag("S-a", 1)))

    assert isinstance(refused, Failure)
    assert isinstance(unknown, Failure)
    assert (Kind.STALE, "S-a.1") == (refused.kind, refused.facts["current"])
    assert Kind.NOT_FOUND is unknown.kind
    assert 2 == taken.revision


async def test_a_settled_filing_is_answered_with_its_first_decision_for_ever(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a"))
    first = recorded("S-a", 1, 1)
    await journal.settle([Settlement(first, covers=1, decisions=1)], turned=())
    await journal.settle([Settlement(recorded("S-a", 2, 1), covers=2, decisions=2)], turned=())

    (again,) = await accepted(journal, filing("a"))

    assert first == again.answered
    (case,) = journal.cases([ShipmentId("S-a")])
    assert "S-a-2" == (case.current.decision.decision_id if case.current else None)
    assert 2 == case.decisions


async def test_a_decision_answers_the_revisions_it_covers_and_no_later_one(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a", tracking_number="T1"), filing("b", tracking_number="T1", order_id="X"))
    await journal.settle([Settlement(recorded("S-a", 1, 1), covers=1, decisions=1)], turned=())

    first, second = await accepted(
        journal, filing("a", tracking_number="T1"), filing("b", tracking_number="T1", order_id="X")
    )

    assert first.answered is not None
    assert second.answered is None
    assert [ShipmentId("S-a")] == journal.undecided(at_most=10)


async def test_a_shipment_overturned_while_it_is_decided_stays_wanted(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a"), filing("b"))
    await journal.settle([Settlement(recorded("S-b", 1, 1), 1, 1)], turned=[ShipmentId("S-a"), ShipmentId("S-a")])
    await journal.settle([Settlement(recorded("S-a", 1, 1), 1, 1)], turned=())

    assert [ShipmentId("S-a")] == journal.undecided(at_most=10)
    (case,) = journal.cases([ShipmentId("S-a")])
    assert (2, 1) == (case.wanted, case.settled)


async def test_what_is_left_is_listed_page_by_page(journal: SqliteJournal) -> None:
    await accepted(journal, *(filing(name) for name in "abcde"))
    degraded = recorded("S-c", 1, 1, degraded=True)
    await journal.settle([Settlement(degraded, 1, 1)], turned=())

    assert ["S-a", "S-b"] == journal.undecided(at_most=2)
    assert ["S-d", "S-e"] == journal.undecided(after="S-b", at_most=9)
    assert ["S-c"] == journal.degraded(at_most=9)
    await journal.settle([Settlement(recorded("S-c", 2, 1), 1, 2)], turned=())
    assert [] == journal.degraded(at_most=9)


async def test_shipments_are_found_by_key_and_by_filing(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a", tracking_number="t 1"))

    assert "S-a" == journal.find(join_key="T:T1")
    assert "S-a" == journal.find(filing=("CARR01", "a"))
    assert journal.find(join_key="T:T2") is None
    assert journal.find(filing=("CARR01", "b")) is None
    assert [] == journal.cases([ShipmentId("S-z")])


async def test_all_of_it_is_there_when_the_journal_is_opened_again(tmp_path: Path) -> None:
    journal = _open(tmp_path / "intake.db")
    await accepted(journal, filing("a", items=[goods(777)]))
    await journal.settle([Settlement(recorded("S-a", 1, 1), 1, 1)], turned=())
    before = journal.cases([ShipmentId("S-a")])
    await journal.database.close()

    again = _open(tmp_path / "intake.db")

    assert before == again.cases([ShipmentId("S-a")])
    await again.database.close()


async def test_a_shipment_takes_so_many_filings_and_no_more(journal: SqliteJournal) -> None:
    given = [filing(f"f{n}", tracking_number="T1", order_id=f"O{n}") for n in range(FILINGS_MAX + 1)]

    results = await journal.accept([arrival(one, "S-1") for one in given], NOW)

    assert [True] * FILINGS_MAX + [False] == [isinstance(one, Accepted) for one in results]
    assert isinstance(results[-1], Failure)
    assert (Kind.NOT_READY, "SHIPMENT_FULL") == (results[-1].kind, results[-1].reason)
    (again,) = await accepted(journal, given[0])
    assert again.replayed


async def test_a_filing_is_found_with_its_first_answer_once_it_has_one(journal: SqliteJournal) -> None:
    await accepted(journal, filing("a"))
    assert journal.answered(("CARR01", "a")) is None
    first = recorded("S-a", 1, 1)
    await journal.settle([Settlement(first, 1, 1)], turned=())
    await journal.settle([Settlement(recorded("S-a", 2, 1), 1, 2)], turned=())

    assert first == journal.answered(("CARR01", "a"))
    assert journal.answered(("CARR01", "z")) is None


async def test_the_shipments_of_a_filer_are_told_once_each_by_id(journal: SqliteJournal) -> None:
    other = filing("d", originator_code="OTHER1", tracking_number="ELSE1")
    again = filing("c", tracking_number="TWa")
    await accepted(journal, filing("b"), filing("a"), other, again)

    assert ["S-a", "S-b"] == journal.of_filer("CARR01", at_most=9)
    assert (["S-a"], ["S-b"]) == (
        journal.of_filer("CARR01", at_most=1),
        journal.of_filer("CARR01", after="S-a", at_most=9),
    )
    assert (["S-d"], []) == (journal.of_filer("OTHER1", at_most=9), journal.of_filer("NOBODY", at_most=9))

"""A filing that names two shipments shows them to be one parcel: the younger is withdrawn into the elder, on record."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.get import Get
from tidewaiter_intake.model import (
    Accepted,
    Answer,
    Cancellation,
    CancelReason,
    Filing,
    Found,
    Outcome,
    Question,
    ShipmentId,
)
from tidewaiter_intake.preview import Preview
from tidewaiter_intake.requirements import load
from tidewaiter_intake.store.sqlite import FILINGS_MAX
from tidewaiter_intake.submit import Submit
from tidewaiter_intake.wire.filings import differing_field, filing_from_bytes

from tests.filings import filing
from tests.intake_house import House, ScriptedPeers

BILL = {"house_bill": "H1", "house_bill_issuer": "ISSU"}
TRACKED = filing("a", originator_code="CARR01", tracking_number="T1")
BILLED = filing("b", originator_code="FWDR01", tracking_number="", **BILL)
BRIDGE = filing("c", originator_code="BRKR01", tracking_number="T1", **BILL)
A, B = ShipmentId("S-a"), ShipmentId("S-b")


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    built = House(tmp_path)
    yield built
    await built.close()


class _Span:
    traceparent = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"

    def end(self, **_: Any) -> None:
        """Nothing is traced here."""


async def answers(house: House, *filings: Filing) -> list[Answer]:
    """What filers are told, filing together."""
    numbers = house.__dict__.setdefault("numbers", count())
    submit = Submit(
        journal=house.journal,
        desk=house.desk,
        requirements=load(),
        clock=SystemClock(),
        random_bytes=lambda size: next(numbers).to_bytes(size, "big"),
    )
    found = await submit.file(filings, begin_span=_Span)
    await house.desk.drain()
    return [one for one in found if isinstance(one, Answer)]


async def united(house: House) -> list[Accepted | Failure]:
    """Two shipments decided, then the filing that names both; nothing is decided of that yet."""
    for one in (TRACKED, BILLED):
        await house.decide(await house.accept(one))
    return await house.journal.accept(house.arrivals([BRIDGE]), 0)


async def test_the_elder_takes_the_filing_and_names_the_younger(house: House) -> None:
    (taken,) = await united(house)

    assert isinstance(taken, Accepted)
    assert (A, (B,), 3) == (taken.shipment_id, taken.united, taken.revision)
    elder, younger = house.journal.cases([A, B])
    assert (["a", "b", "c"], (B,)) == ([one.request_id for one in elder.filings], elder.united)
    assert (["b"], A) == (
        [one.request_id for one in younger.filings],
        younger.withdrawal and younger.withdrawal.united_into,
    )
    assert [A, B] == house.journal.undecided(at_most=9)


async def test_both_are_decided_so_that_the_younger_points_to_the_elder(house: House) -> None:
    await united(house)

    assert await house.recover()

    log = house.peers.log
    assert (Outcome.WITHDRAWN, A, "S-b-1") == (log["S-b-2"].outcome, log["S-b-2"].united_into, log["S-b-2"].supersedes)
    assert "One parcel with shipment S-a" in log["S-b-2"].reasons[0].detail
    assert ("BRKR01/c", "CARR01/a", "FWDR01/b") == log["S-a-2"].filings
    assert [("S-b", 2)] == house.peers.released
    assert [] == house.journal.undecided(at_most=9)


async def test_whoever_bridges_is_told_of_the_elder_once_the_younger_lets_go(house: House) -> None:
    await answers(house, TRACKED)
    await answers(house, BILLED)

    (told,) = await answers(house, BRIDGE)

    assert (Outcome.RELEASE, 3) == (told.decision.outcome, told.decision.revision)
    assert ("BRKR01/c", "CARR01/a", "FWDR01/b") == told.decision.filings
    assert f"{told.decision.shipment_id}.3" == told.etag
    asked = [name for names in house.peers.asked for name in names]
    assert told.decision.shipment_id == asked[-1]
    assert 1 == len(house.peers.released)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [0, 2, 1], [1, 0, 2]], ids=str)
async def test_in_one_batch_all_are_told_of_the_one_parcel(house: House, order: Sequence[int]) -> None:
    filings = [(TRACKED, BILLED, BRIDGE)[number] for number in order]

    told = await answers(house, *filings)

    assert 1 == len({one.decision.decision_id for one in told})
    assert {("BRKR01/c", "CARR01/a", "FWDR01/b")} == {one.decision.filings for one in told}
    assert {Outcome.RELEASE} == {one.decision.outcome for one in told}


async def test_what_was_answered_before_keeps_its_first_answer_and_what_was_not_gets_the_elder_s(house: House) -> None:
    await house.decide(await house.accept(TRACKED))
    await house.accept(BILLED)
    await house.journal.accept(house.arrivals([BRIDGE]), 0)
    assert await house.recover()

    again = await house.journal.accept(house.arrivals([TRACKED, BILLED, BRIDGE]), 0)

    assert ["S-a-1", "S-a-2", "S-a-2"] == [
        one.answered.decision.decision_id for one in again if isinstance(one, Accepted) and one.answered
    ]
    assert [A, A, A] == [one.shipment_id for one in again if isinstance(one, Accepted)]


async def test_the_younger_is_found_as_the_elder_by_any_of_its_names(house: House) -> None:
    await united(house)
    assert await house.recover()
    get = Get(journal=house.journal, desk=house.desk, read_filing=filing_from_bytes)

    for name in ({"shipment_id": "S-b"}, {"filing": "FWDR01/b"}, {"tracking_number": "T1"}):
        standing = await get.shipment(**name)
        assert ("S-a", "S-a-2", 3) == (
            standing.shipment.shipment_id, standing.decision.decision_id, len(standing.filings)
        )  # fmt: skip
    with pytest.raises(Failure, match="no shipment has that id"):
        await get.shipment(shipment_id="S-z")


async def test_a_later_filing_on_a_key_of_the_younger_is_on_the_elder(house: House) -> None:
    await united(house)
    later = filing("d", originator_code="MKT01", tracking_number="", **BILL)

    assert [A] == await house.accept(later)
    assert await house.recover()
    assert "MKT01/d" in house.peers.log["S-a-2"].filings


async def test_a_chain_of_shipments_ends_in_the_eldest(house: House) -> None:
    await united(house)
    await house.accept(filing("0", originator_code="MKT01", tracking_number="T0"))
    await house.journal.accept(house.arrivals([filing("e", originator_code="LGST01", tracking_number="T0", **BILL)]), 0)
    assert await house.recover()

    assert {"S-0"} == {house.journal.find(shipment_id=name) for name in ("S-0", "S-a", "S-b")}
    (case,) = house.journal.cases([ShipmentId("S-0")])
    assert {"0", "a", "b", "c", "e"} == {one.request_id for one in case.filings}
    assert [Outcome.WITHDRAWN] * 2 == [house.peers.log[name].outcome for name in ("S-b-2", "S-a-2")]


async def test_what_was_withdrawn_by_a_caller_is_united_and_open_again(house: House) -> None:
    for one in (TRACKED, BILLED):
        await house.decide(await house.accept(one))
    cancel = Cancel(journal=house.journal, desk=house.desk)
    await cancel.shipment(Cancellation(A, "c1", CancelReason.NOT_SENT, "CARR01"))

    await house.decide(await house.accept(BRIDGE))

    (case,) = house.journal.cases([A])
    assert case.withdrawal is None
    assert case.current is not None
    assert Outcome.RELEASE is case.current.decision.outcome


async def test_withdrawing_the_younger_withdraws_the_parcel(house: House) -> None:
    await united(house)
    assert await house.recover()

    answer = await Cancel(journal=house.journal, desk=house.desk).shipment(
        Cancellation(B, "c1", CancelReason.NOT_SENT, "CARR01")
    )

    assert (Outcome.WITHDRAWN, A, "") == (
        answer.decision.outcome, answer.decision.shipment_id, answer.decision.united_into
    )  # fmt: skip


@pytest.mark.parametrize(("quoted", "good"), [("S-a.1", True), ("S-b.1", True), ("S-b.2", False)])
async def test_of_two_shipments_the_etag_of_either_is_good(house: House, quoted: str, good: bool) -> None:
    await house.accept(TRACKED, BILLED)
    bridge = filing("c", originator_code="BRKR01", tracking_number="T1", etag=quoted, **BILL)

    (taken,) = await house.journal.accept(house.arrivals([bridge]), 0)

    assert good == isinstance(taken, Accepted)
    if isinstance(taken, Failure):
        assert (Kind.STALE, "S-a.1") == (taken.kind, taken.facts["current"])


async def test_an_etag_of_the_younger_is_stale_once_it_is_united(house: House) -> None:
    await united(house)
    amendment = filing("d", originator_code="FWDR01", tracking_number="", etag="S-b.1", **BILL)

    (refused,) = await house.journal.accept(house.arrivals([amendment]), 0)

    assert isinstance(refused, Failure)
    assert ("ETAG_STALE", "S-a.3") == (refused.reason, refused.facts["current"])


@pytest.mark.parametrize("of_the_younger", [48, 49, 50])
async def test_two_shipments_hold_no_more_filings_united_than_one_may(house: House, of_the_younger: int) -> None:
    await house.accept(*(filing(f"a{n}", originator_code=f"FILER{n}", tracking_number="T1") for n in range(50)))
    await house.accept(
        *(filing(f"b{n}", originator_code=f"FILER{n}", tracking_number="", **BILL) for n in range(of_the_younger))
    )

    (taken,) = await house.journal.accept(house.arrivals([BRIDGE]), 0)

    assert (50 + of_the_younger + 1 <= FILINGS_MAX) == isinstance(taken, Accepted)
    if isinstance(taken, Failure):
        assert "SHIPMENT_FULL" == taken.reason
        assert () == house.journal.cases([ShipmentId("S-a0")])[0].united, "nothing was written"


async def test_while_the_log_is_silent_the_bridging_filer_waits_and_recovery_does_both(house: House) -> None:
    await answers(house, TRACKED)
    await answers(house, BILLED)
    house.peers.silent = {"audit"}

    (told,) = await answers(house, BRIDGE)

    assert Outcome.PENDING is told.decision.outcome
    house.peers.silent = set()
    assert await house.recover()
    (elder,) = house.journal.cases([told.decision.shipment_id])
    (younger,) = house.journal.cases(elder.united)
    assert [Outcome.RELEASE, Outcome.WITHDRAWN] == [
        case.current.decision.outcome for case in (elder, younger) if case.current
    ]


async def test_a_full_desk_leaves_the_younger_to_recovery(house: House) -> None:
    await answers(house, TRACKED)
    await answers(house, BILLED)
    house.desk.reserve(999)
    house.desk.left_over.clear()

    (told,) = await answers(house, BRIDGE)

    assert Outcome.RELEASE is told.decision.outcome
    assert house.desk.left_over.is_set()
    house.desk.release(999)
    assert await house.recover()
    assert 1 == len(house.peers.released)


async def test_a_rehearsal_of_a_bridge_rests_on_the_filings_of_both_and_unites_nothing(house: House) -> None:
    class Rehearsing(ScriptedPeers):
        seen: tuple[str, ...] = ()

        async def preview(self, questions: Sequence[Question]) -> list[Found]:
            self.seen = questions[0].shipment.filings
            return await self.ask(questions)

    await house.accept(TRACKED, BILLED)
    peers = Rehearsing()
    preview = Preview(
        journal=house.journal,
        desk=house.desk,
        peers=peers,
        read_filing=filing_from_bytes,
        quality=lambda _: (),
        differing_field=differing_field,
        clock=SystemClock(),
    )

    (told,) = await preview.answers([BRIDGE])

    assert isinstance(told, Answer)
    assert (A, 3) == (told.decision.shipment_id, told.decision.revision)
    assert ("BRKR01/c", "CARR01/a", "FWDR01/b") == peers.seen
    assert B == house.journal.find(shipment_id=B)

"""The desk: what is told was recorded, silence is remembered, and a crash anywhere ends the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake import requirements
from tidewaiter_intake.model import (
    Decision,
    DecisionId,
    Found,
    Outcome,
    Question,
    ReasonCode,
    Recorded,
    ShipmentId,
    Verdict,
)
from tidewaiter_intake.work import BYTES_A_CALL_MAX

from tests.filings import filing, goods
from tests.intake_house import LAW, House, ScriptedPeers
from tests.suite import until


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    built = House(tmp_path)
    yield built
    await built.close()


async def test_a_shipment_is_decided_recorded_and_settled(house: House) -> None:
    ids = await house.accept(filing("a"))

    (result,) = await house.decide(ids)

    assert isinstance(result, Recorded)
    assert Outcome.RELEASE is result.decision.outcome
    assert "S-a-1" == result.decision.decision_id
    assert "1" * 32 == result.decision.trace_id
    assert [] == house.journal.undecided(at_most=9)
    assert [result] == await house.decide(ids), "what is settled is not asked again"
    assert [["S-a"]] == house.peers.asked


@pytest.mark.parametrize(("silent", "code"), [("eligibility", 23), ("audit", 24)])
async def test_silence_of_eligibility_or_audit_is_pending_and_decided_when_it_is_back(
    house: House, silent: str, code: int
) -> None:
    house.peers.silent = {silent}
    ids = await house.accept(filing("a"))

    (pending,) = await house.decide(ids)

    assert isinstance(pending, Decision)
    assert (Outcome.PENDING, "", [code]) == (
        pending.outcome,
        pending.decision_id,
        [reason.code for reason in pending.reasons],
    )
    assert not await house.recover()
    house.peers.silent = set()
    assert await house.recover()
    assert ["S-a-1"] == list(house.peers.log)
    assert [] == house.journal.undecided(at_most=9)


async def test_silence_of_risk_is_a_review_decided_again_when_it_is_back(house: House) -> None:
    house.peers.silent = {"risk"}
    ids = await house.accept(filing("a"))

    (review,) = await house.decide(ids)

    assert isinstance(review, Recorded)
    assert (Outcome.REVIEW, True) == (review.decision.outcome, review.decision.degraded)
    assert not await house.recover()
    assert ["S-a-1"] == list(house.peers.log), "still silent: the same decision is not recorded twice"
    house.peers.silent = set()
    assert await house.recover()
    again = house.peers.log["S-a-2"]
    assert (Outcome.RELEASE, "S-a-1", False) == (again.outcome, again.supersedes, again.degraded)
    assert [] == house.journal.degraded(at_most=9)


async def test_a_later_filing_opens_the_decision_again(house: House) -> None:
    ids = await house.accept(filing("a", tracking_number="T1"))
    await house.decide(ids)
    house.peers.verdicts["S-a"] = Verdict.NOT_ELIGIBLE
    await house.accept(filing("b", tracking_number="T1", originator_code="OTHER1"))

    (result,) = await house.decide(ids)

    assert isinstance(result, Recorded)
    assert ("S-a-2", "S-a-1", 2) == (
        result.decision.decision_id,
        result.decision.supersedes,
        result.decision.revision,
    )
    assert Outcome.ENTRY_REQUIRED is result.decision.outcome


async def test_what_an_answer_overturns_is_decided_again_without_being_asked(house: House) -> None:
    first = await house.accept(filing("a"))
    await house.decide(first)
    house.peers.verdicts["S-a"] = Verdict.NOT_ELIGIBLE
    house.peers.turned["S-b"] = ("S-a",)

    await house.decide(await house.accept(filing("b")))
    await house.desk.drain()

    assert Outcome.ENTRY_REQUIRED is house.peers.log["S-a-2"].outcome
    assert [] == house.journal.undecided(at_most=9)
    again = [span for span in house.spans.get_finished_spans() if span.name == "intake.decide_again"]
    assert ["1" * 32] == [f"{span.context.trace_id:032x}" for span in again]


async def test_an_overturned_shipment_that_says_the_same_again_is_recorded_once(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    house.peers.turned["S-b"] = ("S-a",)

    await house.decide(await house.accept(filing("b")))
    await house.desk.drain()

    assert ["S-a-1", "S-b-1"] == sorted(house.peers.log)
    assert [] == house.journal.undecided(at_most=9)


async def test_a_decision_that_was_recorded_before_a_crash_is_the_one_that_is_told(house: House) -> None:
    ids = await house.accept(filing("a"))
    (told,) = await house.decide(ids)
    assert isinstance(told, Recorded)
    earlier = told.decision._replace(decided_at_ns=5)
    house.peers.log["S-b-1"] = earlier._replace(
        shipment_id=ShipmentId("S-b"), decision_id=DecisionId("S-b-1"), filings=("CARR01/b",)
    )

    (result,) = await house.decide(await house.accept(filing("b")))

    assert isinstance(result, Recorded)
    assert 5 == result.decision.decided_at_ns
    assert [] == house.journal.undecided(at_most=9)


async def test_a_decision_recorded_before_a_crash_that_no_longer_holds_is_superseded(house: House) -> None:
    ids = await house.accept(filing("a"))
    house.peers.verdicts["S-a"] = Verdict.NOT_ELIGIBLE
    house.peers.log["S-a-1"] = Decision(
        shipment_id=ShipmentId("S-a"),
        revision=1,
        outcome=Outcome.RELEASE,
        entry_path=1,
        reasons=(LAW,),
        decision_id=DecisionId("S-a-1"),
    )

    (told,) = await house.decide(ids)

    assert isinstance(told, Recorded)
    assert "S-a-2" == told.decision.decision_id, "nobody is told what does not hold"
    assert (Outcome.ENTRY_REQUIRED, "S-a-1") == (
        house.peers.log["S-a-2"].outcome,
        house.peers.log["S-a-2"].supersedes,
    )
    assert [] == house.journal.undecided(at_most=9)


async def test_recovery_goes_through_all_that_is_left_page_by_page(house: House) -> None:
    await house.accept(*(filing(name) for name in "abcde"))

    assert await house.recover()

    assert [f"S-{name}-1" for name in "abcde"] == sorted(house.peers.log)
    assert [2, 2, 1] == [len(batch) for batch in house.peers.asked]


async def test_recovery_leaves_alone_what_is_on_the_desk_already(house: House) -> None:
    ids = await house.accept(filing("a"))
    house.peers.answering.clear()
    deciding = asyncio.create_task(house.desk.decide(ids))
    await until(lambda: house.peers.asked)

    assert await house.recovery.round()
    house.peers.answering.set()
    await deciding

    assert [["S-a"]] == house.peers.asked


@pytest.mark.parametrize("silent", ["eligibility", "risk", "audit"])
async def test_the_desk_says_when_something_is_left_over_and_not_otherwise(house: House, silent: str) -> None:
    await house.decide(await house.accept(filing("a")))
    assert not house.desk.left_over.is_set()
    house.peers.silent = {silent}

    await house.decide(await house.accept(filing("b")))

    assert house.desk.left_over.is_set()


async def test_recovery_sleeps_until_something_is_left_over_and_then_decides_it(house: House) -> None:
    running = asyncio.create_task(house.recovery.run())
    house.peers.silent = {"eligibility"}
    await house.decide(await house.accept(filing("a")))
    house.peers.silent = set()

    await until(lambda: house.peers.log)
    running.cancel()


async def test_callers_that_come_together_share_a_batch(house: House) -> None:
    ids = await house.accept(*(filing(name) for name in "abc"))

    await asyncio.gather(*(house.desk.decide([one]) for one in ids))

    assert [["S-a", "S-b", "S-c"]] == house.peers.asked


async def test_a_caller_who_leaves_does_not_stop_the_decision(house: House) -> None:
    ids = await house.accept(filing("a"))
    caller = asyncio.create_task(house.desk.decide(ids))
    await asyncio.sleep(0)
    caller.cancel()

    await house.desk.drain()

    assert ["S-a-1"] == list(house.peers.log)
    assert [] == house.journal.undecided(at_most=9)


async def test_an_unforeseen_fault_does_not_end_recovery(house: House) -> None:
    failing = True

    async def ask(questions: Sequence[Question]) -> list[Found]:
        if failing:
            raise RuntimeError("nobody foresaw this")
        return await ScriptedPeers.ask(house.peers, questions)

    house.peers.ask = ask  # type: ignore[method-assign]
    await house.accept(filing("a"))
    running = asyncio.create_task(house.recovery.run())
    await until(house.desk.left_over.is_set)
    failing = False

    await until(lambda: house.peers.log)
    assert not running.done()
    running.cancel()


async def test_a_shipment_that_the_journal_does_not_know_fails_alone(house: House) -> None:
    ids = await house.accept(filing("a"))
    known = asyncio.create_task(house.desk.decide(ids))
    unknown = asyncio.create_task(house.desk.decide([ShipmentId("S-z")]))

    with pytest.raises(Failure, match="SHIPMENT_NOT_FOUND"):
        await unknown
    assert isinstance((await known)[0], Recorded)


async def test_shipments_too_large_for_one_call_are_asked_about_in_several(house: House) -> None:
    large = [goods(description="woven cotton " * 70, listing_url="https://example.com/" + "x" * 1900)] * 250
    filings = [filing(f"l{n}", items=large) for n in range(12)]
    ids = await house.accept(*filings)

    results = await house.decide(ids)

    assert 12 == sum(isinstance(result, Recorded) for result in results)
    weights = [sum(len(filings[int(name[3:])].content) for name in asked) for asked in house.peers.asked]
    assert len(weights) > 1
    assert max(weights) <= BYTES_A_CALL_MAX


async def test_what_an_originator_mended_is_no_longer_told(tmp_path: Path) -> None:
    house = House(tmp_path, quality=requirements.load().quality)
    await house.decide(await house.accept(filing("a", tracking_number="T1", security_scan=None)))

    (mended,) = await house.decide(await house.accept(filing("b", tracking_number="T1")))

    assert isinstance(mended, Recorded)
    assert [] == [r.rule_id for r in mended.decision.reasons if r.code == ReasonCode.DATA_INCOMPLETE]
    first = house.peers.log["S-a-1"]
    assert ["REQ-SCAN"] == [r.rule_id for r in first.reasons if r.code == ReasonCode.DATA_INCOMPLETE]
    await house.close()

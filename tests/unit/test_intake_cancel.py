"""A shipment is withdrawn on the log first, and only then lets go of what it claims; a later filing opens it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.model import Answer, Cancellation, CancelReason, Outcome, ShipmentId
from tidewaiter_intake.rerun import decide_again
from tidewaiter_intake.store.withdrawals import WITHDRAWALS_MAX

from tests.filings import filing
from tests.intake_house import House

A = ShipmentId("S-a")


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    built = House(tmp_path)
    yield built
    await built.close()


def asked(request_id: str = "c1", **changes: Any) -> Cancellation:
    return Cancellation(A, request_id, CancelReason.NOT_SENT, "office 7")._replace(**changes)


async def cancelled(house: House, request_id: str = "c1", **changes: Any) -> Answer:
    answer = await Cancel(journal=house.journal, desk=house.desk).shipment(asked(request_id, **changes))
    await house.desk.drain()
    return answer


async def refusal(house: House, **changes: Any) -> Failure:
    with pytest.raises(Failure) as refused:
        await cancelled(house, **changes)
    return refused.value


async def test_a_withdrawal_is_on_record_with_who_and_why_and_supersedes_what_stood(house: House) -> None:
    await house.decide(await house.accept(filing("a")))

    answer = await cancelled(house)

    decision = answer.decision
    assert (Outcome.WITHDRAWN, 2, "S-a-2", "S-a-1") == (
        decision.outcome, decision.revision, decision.decision_id, decision.supersedes
    )  # fmt: skip
    assert ["Withdrawn by office 7: the parcel does not travel."] == [one.detail for one in decision.reasons]
    assert decision == house.peers.log["S-a-2"]
    assert (b"receipt", "S-a.2", False) == (answer.receipt, answer.etag, answer.replayed)
    assert [["S-a"]] == house.peers.asked, "nobody is asked about what is withdrawn"


async def test_the_claim_is_given_back_at_the_revision_that_was_withdrawn(house: House) -> None:
    await house.decide(await house.accept(filing("a")))

    await cancelled(house)

    assert [("S-a", 2)] == house.peers.released
    assert [] == house.journal.undecided(at_most=9)


async def test_nothing_is_given_back_while_the_log_is_silent(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    house.peers.silent = {"audit"}

    answer = await cancelled(house)

    assert (Outcome.PENDING, "") == (answer.decision.outcome, answer.decision.decision_id)
    assert [] == house.peers.released
    house.peers.silent = set()
    assert await house.recover()
    assert Outcome.WITHDRAWN is house.peers.log["S-a-2"].outcome
    assert [("S-a", 2)] == house.peers.released


async def test_a_release_without_an_answer_is_made_again_by_recovery(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    house.peers.silent = {"release"}
    await cancelled(house)
    assert [A] == house.journal.undecided(at_most=9)
    house.peers.silent = set()

    assert await house.recover()

    assert [("S-a", 2)] == house.peers.released
    assert ["S-a-1", "S-a-2"] == sorted(house.peers.log)
    assert [] == house.journal.undecided(at_most=9)


async def test_whom_a_release_turns_is_decided_again(house: House) -> None:
    await house.decide(
        await house.accept(
            filing("a"),
        )
    )
    await house.decide(await house.accept(filing("b")))
    house.peers.freed = {"S-a": {"S-b"}}

    await cancelled(house)

    assert ["S-b"] == house.peers.asked[-1]


async def test_what_is_pending_is_withdrawn_without_ever_being_decided(house: House) -> None:
    house.peers.silent = {"eligibility"}
    await house.decide(await house.accept(filing("a")))

    answer = await cancelled(house)

    assert (Outcome.WITHDRAWN, "S-a-1", "") == (
        answer.decision.outcome, answer.decision.decision_id, answer.decision.supersedes
    )  # fmt: skip
    (again,) = await house.journal.accept(house.arrivals([filing("a")]), 0)
    assert answer.decision.decision_id == getattr(again, "answered", None).decision.decision_id  # type: ignore[union-attr]


async def test_a_repeat_gets_the_first_answer_even_when_the_shipment_is_open_again(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    first = await cancelled(house)
    await house.decide(await house.accept(filing("b", tracking_number="TWa", originator_code="OTHER1")))

    again = await cancelled(house)

    assert first._replace(replayed=True) == again
    (case,) = house.journal.cases([A])
    assert (3, None, Outcome.RELEASE) == (
        case.revision, case.withdrawal, case.current.decision.outcome if case.current else None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "other"), [("reason", CancelReason.NOT_ARRIVING), ("author", "office 8"), ("etag", "S-a.1")]
)
async def test_a_repeat_with_other_content_is_refused_naming_the_field(house: House, field: str, other: Any) -> None:
    await house.decide(await house.accept(filing("a")))
    await cancelled(house)

    failure = await refusal(house, **{field: other})

    assert (Kind.REUSED, field) == (failure.kind, failure.facts["field"])


async def test_another_request_on_what_is_withdrawn_changes_nothing_and_gets_the_same_decision(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    first = await cancelled(house)

    second = await cancelled(house, "c2")
    again = await cancelled(house, "c2")

    assert first.decision == second.decision == again.decision
    assert (False, True) == (second.replayed, again.replayed)
    assert ["S-a-1", "S-a-2"] == sorted(house.peers.log)


async def test_an_unknown_shipment_is_not_found(house: House) -> None:
    assert "SHIPMENT_NOT_FOUND" == (await refusal(house)).reason


async def test_a_stale_etag_is_refused_with_the_current_one(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    await house.decide(await house.accept(filing("b", tracking_number="TWa", originator_code="OTHER1")))

    failure = await refusal(house, etag="S-a.1")

    assert (Kind.STALE, "ETAG_STALE", "S-a.2") == (failure.kind, failure.reason, failure.facts["current"])
    assert Outcome.WITHDRAWN is (await cancelled(house, etag="S-a.2")).decision.outcome


async def test_requests_on_one_shipment_are_bounded(house: House) -> None:
    await house.accept(filing("a"))
    for number in range(WITHDRAWALS_MAX):
        await house.journal.cancel(asked(f"c{number}"))

    refused = await house.journal.cancel(asked("c"))
    repeated = await house.journal.cancel(asked("c0"))

    assert isinstance(refused, Failure)
    assert ("WITHDRAWALS_FULL", {"withdrawals_max": "100"}) == (refused.reason, refused.facts)
    assert not isinstance(repeated, Failure)


async def test_an_amendment_of_what_was_withdrawn_meanwhile_is_stale(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    await cancelled(house)

    (refused,) = await house.journal.accept(
        house.arrivals([filing("b", tracking_number="TWa", etag="S-a.1")]), 0
    )  # fmt: skip

    assert isinstance(refused, Failure)
    assert ("ETAG_STALE", "S-a.2") == (refused.reason, refused.facts["current"])


async def test_a_filing_that_comes_at_the_same_time_opens_it_again_before_it_was_withdrawn(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    await house.journal.cancel(asked())
    await house.accept(filing("b", tracking_number="TWa", originator_code="OTHER1"))

    answer = await cancelled(house)

    assert (Outcome.RELEASE, 3, True) == (answer.decision.outcome, answer.decision.revision, answer.replayed)
    assert [] == house.peers.released


async def test_a_withdrawal_run_again_is_itself(house: House) -> None:
    await house.accept(filing("a"))
    decision = (await cancelled(house)).decision

    assert decision == decide_again(decision, None, None)

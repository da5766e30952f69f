"""Earlier claims are let go of only when the decision that takes their place is on record, and then surely."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tidewaiter_intake.model import Outcome, ShipmentId, Verdict

from tests.filings import filing
from tests.intake_house import House, ScriptedPeers


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    built = House(tmp_path)
    yield built
    await built.close()


async def amended(house: House) -> list[ShipmentId]:
    """A shipment at revision 2, of which eligibility holds the claim of revision 1; not decided yet."""
    await house.decide(await house.accept(filing("a", tracking_number="T1")))
    house.peers.held = {"S-a"}
    house.peers.verdicts["S-a"] = Verdict.NOT_ELIGIBLE
    return await house.accept(filing("b", tracking_number="T1", originator_code="OTHER1"))


async def test_a_first_decision_has_nothing_to_confirm(house: House) -> None:
    await house.decide(await house.accept(filing("a")))

    assert [] == house.peers.confirmed


async def test_an_amended_shipment_is_confirmed_when_its_decision_is_on_record(house: House) -> None:
    ids = await amended(house)

    await house.decide(ids)

    assert [("S-a", 2)] == house.peers.confirmed
    assert [] == house.journal.undecided(at_most=9)


async def test_nothing_is_confirmed_while_the_log_is_silent(house: House) -> None:
    ids = await amended(house)
    house.peers.silent = {"audit"}

    await house.decide(ids)

    assert [] == house.peers.confirmed
    house.peers.silent = set()
    assert await house.recover()
    assert [("S-a", 2)] == house.peers.confirmed


async def test_a_confirmation_without_an_answer_is_told_as_decided_and_made_again_by_recovery(house: House) -> None:
    ids = await amended(house)
    house.peers.silent = {"confirm"}

    (result,) = await house.decide(ids)

    assert house.peers.log["S-a-2"] == getattr(result, "decision", None)
    assert ["S-a"] == house.journal.undecided(at_most=9)
    assert house.desk.left_over.is_set()
    house.peers.silent = set()
    assert await house.recover()
    assert [("S-a", 2)] == house.peers.confirmed
    assert ["S-a-1", "S-a-2"] == list(house.peers.log), "what is on record is not recorded again"
    assert [] == house.journal.undecided(at_most=9)


async def test_what_a_confirmation_overturns_is_decided_again(house: House) -> None:
    house.peers.verdicts["S-c"] = Verdict.NOT_ELIGIBLE
    await house.decide(await house.accept(filing("c")))
    ids = await amended(house)
    house.peers.freed["S-a"] = {"S-c"}
    house.peers.verdicts["S-c"] = Verdict.ELIGIBLE

    await house.decide(ids)

    assert Outcome.RELEASE is house.peers.log["S-c-2"].outcome
    assert [] == house.journal.undecided(at_most=9)


async def test_a_confirmation_bears_the_trace_of_the_filing_that_caused_it(house: House) -> None:
    ids = await amended(house)

    await house.decide(ids)

    assert ["1" * 32] == [traceparent[3:35] for traceparent in house.peers.confirmed_in]


async def test_a_turned_shipment_that_the_journal_does_not_know_holds_up_no_other(house: House) -> None:
    await house.decide(await house.accept(filing("a")))
    house.peers.verdicts["S-a"] = Verdict.NOT_ELIGIBLE
    house.peers.turned["S-b"] = ("S-a", "S-of-another-journal")

    await house.decide(await house.accept(filing("b")))

    assert Outcome.ENTRY_REQUIRED is house.peers.log["S-a-2"].outcome
    assert [] == house.journal.undecided(at_most=9)
    assert not house.desk.left_over.is_set()


class _Unplugged(Exception):
    """The power went."""


@pytest.mark.parametrize("hook", ["before_commit", "after_commit"])
async def test_a_crash_after_the_confirmation_ends_as_if_nothing_had_failed(tmp_path: Path, hook: str) -> None:
    peers = ScriptedPeers()
    house = House(tmp_path, peers=peers)
    await amended(house)
    await house.close()
    peers.freed["S-a"] = {"S-a"}  # eligibility names it again until it has been determined again

    def unplug() -> None:
        raise _Unplugged

    house = House(tmp_path, peers=peers, **{hook: unplug})
    assert await house.desk.decide([ShipmentId("S-a")])
    await house.desk.drain()
    assert house.journal.database.lost.is_set()
    assert [("S-a", 2)] == peers.confirmed
    await house.close()

    house = House(tmp_path, peers=peers)
    assert await house.recover()
    assert ["S-a-1", "S-a-2"] == list(peers.log)
    assert [] == house.journal.undecided(at_most=9)
    await house.close()

"""A filing that unites two shipments with every write failed in both flavours; then the same end as without a fault.

The writes, in order: the filing and the withdrawal of the younger in one commit, the withdrawal onto the log, the
release at eligibility, the settling of the younger, the decision on the elder onto the log, its settling.
"""

from __future__ import annotations

import itertools
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.model import Answer, Outcome, ShipmentId
from tidewaiter_intake.requirements import load
from tidewaiter_intake.submit import Submit

from tests.faults.test_intake_cancel_faults import DeafLedger
from tests.faults.test_intake_faults import DeafLog, FailingOnce
from tests.filings import filing
from tests.intake_house import House, ScriptedPeers

BILL = {"house_bill": "H1", "house_bill_issuer": "ISSU"}
TRACKED = filing("a", originator_code="CARR01", tracking_number="T1")
BILLED = filing("b", originator_code="FWDR01", tracking_number="", **BILL)
BRIDGE = filing("c", originator_code="BRKR01", tracking_number="T1", **BILL)


class _Span:
    traceparent = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"

    def end(self, **_: Any) -> None:
        """Nothing is traced here."""


async def _two(path: Path, peers: ScriptedPeers) -> None:
    """Two shipments, decided before anything fails."""
    house = House(path, peers=peers)
    await house.decide(await house.accept(TRACKED, BILLED))
    await house.close()


async def _bridge(house: House) -> Answer:
    numbers = itertools.count()
    submit = Submit(
        journal=house.journal,
        desk=house.desk,
        requirements=load(),
        clock=SystemClock(),
        random_bytes=lambda size: next(numbers).to_bytes(size, "big"),
    )
    (answer,) = await submit.file([BRIDGE], begin_span=_Span)
    await house.desk.drain()
    if isinstance(answer, Failure):
        raise answer
    return answer


async def _check(house: House, peers: ScriptedPeers) -> None:
    """The oracle: one parcel, its filings once each, and one withdrawal that points to it."""
    told = (await _bridge(house)).decision
    assert (ShipmentId("S-a"), Outcome.RELEASE, 3) == (told.shipment_id, told.outcome, told.revision)
    assert ("BRKR01/c", "CARR01/a", "FWDR01/b") == told.filings
    assert {"S-a-1": "", "S-a-2": "", "S-b-1": "", "S-b-2": "S-a"} == {
        name: decision.united_into for name, decision in peers.log.items()
    }
    assert {("S-b", 2)} == set(peers.released)
    assert [] == house.journal.undecided(at_most=9)


@pytest.mark.parametrize(("hook", "at"), list(product(["before_commit", "after_commit"], range(1, 4))))
async def test_a_journal_lost_at_any_commit_ends_as_if_nothing_had_failed(tmp_path: Path, hook: str, at: int) -> None:
    peers = ScriptedPeers()
    await _two(tmp_path, peers)
    fault = FailingOnce(at)
    house = House(tmp_path, peers=peers, **{hook: fault})
    try:
        await _bridge(house)
    except (Failure, OSError):
        pass
    finally:
        await house.close()
    assert fault.came

    house = House(tmp_path, peers=peers)
    assert await house.recover()
    await _check(house, peers)
    await house.close()


@pytest.mark.parametrize(("kept", "at"), list(product([False, True], range(1, 3))))
async def test_an_answer_of_the_log_that_is_lost_ends_as_if_nothing_had_failed(
    tmp_path: Path, kept: bool, at: int
) -> None:
    peers = DeafLog()
    await _two(tmp_path, peers)
    peers.at, peers.kept = at, kept
    house = House(tmp_path, peers=peers)

    await _bridge(house)
    assert await house.recover()

    await _check(house, peers)
    await house.close()


@pytest.mark.parametrize("kept", [False, True])
async def test_an_answer_of_the_ledger_that_is_lost_ends_as_if_nothing_had_failed(tmp_path: Path, kept: bool) -> None:
    peers = DeafLedger()
    await _two(tmp_path, peers)
    peers.kept = kept
    house = House(tmp_path, peers=peers)

    await _bridge(house)
    assert await house.recover()

    await _check(house, peers)
    await house.close()

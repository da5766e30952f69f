"""A cancellation with every write failed in both flavours, lost and kept; then the same end as without a fault.

The writes, in order: the request into the journal, the decision onto the log, the release at eligibility, the
settling into the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.model import (
    Answer,
    Cancellation,
    CancelReason,
    Confirmation,
    Outcome,
    Recorded,
    ShipmentId,
)

from tests.faults.test_intake_faults import DeafLog, FailingOnce
from tests.filings import filing
from tests.intake_house import House, ScriptedPeers

A, B = ShipmentId("S-a"), ShipmentId("S-b")


async def _filed(path: Path, peers: ScriptedPeers) -> None:
    """Two shipments of one person-day, decided before anything fails."""
    house = House(path, peers=peers)
    await house.decide(await house.accept(filing("a"), filing("b")))
    await house.close()


async def _cancel(house: House) -> Answer:
    asked = Cancellation(A, "c1", CancelReason.FILED_IN_ERROR, "CARR01")
    answer = await Cancel(journal=house.journal, desk=house.desk).shipment(asked)
    await house.desk.drain()
    return answer


async def _check(house: House, peers: ScriptedPeers) -> None:
    """The oracle: one withdrawal on the log and in the journal, its claim given back, the other decided again."""
    assert Outcome.WITHDRAWN is (await _cancel(house)).decision.outcome
    assert {"S-a-1": Outcome.RELEASE, "S-a-2": Outcome.WITHDRAWN, "S-b-1": Outcome.RELEASE} == {
        name: decision.outcome for name, decision in sorted(peers.log.items())
    }
    (case,) = house.journal.cases([A])
    assert case.current is not None
    assert ("S-a-2", 2) == (case.current.decision.decision_id, case.decisions)
    assert {("S-a", 2)} == set(peers.released)
    assert ["S-b"] == peers.asked[-1], "it turned when the claim was given back"
    assert [] == house.journal.undecided(at_most=9)


@pytest.mark.parametrize(("hook", "at"), list(product(["before_commit", "after_commit"], range(1, 4))))
async def test_a_journal_lost_at_any_commit_ends_as_if_nothing_had_failed(tmp_path: Path, hook: str, at: int) -> None:
    peers = ScriptedPeers(freed={"S-a": {"S-b"}})
    await _filed(tmp_path, peers)
    fault = FailingOnce(at)
    house = House(tmp_path, peers=peers, **{hook: fault})
    try:
        await _cancel(house)
    except (Failure, OSError):
        pass
    finally:
        await house.close()
    assert fault.came

    # Eligibility names whom a release turned until they are determined again, so also on a repeat.
    peers.freed = {"S-a": {"S-b"}}
    house = House(tmp_path, peers=peers)
    assert await house.recover()
    await _check(house, peers)
    await house.close()


@pytest.mark.parametrize("kept", [False, True])
async def test_an_answer_of_the_log_that_is_lost_ends_as_if_nothing_had_failed(tmp_path: Path, kept: bool) -> None:
    peers = DeafLog(freed={"S-a": {"S-b"}})
    await _filed(tmp_path, peers)
    peers.at, peers.kept = 1, kept
    house = House(tmp_path, peers=peers)

    assert Outcome.PENDING is (await _cancel(house)).decision.outcome
    assert [] == peers.released
    assert await house.recover()

    await _check(house, peers)
    await house.close()


class DeafLedger(ScriptedPeers):
    """A ledger whose first answer to a release is lost, the claim released or not."""

    kept = False
    came = False

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[ShipmentId] | None:
        if self.came:
            return await super().release(withdrawn)
        self.came = True
        if self.kept:
            turned = await super().release(withdrawn)
            self.freed = {"S-a": set(turned or ())}
        return None


@pytest.mark.parametrize("kept", [False, True])
async def test_an_answer_of_the_ledger_that_is_lost_ends_as_if_nothing_had_failed(tmp_path: Path, kept: bool) -> None:
    peers = DeafLedger(freed={"S-a": {"S-b"}})
    await _filed(tmp_path, peers)
    peers.kept = kept
    house = House(tmp_path, peers=peers)

    assert Outcome.WITHDRAWN is (await _cancel(house)).decision.outcome
    assert await house.recover()

    await _check(house, peers)
    await house.close()


async def test_a_log_that_kept_a_release_before_the_crash_records_the_withdrawal_after_it(tmp_path: Path) -> None:
    peers = DeafLog()
    peers.at, peers.kept = 1, True
    house = House(tmp_path, peers=peers)
    await house.decide(await house.accept(filing("a")))

    answer = await _cancel(house)

    assert [Outcome.RELEASE, Outcome.WITHDRAWN] == [peers.log[name].outcome for name in ("S-a-1", "S-a-2")]
    assert ("S-a-2", "S-a-1") == (answer.decision.decision_id, answer.decision.supersedes)
    assert isinstance((await house.desk.decide([A]))[0], Recorded)
    await house.close()

"""Every write of intake failed in both flavours, lost and kept; then the same end as without a fault.

The writes, in order: the filing into the journal, and its name at the end of its stream; the decision onto the log; the
settling into the journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_intake.model import Entry, Filing, FilingName, Outcome, Recorded, ShipmentId, Verdict
from tidewaiter_intake.resume import KeptStream, Streams
from tidewaiter_intake.store.streams import SqliteStreams

from tests.filings import filing
from tests.intake_house import House, ScriptedPeers

FILINGS = [
    filing("a", tracking_number="T1"),
    filing("b", tracking_number="T1", originator_code="OTHER1"),
    filing("c", tracking_number="T2"),
]
SHIPMENTS = {"T:T1", "T:T2"}


class FailingOnce:
    """A hook that raises at its n-th call, and never again."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.came = False

    def __call__(self, *_: Any) -> None:
        self._left -= 1
        if self._left == 0:
            self.came = True
            raise OSError("no space left on device")


class DeafLog(ScriptedPeers):
    """A log whose n-th answer is lost, the decisions recorded or not."""

    at = 0
    kept = False

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        self.at -= 1
        if self.at == 0:
            if self.kept:
                await super().record(entries)
            return [None] * len(entries)
        return await super().record(entries)


async def file_all(house: House, filings: Sequence[Filing]) -> None:
    """As a filer does: one after the other, and again with the same id after a failure."""
    for one in filings:
        await house.decide(await house.accept(one))


def check(house: House) -> None:
    """The oracle: every filing once, every shipment with one current decision, each decision once on the log."""
    found = {key: house.journal.find(join_key=key) for key in SHIPMENTS}
    assert None not in found.values()
    cases = house.journal.cases([ShipmentId(str(one)) for one in found.values()])
    filed = sorted(f.request_id for case in cases for f in case.filings)
    assert ["a", "b", "c"] == filed
    assert [] == house.journal.undecided(at_most=9)
    for case in cases:
        assert case.current is not None
        current = case.current.decision
        assert house.peers.log[current.decision_id] == current
        assert case.revision == current.revision
        mine = sorted(name for name in house.peers.log if name.startswith(f"{case.shipment_id}-"))
        assert [f"{case.shipment_id}-{n + 1}" for n in range(case.decisions)] == mine
        assert current.decision_id == mine[-1]


async def _until_a_fault(path: Path, peers: ScriptedPeers, hooks: dict[str, Callable[..., None]]) -> int:
    """File until the store is lost; how many filings were acknowledged before."""
    house = House(path, peers=peers, **hooks)
    acknowledged = 0
    try:
        for one in FILINGS:
            await file_all(house, [one])
            acknowledged += 1
    except (Failure, OSError):
        pass
    finally:
        await house.close()
    return acknowledged


@pytest.mark.parametrize(("hook", "at"), list(product(["before_commit", "after_commit"], range(1, 7))))
async def test_a_journal_lost_at_any_commit_ends_as_if_nothing_had_failed(tmp_path: Path, hook: str, at: int) -> None:
    peers = ScriptedPeers()
    fault = FailingOnce(at)
    acknowledged = await _until_a_fault(tmp_path, peers, {hook: fault})
    assert fault.came
    recorded_before = dict(peers.log)

    house = House(tmp_path, peers=peers)
    assert await house.recover()
    await file_all(house, FILINGS)

    check(house)
    assert recorded_before.items() <= peers.log.items()
    again = await house.journal.accept(house.arrivals(FILINGS[:acknowledged]), 0)
    assert all(getattr(one, "replayed", False) for one in again), "what was acknowledged is there"
    await house.close()


@pytest.mark.parametrize(("kept", "at"), list(product([False, True], range(1, 4))))
async def test_an_answer_of_the_log_that_is_lost_ends_as_if_nothing_had_failed(
    tmp_path: Path, kept: bool, at: int
) -> None:
    peers = DeafLog()
    peers.at, peers.kept = at, kept
    house = House(tmp_path, peers=peers)
    await file_all(house, FILINGS)

    assert await house.recover()

    check(house)
    await house.close()


@pytest.mark.parametrize("kept", [False, True])
async def test_a_verdict_that_turned_while_the_log_s_answer_was_lost_is_recorded_after_it(
    tmp_path: Path, kept: bool
) -> None:
    peers = DeafLog()
    peers.at, peers.kept = 1, kept
    house = House(tmp_path, peers=peers)
    await file_all(house, FILINGS[2:])
    shipment_id = house.journal.find(join_key="T:T2")
    peers.verdicts[str(shipment_id)] = Verdict.NOT_ELIGIBLE

    await house.recover()
    await house.recover()

    outcomes = [peers.log[name].outcome for name in sorted(peers.log)]
    assert ([Outcome.RELEASE, Outcome.ENTRY_REQUIRED] if kept else [Outcome.ENTRY_REQUIRED]) == outcomes
    assert [] == house.journal.undecided(at_most=9)
    await house.close()


def streams_of(house: House) -> Streams:
    """The streams in the file of this journal."""
    store = SqliteStreams(house.journal.database)
    return Streams(store=store, clock=SystemClock(), random_bytes=os.urandom, kept_seconds=86_400)


async def send_chunks(stream: KeptStream, start: int) -> int:
    """Keep what is left of four chunks of three; how many filings were acknowledged, also when the store is lost."""
    try:
        while start < 12:
            await stream.keep(start, [FilingName("CARR01", f"r{n}", f"{n:016x}") for n in range(start, start + 3)])
            start += 3
    except (Failure, OSError):
        pass
    return start


@pytest.mark.parametrize(("hook", "at"), list(product(["before_commit", "after_commit"], range(1, 7))))
async def test_a_stream_lost_at_any_commit_goes_on_with_no_gap_and_nothing_twice(
    tmp_path: Path, hook: str, at: int
) -> None:
    token, acknowledged = "", 0
    hooks: dict[str, Any] = {hook: FailingOnce(at)}
    house = House(tmp_path, **hooks)
    try:
        stream = await streams_of(house).open("")
        token = stream.token(0)
        acknowledged = await send_chunks(stream, 0)
        # Opened again from the middle, it forgets what was answered: another write.
        stream = await streams_of(house).open(token := stream.token(acknowledged))
    except (Failure, OSError):
        pass
    finally:
        await house.close()

    house = House(tmp_path)
    resumed = await streams_of(house).open(token)
    assert acknowledged <= resumed.received <= acknowledged + 3, "what was acknowledged is there"
    assert 12 == await send_chunks(resumed, resumed.received)

    again = await streams_of(house).open(token or resumed.token(0))
    behind = [name.request_id for names in again.missed() for name in names]
    assert [f"r{n}" for n in range(again.answered, 12)] == behind
    await house.close()

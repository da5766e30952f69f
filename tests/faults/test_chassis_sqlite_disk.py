"""A disk that breaks at every single step of a commit, in every way: what was acknowledged is there, nothing is half.

The oracle is the store opened again on a sound disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import apsw
import pytest
from tidewaiter_chassis.failures import Failure

from tests.faults.chassis_faulty_disk import Breaking, FaultyDisk
from tests.unit.chassis_ledger import adding, names_in, open_ledger

WRITES = 6
PAGES_BEFORE_A_CHECKPOINT = 4
"""So few that commits also move pages into the main file, and break while doing so."""
STEPS = range(45)


async def write_until_lost(path: Path, disk: FaultyDisk) -> list[int]:
    """The numbers whose write was acknowledged. Each work writes a pair."""
    ledger = open_ledger(path, vfs=disk.name)
    await ledger.write(lambda connection: connection.wal_autocheckpoint(PAGES_BEFORE_A_CHECKPOINT))
    disk.is_armed = True
    acknowledged = []
    for first in range(0, WRITES, 2):
        works = [adding(f"{number} left", f"{number} right") for number in (first, first + 1)]
        outcomes = await asyncio.gather(*map(ledger.write, works), return_exceptions=True)
        for number, outcome in enumerate(outcomes, start=first):
            if isinstance(outcome, int):
                acknowledged.append(number)
            else:
                assert isinstance(outcome, Failure)
                assert "STORE_LOST" == outcome.reason
                assert ledger.lost.is_set()
    # A disk that is gone may refuse the last checkpoint as well.
    with contextlib.suppress(apsw.IOError):
        await ledger.close()
    return acknowledged


async def judge(path: Path, acknowledged: list[int]) -> None:
    ledger = open_ledger(path, vfs=SOUND.name)
    found = names_in(ledger)
    assert "ok" == ledger.read().execute("PRAGMA integrity_check").get
    for number in range(WRITES):
        pair = [f"{number} left" in found, f"{number} right" in found]
        assert pair[0] is pair[1]
        assert pair[0] or number not in acknowledged
    await ledger.write(adding("after"))
    await ledger.close()


SOUND = FaultyDisk("sound", breaks_at=None, breaking="refuses", recovers=False)


def disk_of(number: int | None, breaking: Breaking, recovers: bool) -> FaultyDisk:
    return FaultyDisk(f"faulty-{number}-{breaking}-{recovers}", breaks_at=number, breaking=breaking, recovers=recovers)


async def test_the_steps_tried_are_all_there_are(tmp_path: Path) -> None:
    disk = disk_of(None, "refuses", recovers=False)

    assert list(range(WRITES)) == await write_until_lost(tmp_path / "l.db", disk)
    assert disk.steps <= len(STEPS)


@pytest.mark.parametrize("recovers", [False, True])
@pytest.mark.parametrize("breaking", ["refuses", "tears", "does it and says it failed"])
async def test_whatever_step_breaks_what_was_acknowledged_is_there_and_nothing_is_half(
    tmp_path: Path, breaking: Breaking, recovers: bool
) -> None:
    broke = 0
    for number in STEPS:
        path = tmp_path / str(number) / "l.db"
        disk = disk_of(number, breaking, recovers)

        acknowledged = await write_until_lost(path, disk)

        await judge(path, acknowledged)
        broke += disk.is_broken
    assert broke > 15

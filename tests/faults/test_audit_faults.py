"""Every step of an append failed, before it was kept and after; and the process killed under load.

Whatever happens, the log that is found is sound, everything acknowledged is on it once, and a repeat finds it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import apsw
import pytest
from tidewaiter_audit.model import Recorded
from tidewaiter_audit.store.sqlite import FILE_NAME
from tidewaiter_chassis.failures import Failure, Kind

from tests.audit_logs import OpenLog, assert_sound, judged, open_log
from tests.audit_records import submission
from tests.faults.chassis_faulty_disk import Breaking, FaultyDisk

BEFORE = 300
"""Leaves on the log before the fault: a full tile and a partial one, so that tiles are added and replaced."""

GROUP = range(BEFORE, BEFORE + 300)

STATEMENTS = [
    ("entry", "BEFORE INSERT ON entry"),
    ("entry in the middle", "BEFORE INSERT ON entry WHEN NEW.leaf_index = 400"),
    ("personal", "BEFORE INSERT ON personal"),
    ("tile added", "BEFORE INSERT ON tile WHEN NEW.tile_index = 2"),
    ("tile replaced", "BEFORE UPDATE ON tile"),
    ("checkpoint", "BEFORE INSERT ON checkpoint"),
    ("after all", "AFTER INSERT ON checkpoint"),
]


def fail_once(when: list[bool]) -> Callable[[], None]:
    """A hook that raises while `when` holds True."""

    def hook() -> None:
        if when == [True]:
            raise OSError("the disk is gone")

    return hook


async def append(log: OpenLog, numbers: range) -> list[Recorded | Failure]:
    """The decisions of these numbers by two callers at once, who share their middle."""
    third = len(numbers) // 3
    one, other = await asyncio.gather(
        log.decisions.append([submission(number) for number in numbers[: 2 * third]]),
        log.decisions.append([submission(number) for number in numbers[third:]]),
    )
    return [*one, *other]


def assert_each_once(results: list[Recorded | Failure], *, leaves: int) -> None:
    """All recorded, at as many different leaves."""
    recorded = [one for one in results if isinstance(one, Recorded)]
    assert len(results) == len(recorded)
    assert leaves == len({one.receipt.leaf_index for one in recorded})


@pytest.mark.parametrize(("table", "when"), STATEMENTS, ids=[table for table, _ in STATEMENTS])
async def test_a_statement_that_fails_undoes_its_group_and_no_other(tmp_path: Path, table: str, when: str) -> None:
    async with open_log(tmp_path) as log:
        await append(log, range(BEFORE))
        with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
            outside.execute(f"CREATE TRIGGER fault {when} BEGIN SELECT RAISE(ABORT, 'fault'); END")

        with pytest.raises(apsw.ConstraintError):
            await append(log, GROUP)

        assert_sound(tmp_path, tree_size=BEFORE)
        outside.execute("DROP TRIGGER fault")
        # The same process goes on: what it had laid out in memory was forgotten.
        assert_each_once(await append(log, GROUP), leaves=len(GROUP))
        assert_sound(tmp_path, tree_size=BEFORE + len(GROUP))


async def test_a_transaction_that_the_store_ends_itself_loses_the_store_and_nothing_else(tmp_path: Path) -> None:
    async with open_log(tmp_path) as log:
        await append(log, range(BEFORE))
        with apsw.Connection(str(tmp_path / FILE_NAME)) as outside:
            outside.execute("CREATE TRIGGER fault BEFORE INSERT ON tile BEGIN SELECT RAISE(ROLLBACK, 'fault'); END")

        with pytest.raises(apsw.ConstraintError):
            await append(log, GROUP)

        assert not log.log.is_ready
        outside.execute("DROP TRIGGER fault")
    async with open_log(tmp_path) as log:
        assert_each_once(await append(log, GROUP), leaves=len(GROUP))
    assert_sound(tmp_path, tree_size=BEFORE + len(GROUP))


@pytest.mark.parametrize("flavour", ["lost", "kept"])
async def test_a_commit_that_fails_is_whole_or_nothing_and_a_repeat_is_recorded_once(
    tmp_path: Path, flavour: str
) -> None:
    faulty: list[bool] = [False]
    fail = fail_once(faulty)
    async with open_log(
        tmp_path,
        before_commit=fail if flavour == "lost" else None,
        after_commit=fail if flavour == "kept" else None,
    ) as log:
        await append(log, range(BEFORE))
        faulty[0] = True
        results = await append(log, GROUP)

        assert {(Kind.BUSY, "STORE_LOST")} == {(one.kind, one.reason) for one in results if isinstance(one, Failure)}
        assert len(results) == sum(isinstance(one, Failure) for one in results)
        assert not log.log.is_ready
        # What is on the log can still be read: neither more nor less than was kept.
        assert judged(tmp_path).tree_size == log.reader.checkpoint().tree_size

    kept = judged(tmp_path).tree_size
    assert_sound(tmp_path)
    assert (kept == BEFORE) == (flavour == "lost")
    async with open_log(tmp_path) as log:
        again = await append(log, GROUP)
        assert_each_once(again, leaves=len(GROUP))
        first_time = [one for one in again if isinstance(one, Recorded) and one.first is None]
        assert BEFORE + len(GROUP) - kept == len(first_time)
    assert_sound(tmp_path, tree_size=BEFORE + len(GROUP))


DISK_FROM = 254
"""A group of three from here on fills a tile, begins the next, and begins level 1."""

disks = count()


async def append_on(folder: Path, disk: FaultyDisk) -> tuple[list[Recorded | Failure], int]:
    """What one append on this disk was told, and how many steps of the disk it took."""
    async with open_log(folder, vfs=disk.name) as log:
        disk.is_armed = True
        results = await append(log, range(DISK_FROM, DISK_FROM + 3))
        disk.is_armed = False
        disk.is_broken = False
        return results, disk.steps


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound log of DISK_FROM leaves, for copying."""

    async def write(folder: Path) -> None:
        async with open_log(folder) as log:
            await append(log, range(DISK_FROM))

    folder = tmp_path_factory.mktemp("written")
    asyncio.run(write(folder))
    return folder


@pytest.mark.parametrize("recovers", [False, True], ids=["gone", "once"])
@pytest.mark.parametrize("breaking", ["refuses", "tears", "does it and says it failed", "is full"])
async def test_every_step_of_the_disk_may_break_and_the_log_is_sound(
    written: Path, tmp_path: Path, breaking: Breaking, recovers: bool
) -> None:
    whole = FaultyDisk(f"audit-{next(disks)}", breaks_at=None, breaking=breaking, recovers=recovers)
    _, steps = await append_on(Path(shutil.copytree(written, tmp_path / "whole")), whole)
    assert steps > 10
    for step in range(steps):
        folder = Path(shutil.copytree(written, tmp_path / str(step)))
        disk = FaultyDisk(f"audit-{next(disks)}", breaks_at=step, breaking=breaking, recovers=recovers)

        told, _ = await append_on(folder, disk)

        assert_sound(folder)
        acknowledged = [one.receipt for one in told if isinstance(one, Recorded)]
        async with open_log(folder) as log:
            again = await append(log, range(DISK_FROM, DISK_FROM + 3))
        assert_each_once(again, leaves=3)
        assert acknowledged == [one.receipt for one in again if isinstance(one, Recorded)][: len(acknowledged)]
        assert_sound(folder, tree_size=DISK_FROM + 3)

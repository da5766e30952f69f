"""A program that appends to copies of one log and is killed at every step of the disk in turn; run by a test.

It forks for each step, which only a process without threads may do: that is why it is a program of its own.
It prints one line of JSON for each step: what was acknowledged before the kill, and what was found after it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from tidewaiter_audit.model import Recorded

from tests.audit_logs import judged, open_log
from tests.audit_records import submission
from tests.faults.chassis_faulty_disk import FaultyDisk

SIZE = 254
"""A group of three from here on fills a tile, begins the next, and begins level 1."""

NUMBERS = range(SIZE, SIZE + 3)


async def make(folder: Path) -> None:
    """A log of SIZE entries."""
    async with open_log(folder) as log:
        await log.decisions.append([submission(number) for number in range(SIZE)])


async def append(folder: Path, disk: FaultyDisk | None, told: Path) -> int:
    """Three more, and what was acknowledged into `told`; how many steps of the disk it took."""
    async with open_log(folder, vfs=None if disk is None else disk.name) as log:
        if disk is not None:
            disk.is_armed = True
        results = await log.decisions.append([submission(number) for number in NUMBERS])
        indices = [one.receipt.leaf_index if isinstance(one, Recorded) else None for one in results]
        told.write_text(json.dumps(indices), encoding="utf-8")  # noqa: ASYNC240 - at once: what follows may kill us
        steps = 0 if disk is None else disk.steps
        if disk is not None:
            disk.is_armed = False
        return steps


def die_at(folder: Path, step: int, told: Path) -> bool:
    """Whether a child that appends to this log was killed at that step; not when it needs fewer."""
    child = os.fork()
    if child == 0:
        disk = FaultyDisk(f"victim-{step}", breaks_at=step, breaking="kills", recovers=False)
        asyncio.run(append(folder, disk, told))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main(folder: Path) -> None:
    """Every step, until one is beyond the last."""
    asyncio.run(make(folder / "whole"))
    for step in count():
        log, told = folder / str(step), folder / f"{step}.told"
        shutil.copytree(folder / "whole", log)
        if not die_at(log, step, told):
            return
        found = judged(log)
        again = folder / f"{step}.again"
        asyncio.run(append(log, None, again))
        after = judged(log)
        acknowledged = json.loads(told.read_text(encoding="utf-8")) if told.exists() else []
        line = {
            "sound": found.is_sound,
            "size": found.tree_size,
            "acknowledged": acknowledged,
            "again": json.loads(again.read_text(encoding="utf-8")),
            "sound_after": after.is_sound,
            "size_after": after.tree_size,
        }
        sys.stdout.write(f"{json.dumps(line)}\n")
        shutil.rmtree(log)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A real process killed while it writes: it alone had the store, all that it acknowledged is there, nothing is half."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from tidewaiter_chassis.failures import Failure

from tests.unit.chassis_ledger import names_in, open_ledger

ROUNDS = 4
WRITES_A_ROUND = 100_000


def killed_after(lines: int, path: Path, first: int, root: Path) -> list[int]:
    """What a victim acknowledged until it was killed, soon after its `lines`-th acknowledgement."""
    command = [sys.executable, "-m", "tests.faults.chassis_victim", str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as victim:
        assert victim.stdout is not None
        acknowledged = [int(victim.stdout.readline()) for _ in range(lines)]
        with pytest.raises(Failure, match="STORE_IN_USE"):
            open_ledger(path)
        victim.kill()
        # What it said before it died counts; a line cut short by the kill does not.
        rest = victim.stdout.read().split("\n")[:-1]
    return [*acknowledged, *(int(line) for line in rest)]


@pytest.mark.processes
async def test_what_a_killed_process_acknowledged_is_there(tmp_path: Path, project_root: Path) -> None:
    path = tmp_path / "l.db"
    chance = random.Random(7)
    acknowledged: set[int] = set()

    for number in range(ROUNDS):
        acknowledged |= set(killed_after(chance.randint(1, 400), path, number * WRITES_A_ROUND, project_root))

        ledger = open_ledger(path)
        found = set(names_in(ledger))
        assert "ok" == ledger.read().execute("PRAGMA integrity_check").get
        assert {f"{each} {side}" for each in acknowledged for side in ("left", "right")} <= found
        assert {name.partition(" ")[0] for name in found if name.endswith("left")} == {
            name.partition(" ")[0] for name in found if name.endswith("right")
        }
        await ledger.close()

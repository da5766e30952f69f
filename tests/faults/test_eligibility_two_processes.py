"""Two processes claim in one ledger at once: its file serialises them, and the limit holds over both."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Verdict
from tidewaiter_eligibility.store.sqlite import SqliteLedger

from tests.eligibility_shipments import law, shipment
from tests.faults.eligibility_claimer import CLAIMS


def claimed_by_two(path: Path, reading: str, root: Path) -> tuple[dict[str, str], set[str]]:
    """What both were told, and whom both named as turned."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.eligibility_claimer", str(path), prefix, reading],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=root,
            text=True,
        )
        for prefix in "AB"
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said: list[dict[str, Any]] = [json.loads(process.communicate(timeout=50)[0]) for process in processes]
    told = {name: verdict for each in said for name, verdict in each["told"].items()}
    return told, {name for each in said for name in each["named"]}


async def test_where_all_of_a_broken_day_are_denied_every_one_that_passed_is_named(
    tmp_path: Path, project_root: Path
) -> None:
    path = tmp_path / "eligibility.db"
    await (await SqliteLedger.open(path)).close()

    told, named = claimed_by_two(path, "all", project_root)

    assert 2 * CLAIMS == len(told)
    passed = {name for name, verdict in told.items() if verdict == "ELIGIBLE"}
    assert 8 == len(passed)
    assert passed <= named
    ledger = await SqliteLedger.open(path)
    again = await Determiner(law=law(), ledger=ledger).determine([shipment(name, cents=10_000) for name in told])
    assert {(Verdict.NOT_ELIGIBLE, 2 * CLAIMS)} == {
        (each.finding.verdict, each.finding.counted_shipments) for each in again
    }
    await ledger.close()


async def test_where_those_beyond_the_limit_are_denied_exactly_eight_hold(tmp_path: Path, project_root: Path) -> None:
    path = tmp_path / "eligibility.db"
    await (await SqliteLedger.open(path)).close()

    told, named = claimed_by_two(path, "marginal", project_root)

    assert (8, 2 * CLAIMS - 8) == tuple(
        sum(verdict == wanted for verdict in told.values()) for wanted in ("ELIGIBLE", "NOT_ELIGIBLE")
    )
    assert set() == named

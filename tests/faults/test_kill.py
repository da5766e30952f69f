"""Each service in turn killed without warning while filings stream; the client needs only its retries."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_client.client import Client

from tests.filings import message, party

FILINGS = 1_000
COMMAND = (sys.executable, "-m", "tidewaiter_cli")
SERVICES = ("intake", "eligibility", "risk", "audit")


class Running:
    """`tidewaiter up` on a folder of its own, which starts again whatever is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready = folder / "ready.json"
        self._said = (folder / "up.log").open("wb")
        self._process = subprocess.Popen(
            [*COMMAND, "up", "--data", str(folder / "data"), "--port-base", "0", "--ready-file", str(self._ready)],
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )
        _until(self._ready.exists, seconds=60)

    def facts(self) -> dict[str, Any]:
        """The ready file as it is now."""
        facts: dict[str, Any] = json.loads(self._ready.read_text())
        return facts

    def kill(self, service: str) -> None:
        """SIGKILL, and wait until another process serves in its place."""
        before = self.facts()["pids"][service]
        os.kill(before, signal.SIGKILL)
        _until(lambda: self.facts()["pids"][service] != before, seconds=30)

    def stop(self) -> None:
        """Drain everything."""
        self._process.send_signal(signal.SIGTERM)
        self._said.close()
        assert 0 == self._process.wait(60), (self.folder / "up.log").read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path)
    try:
        yield started
    finally:
        started.stop()


@pytest.mark.processes
@pytest.mark.timeout(120)
def test_each_service_killed_in_turn_loses_nothing_and_doubles_nothing(running: Running) -> None:
    # Two parcels a person: each day stays within the limit, and the ledger has something to keep.
    filings = [message(f"k{n}", consignee=party(f"Person {n // 2}")) for n in range(FILINGS)]
    data = running.folder / "data"
    answers: dict[str, Any] = {}
    victims = {FILINGS * (1 + place) // 5: name for place, name in enumerate(SERVICES)}
    with Client(running.facts()["intake"]) as client:
        for answer in client.stream(filings):
            assert answer.request_id not in answers, "answered twice"
            answers[answer.request_id] = answer
            if victim := victims.pop(len(answers), ""):
                running.kill(victim)
        assert FILINGS == len(answers)
        assert [] == [answer.error for answer in answers.values() if answer.error]

        # What was pending or degraded is decided by itself; then each filing has one current decision.
        current: dict[str, Any] = {}

        def settled() -> bool:
            for filing in filings:
                if filing.request_id not in current:
                    found = client.get_shipment(tracking_number=filing.tracking_number)
                    if found.decision.decision_id and not found.decision.degraded:
                        current[filing.request_id] = found.decision
            return len(current) == FILINGS

        _until(settled, seconds=40)
        assert {1} == {decision.outcome for decision in current.values()}
        told = {key: one.response.decision for key, one in answers.items() if one.response.decision.decision_id}
        again: dict[str, Any] = {answer.request_id: answer.response for answer in client.stream(filings)}
        assert all(response.replayed for response in again.values())
        assert told == {key: again[key].decision for key in told}

    report = subprocess.run(
        [*COMMAND, "log", "fsck", "--data", str(data), "--json"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert 0 == report.returncode, report.stdout + report.stderr
    recorded = Counter(decision.decision_id for decision in current.values())
    assert {1} == set(recorded.values())
    # A shipment decided while risk was away has a degraded decision on the log before its current one.
    assert json.loads(report.stdout)["tree_size"] == sum(int(name.rpartition("-")[2]) for name in recorded)


def _until(holds: Any, *, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.05)

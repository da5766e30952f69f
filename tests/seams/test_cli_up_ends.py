"""However whoever reads what `up` says goes away, `up` says on, drains when it is told to, and leaves nothing."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests import fake_suite
from tests.fake_suite import runs, wait_until

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.processes


@contextmanager
def running(
    data: Path, output: int | IO[bytes], **more: Any
) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """`up` with its standard output and error there, and what it notes once it is ready."""
    command = [sys.executable, "-m", fake_suite.__name__, "--data", f"{data}", "--port-base", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **more)
    try:
        wait_until(lambda: (data / "up.json").exists() or process.poll() is not None)
        yield process, json.loads((data / "up.json").read_text(encoding="utf-8"))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def nothing_is_left(data: Path, ready: dict[str, Any]) -> bool:
    return not (data / "up.json").exists() and not any(map(runs, ready["pids"].values()))


def test_when_its_terminal_is_closed_it_drains_and_ends_well(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    with running(tmp_path, its, start_new_session=True) as (process, ready):
        os.close(its)
        os.close(ours)
        # The hang-up itself goes to who owns the terminal, which a process of a test is not.
        process.send_signal(signal.SIGHUP)
        assert 0 == process.wait(30)

    assert nothing_is_left(tmp_path, ready)


def test_when_nobody_reads_it_any_more_it_runs_on_until_it_is_told_to_stop(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with running(tmp_path, writer) as (process, ready):
        os.close(writer)
        os.close(reader)
        risk = ready["pids"]["risk"]
        os.kill(risk, signal.SIGKILL)
        wait_until(lambda: risk != json.loads((tmp_path / "up.json").read_text(encoding="utf-8"))["pids"]["risk"])
        ready = json.loads((tmp_path / "up.json").read_text(encoding="utf-8"))
        assert process.poll() is None
        process.terminate()
        assert 0 == process.wait(30)

    assert nothing_is_left(tmp_path, ready)

"""The benchmarks: what they print, what they refuse, and that nothing is left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS_MAX = 150

# SIGINT is heard also where whoever runs the tests ignores it, as shells have it for what runs in the background.
PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from tidewaiter_cli.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
ON_LINUX = Path("/proc/self/environ").exists()


def bench(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The public command, with `folder` as the place for what is temporary."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "bench", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit status, and what it wrote to standard output and standard error."""
    try:
        out, err = process.communicate(timeout=SECONDS_MAX)
    finally:
        process.kill()
    return process.returncode, out, err


def processes_that_know(folder: Path) -> list[str]:
    """The command lines of all processes that were started with this folder in their environment."""
    return list(_that_know(str(folder).encode()))


def _that_know(needle: bytes) -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (entry / "environ").read_bytes():
                yield (entry / "cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")
        except OSError:
            continue  # it ended meanwhile


@pytest.mark.processes
@pytest.mark.timeout(SECONDS_MAX)
def test_a_whole_run_prints_one_object_and_leaves_nothing(tmp_path: Path) -> None:
    temporary, out = tmp_path / "temporary", tmp_path / "bench.json"
    temporary.mkdir()

    status, printed, err = finished(bench(temporary, "--json", "--scale", "0.005", "--out", str(out)))

    assert 0 == status, err
    found = json.loads(printed)
    assert found == json.loads(out.read_text(encoding="utf-8"))
    assert ["machine", "echo", "submit", "stream", "cpu", "eligibility", "audit", "risk"] == list(found)
    assert PROMISED <= set(names_in(found))
    assert [] == [name for name, value in rates_and_ratios(found) if not value > 0]
    assert 0.005 == found["machine"]["scale"]
    assert "only the ratios" in err
    assert [] == list(temporary.iterdir())
    if ON_LINUX:
        assert [] == processes_that_know(temporary)
        assert {"intake", "eligibility", "risk", "audit", "client", "total"} == set(
            found["cpu"]["microseconds_per_filing"]
        )


@pytest.mark.processes
@pytest.mark.timeout(SECONDS_MAX)
def test_what_a_claim_costs_as_the_ledger_grows_is_measured_when_asked_for(tmp_path: Path) -> None:
    status, printed, err = finished(bench(tmp_path, "growth", "--json", "--scale", "0.004"))

    assert 0 == status, err
    found = json.loads(printed)
    assert ["machine", "echo", "growth"] == list(found)
    assert 4_000 == found["growth"]["person_days"]
    assert 100 < found["growth"]["bytes_per_person_day"] < 5_000
    assert 0 < found["growth"]["late_ratio_to_early"]


PROMISED = {
    "machine.cpu", "machine.cores", "machine.python", "machine.platform", "machine.date", "machine.load_average",
    "machine.commit", "machine.filesystem", "machine.settings", "machine.seconds",
    "echo.unary_p50_ms", "echo.unary_per_second", "echo.batched_per_second",
    "submit.p50_ms", "submit.p99_ms", "submit.per_second_32", "submit.p50_ratio_to_echo", "submit.p99_ratio_to_echo",
    "submit.per_second_32_ratio_to_echo", "submit.echo_p50_ms",
    "stream.filings_per_second", "stream.filings_per_second_rounds", "stream.ratio_to_echo", "stream.echo_per_second",
    "stream.file_filings_per_second", "stream.file_ratio_to_echo", "stream.decisions_per_filing",
    "eligibility.batch_check_per_second", "eligibility.batch_check_ratio_to_echo",
    "eligibility.batch_check_ratio_to_batch_echo", "eligibility.check_p50_ms",
    "eligibility.check_p50_ratio_to_echo", "eligibility.determine_per_second", "eligibility.determine_ratio_to_echo",
    "audit.append_per_second", "audit.append_ratio_to_insert", "audit.insert_per_second", "audit.proof_p50_ms",
    "audit.proof_p99_ms", "audit.proof_p50_ratio_to_echo", "audit.tree_size",
    "risk.assess_per_second", "risk.assess_ratio_to_echo", "risk.screen_p50_ms", "risk.screen_p50_ratio_to_echo",
    "risk.assess_alone_p50_ms",
}  # fmt: skip
"""What others read out of the object: names are added to it, never taken away."""


def names_in(found: dict[str, Any]) -> Iterator[str]:
    """Each key with its section's."""
    return (f"{section}.{name}" for section, figures in found.items() for name in figures)


def rates_and_ratios(found: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Every figure that is a number by itself, without the machine's."""
    for section, figures in found.items():
        for name, value in figures.items():
            if section != "machine" and isinstance(value, int | float):
                yield f"{section}.{name}", value


@pytest.mark.processes
@pytest.mark.timeout(SECONDS_MAX)
@pytest.mark.skipif(not ON_LINUX, reason="needs /proc to find processes by their environment")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_stops_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    process = bench(tmp_path, "submit", "--scale", "0.1")
    assert process.stderr is not None
    said = iter(process.stderr.readline, "")
    assert any("measuring submit" in line for line in said)
    assert 6 <= len(processes_that_know(tmp_path)), "itself, the echo and four services"

    process.send_signal(number)

    status, _, err = finished(process)
    assert 130 == status, err
    assert [] == processes_that_know(tmp_path)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["voyage"], "there is no part voyage"),
        (["--scale", "0"], "--scale 0 is no share"),
        (["--scale", "1.5"], "--scale 1.5 is no share"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_starts(
    tmp_path: Path, words: list[str], complaint: str
) -> None:
    status, printed, err = finished(bench(tmp_path, *words))

    assert (2, "") == (status, printed)
    assert complaint in err
    assert "measuring" not in err


def test_an_unknown_part_is_told_which_parts_there_are(tmp_path: Path) -> None:
    _, _, err = finished(bench(tmp_path, "voyage"))

    assert "echo, submit, stream, eligibility, risk, audit, growth" in err


def test_a_file_that_could_not_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    status, _, err = finished(bench(tmp_path, "--out", str(tmp_path / "absent" / "bench.json")))

    assert 1 == status
    assert "is no folder" in err
    assert "measuring" not in err

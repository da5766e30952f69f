"""The demonstration that a newcomer runs first goes as told, from its first sentence to its last."""

from __future__ import annotations

import subprocess
import sys

import pytest

SECONDS_MAX = 120

IN_ORDER = (
    "A manifest of 300 filings",
    "log key  tidewaiter.local/decisions+",
    "300 filings in ",
    "Why",
    "On record",
    "intake.file  intake",
    "audit.append  audit",
    "verified: decision ",
    "one byte of the decision is changed in that file",
    "does NOT verify: ",
    "eligible  entry path section 321 manifest",
    "not eligible  entry path type 11",
    "The log still holds ",
    "sound: ",
    "tidewaiter up: stopped",
    "everything that was started is stopped.",
)


@pytest.mark.processes
@pytest.mark.timeout(SECONDS_MAX)
def test_the_demonstration_goes_as_told() -> None:
    words = [sys.executable, "-m", "tidewaiter_cli.demo", "--filings", "300"]
    finished = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS_MAX - 10, check=False
    )

    assert 0 == finished.returncode, finished.stdout
    rest = finished.stdout
    for piece in IN_ORDER:
        before, found, rest = rest.partition(piece)
        assert found, f"{piece!r} is not told after {before[-500:]!r}"
    assert "Traceback" not in finished.stdout

"""A reader of standard output that leaves early ends the command, and nothing is complained of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tidewaiter_chassis.standard_output import UNREAD

READ = """
import sys
from tidewaiter_chassis.settings import ServiceSettings, read_command_line
read_command_line(ServiceSettings, sys.argv[1:], {})
"""
PROBE = """
import sys
from tidewaiter_chassis.probe import main
sys.exit(main(["no_such_package"]))
"""


def left(program: str, *arguments: str, cwd: Path) -> tuple[int, str]:
    """The exit status and the standard error of a program whose standard output nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            timeout=30,
            check=False,
        )
    finally:
        os.close(writing)
    return ended.returncode, ended.stderr


@pytest.mark.processes
@pytest.mark.parametrize("argument", ["--check", "--help"])
def test_settings_that_nobody_reads_are_no_error_of_the_interpreters(argument: str, tmp_path: Path) -> None:
    status, errors = left(READ, argument, cwd=tmp_path)

    # argparse looks away by itself when its text is longer than a buffer: then it was a help that ended well.
    assert status in ({UNREAD} if argument == "--check" else {UNREAD, 0})
    assert "" == errors


@pytest.mark.processes
def test_a_probe_that_nobody_reads_is_no_error_of_the_interpreters(tmp_path: Path) -> None:
    assert (UNREAD, "") == left(PROBE, cwd=tmp_path)


@pytest.mark.processes
def test_bad_settings_are_told_whether_standard_output_is_read_or_not(tmp_path: Path) -> None:
    status, errors = left(READ, "--no-such", cwd=tmp_path)

    assert (2, True) == (status, "--no-such" in errors)

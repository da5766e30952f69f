"""Audit's own commands about keys and the end of a log, in a process of their own: no service may run meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tidewaiter_cli.stopping import Stop


def custody(command: str, *flags: str) -> dict[str, Any]:
    """What it says when it is done; Stop when it could not."""
    ran = subprocess.run(  # this interpreter, and a module of ours
        [sys.executable, "-m", "tidewaiter_audit.custody", command, *flags],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        why = ran.stderr.strip().splitlines()[-1:] or [f"it ended with status {ran.returncode}"]
        advice = "Stop the service first: one process holds a log. Nothing was done that is not on the log."
        raise Stop(f"{command}: {why[0]}", advice=advice)
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def folder_and_key(data: Path, key_file: Path | None) -> list[str]:
    """Where the log is, and its private key when that is elsewhere."""
    return [f"--data={data}", *([] if key_file is None else [f"--key-file={key_file}"])]


def write_receipt(said: dict[str, Any], out: Path | None) -> None:
    """The receipt of the entry that says what was done, to this file."""
    if out is not None:
        out.write_text(said["receipt"], encoding="utf-8")

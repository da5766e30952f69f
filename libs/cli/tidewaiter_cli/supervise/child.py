"""One process of one service."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_LOG_BYTES_MAX: Final = 64 * 1024 * 1024
"""A log that grew over this is set aside; the one set aside before is dropped."""

_TAIL_BYTES: Final = 16 * 1024


class Child:
    """A process with its output in a file; may be started again after it ended."""

    def __init__(self, service: str, *, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.service = service
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process, in a session of its own: Ctrl-C must reach the supervisor, which drains in order."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.touch()
        self.bound_log()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def bound_log(self, bytes_max: int = _LOG_BYTES_MAX) -> None:
        """Sets the log aside when it has grown too large; lines written in that very moment may be lost."""
        if self._log.stat().st_size > bytes_max:
            shutil.copyfile(self._log, self._log.with_suffix(".1.log"))
            # The process goes on appending to the same file, which is now empty.
            os.truncate(self._log, 0)

    @property
    def pid(self) -> int:
        """Of the process last started."""
        return self._started.pid

    @property
    def ended(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._started.poll()

    def ask_to_stop(self) -> None:
        """SIGTERM: it finishes what it accepted."""
        if self.ended is None:
            self._started.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        if self.ended is None:
            self._started.kill()

    def wait(self, seconds: float) -> bool:
        """Whether the process ended within that time."""
        try:
            self._started.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def why(self) -> str:
        """Why it ended, as its log says it, in one line."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _TAIL_BYTES))
            lines = [line for line in log.read().decode("utf-8", errors="replace").splitlines() if line.strip()]
        reasons = [reason for reason in map(_reason_of, lines) if reason]
        return reasons[-1] if reasons else (lines[-1] if lines else "it wrote nothing to its log")

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "start comes first"
        return self._process


def _reason_of(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(entry, dict):
        return ""
    return str(entry.get("why") or entry.get("exception") or "")

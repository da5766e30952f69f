"""One process of one service."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from tidewaiter_cli.supervise.log_file import LogFile


class Child:
    """A process with its output in a file; may be started again after it ended."""

    def __init__(self, service: str, *, command: Sequence[str], environment: Mapping[str, str], log: LogFile) -> None:
        self.service = service
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process, in a session of its own: Ctrl-C must reach the supervisor, which drains in order."""
        with self.log.opened() as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

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

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "start comes first"
        return self._process

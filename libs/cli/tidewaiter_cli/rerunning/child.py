"""A service's own code, started to run something again: nothing is served, and nothing it keeps is touched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from tidewaiter_chassis.batch_pipe import PipeBroken, read_batch, write_batch

from tidewaiter_cli.stopping import Stop


class Child:
    """One `python -m MODULE`, for as long as the block; what it says on standard error is shown as it is."""

    def __init__(self, module: str, *flags: str) -> None:
        self._module = module
        self._process = subprocess.Popen(  # this interpreter, and modules of ours
            [sys.executable, "-m", module, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if kind is not None:
            self._process.kill()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, messages: Sequence[bytes]) -> list[bytes]:
        """What it answers to one batch; Stop when it ended instead."""
        assert self._process.stdin is not None
        try:
            write_batch(self._process.stdin, messages)
        except BrokenPipeError:
            raise self._ended() from None
        answer = self._read()
        if answer is None:
            raise self._ended()
        return answer

    def batches(self) -> Iterator[list[bytes]]:
        """All that it writes by itself; Stop when it ends with another status than 0."""
        while (batch := self._read()) is not None:
            yield batch
        if self._process.wait() != 0:
            raise self._ended()

    def _read(self) -> list[bytes] | None:
        assert self._process.stdout is not None
        try:
            return read_batch(self._process.stdout)
        except PipeBroken:
            raise self._ended() from None

    def _ended(self) -> Stop:
        status = self._process.wait()
        return Stop(f"{self._module} ended with status {status}.", advice="What it said is above.")

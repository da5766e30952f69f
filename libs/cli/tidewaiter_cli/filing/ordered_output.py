"""Answers come in any order and are written in the manifest's."""

from __future__ import annotations

import threading
from typing import BinaryIO, Final

AHEAD_MAX: Final = 20_000
"""How far reading may run ahead of the oldest unanswered filing: one that is put off must not fill the memory."""


class OrderedOutput:
    """Writes lines by position, from 0, each once and with none left out; a position without a line writes nothing."""

    def __init__(self, file: BinaryIO | None, *, ahead_max: int = AHEAD_MAX) -> None:
        self._file = file
        self._ahead_max = ahead_max
        self._next = 0
        self._early: dict[int, bytes] = {}
        self._moved = threading.Condition()

    @property
    def wants_lines(self) -> bool:
        """Whether there is anything to write to."""
        return self._file is not None

    def wait_for_room(self, position: int) -> None:
        """Returns when this position is near enough to the oldest that is not written yet."""
        with self._moved:
            self._moved.wait_for(lambda: position - self._next < self._ahead_max)

    def put(self, position: int, line: bytes) -> None:
        """The line of this position, without its end; empty for none. Written at once when its turn has come."""
        with self._moved:
            self._early[position] = line
            while (due := self._early.pop(self._next, None)) is not None:
                self._next += 1
                if due and self._file is not None:
                    self._file.write(due + b"\n")
            self._moved.notify_all()

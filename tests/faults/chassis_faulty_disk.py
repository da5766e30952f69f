"""A disk that fails when told: an SQLite VFS that counts what reaches the disk and breaks one step of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Literal

import apsw

Breaking = Literal["refuses", "tears", "does it and says it failed", "is full", "kills"]


class FaultyDisk(apsw.VFS):
    """Registered under `name`. Step `breaks_at` (from 0; None: never) breaks in the way of `breaking`.

    After that step the disk is gone, or works on when `recovers`.
    """

    def __init__(self, name: str, *, breaks_at: int | None, breaking: Breaking, recovers: bool) -> None:
        super().__init__(name, base="")
        self.name = name
        self.steps = 0
        self.is_armed = False
        self.is_broken = False
        self._breaks_at = breaks_at
        self._breaking = breaking
        self._recovers = recovers

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Every file on this disk is a faulty one."""
        return FaultyFile(self, name, flags)

    def step(self, whole: Callable[[], None], half: Callable[[], None]) -> None:
        """One write, sync or truncation, done or broken."""
        if not self.is_armed:
            whole()
            return
        if self.is_broken and not self._recovers:
            raise apsw.IOError("the disk is gone")
        number, self.steps = self.steps, self.steps + 1
        if number != self._breaks_at:
            whole()
            return
        self.is_broken = True
        if self._breaking == "tears":
            half()
        elif self._breaking == "does it and says it failed":
            whole()
        elif self._breaking == "is full":
            raise apsw.FullError("no space is left on the disk")
        elif self._breaking == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        raise apsw.IOError("the disk failed")


class FaultyFile(apsw.VFSFile):
    """A file whose changes go through its disk's counting."""

    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, or half of it."""
        write = super().xWrite
        self._disk.step(lambda: write(data, offset), lambda: write(data[: len(data) // 2], offset))

    def xSync(self, flags: int) -> None:
        """Say that it is durable, or not. Nothing here outlives a power cut: the machine's own sync is left out."""
        self._disk.step(lambda: None, lambda: None)

    def xTruncate(self, newsize: int) -> None:
        """Shorten, or not."""
        truncate = super().xTruncate
        self._disk.step(lambda: truncate(newsize), lambda: None)

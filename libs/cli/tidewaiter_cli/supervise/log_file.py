"""The log of one service: appended to by its processes, bounded by whoever runs them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_TAIL_BYTES: Final = 16 * 1024
_ERRORS: Final = ("error", "critical")
"""Levels of the lines that say why a process ends; the last of the others say only that it does."""


@dataclass(frozen=True, slots=True)
class LogBounds:
    """What one service's logs may take: a log over `bytes_max` is set aside, and so many set aside are kept."""

    bytes_max: int = 32 * 1024 * 1024
    kept: int = 3


USUAL: Final = LogBounds()


class LogFile:
    """`<name>.log`, with those set aside as `<name>.1.log` (the newest), `<name>.2.log` and so on."""

    def __init__(self, path: Path, bounds: LogBounds) -> None:
        self.path = path
        self._bounds = bounds
        self._begins = 0

    def opened(self) -> BinaryIO:
        """To be handed to a process, which appends to it; within its bounds now, if there is room to set it aside."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()
        with suppress(OSError):
            # Whoever bounds it now and then finds the same, and says so; a full disk must not keep a service from
            # being started.
            self.bound()
        self._begins = self.path.stat().st_size
        return self.path.open("ab")

    def bound(self) -> None:
        """Sets the log aside when it has grown too large, and drops the oldest beyond those kept.

        A process that was given it goes on, in the same file, which is then empty; what it writes in the moment
        between the copy and the emptying is lost. That it is asked now and then bounds it only so closely.
        OSError when it is gone, or cannot be copied: then those set aside stay as they are, but for the oldest.
        """
        if self.path.stat().st_size <= self._bounds.bytes_max:
            return
        aside = list(self._aside())
        for number, path in aside:
            if number >= self._bounds.kept:
                path.unlink()
        if self._bounds.kept:
            copy = self._copied()
            for number, path in aside:
                if number < self._bounds.kept:
                    path.replace(self._numbered(number + 1))
            copy.replace(self._numbered(1))
        os.truncate(self.path, 0)
        self._begins = 0

    def why(self) -> str:
        """Why the process that was given it last ended, as it says itself, in one line."""
        try:
            with self.path.open("rb") as log:
                log.seek(max(self._begins, os.fstat(log.fileno()).st_size - _TAIL_BYTES))
                lines = [line for line in log.read().decode("utf-8", errors="replace").splitlines() if line.strip()]
        except OSError as error:
            return f"its log cannot be read, {error.strerror}"
        reasons = [reason for reason in map(_reason_of, lines) if reason]
        if reasons:
            return reasons[-1]
        # What is wrong before there is a log to write to is said as a plain line, after the program's name.
        plain = [line for line in lines if not line.startswith("{")]
        return plain[-1].rpartition("cannot start: ")[2] if plain else "its log does not say why"

    def _copied(self) -> Path:
        copy = self.path.with_suffix(f"{self.path.suffix}.aside")
        try:
            shutil.copyfile(self.path, copy)
        except OSError:
            # Half a copy takes the last of the room, and is no log.
            copy.unlink(missing_ok=True)
            raise
        return copy

    def _numbered(self, number: int) -> Path:
        return self.path.with_suffix(f".{number}{self.path.suffix}")

    def _aside(self) -> Iterator[tuple[int, Path]]:
        """Those set aside, the oldest first, also those that an earlier run with other bounds left."""
        found = [
            (path.suffixes[-2:-1], path) for path in self.path.parent.glob(f"{self.path.stem}.*{self.path.suffix}")
        ]
        numbered = [(int(part[1:]), path) for parts, path in found for part in parts if part[1:].isdecimal()]
        return iter(sorted(numbered, reverse=True))


def _reason_of(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(entry, dict) or entry.get("level", _ERRORS[0]) not in _ERRORS:
        return ""
    if why := entry.get("why") or entry.get("exception"):
        return str(why)
    return f"{entry.get('event', '')}: {entry['message']}" if entry.get("message") else ""

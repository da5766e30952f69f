"""The time, handed in: the machine's for a service, one that stands still for a test."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What may ask for the time. Both methods answer for the same instant line, UTC."""

    def now(self) -> datetime:
        """The time as an aware datetime in UTC, to the microsecond."""
        ...

    def ns(self) -> int:
        """The time as whole nanoseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's clock. It can jump when the machine's time is set: never measure durations with it."""

    def now(self) -> datetime:
        """The machine's time in UTC."""
        return datetime.now(UTC)

    def ns(self) -> int:
        """The machine's time in nanoseconds since 1970."""
        return time.time_ns()


class FixedClock:
    """A clock for tests: it stands still until told to advance."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a clock needs a time zone")
        self._ns = (start - _EPOCH) // timedelta(microseconds=1) * 1000

    def now(self) -> datetime:
        """The time it was told, in UTC."""
        return _EPOCH + timedelta(microseconds=self._ns // 1000)

    def ns(self) -> int:
        """The time it was told, in nanoseconds since 1970."""
        return self._ns

    def advance(self, step: timedelta | float) -> None:
        """Move on by `step` (a timedelta, or seconds). ValueError when it would go back."""
        delta = step if isinstance(step, timedelta) else timedelta(seconds=step)
        if delta < timedelta(0):
            raise ValueError("a clock does not go back")
        self._ns += delta // timedelta(microseconds=1) * 1000

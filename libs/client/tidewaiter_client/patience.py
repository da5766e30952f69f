"""When a failed connection is worth another, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tidewaiter_client.errors import Overloaded, TidewaiterError, Unavailable
from tidewaiter_client.limits import StreamLimits

OnLost = Callable[[TidewaiterError, float], None]
"""Told of each lost connection: why, and the seconds until the next."""

_DELAY_SECONDS_MIN: Final = 0.1
_DELAY_SECONDS_MAX: Final = 2.0


def take_no_notice(error: TidewaiterError, seconds: float) -> None:
    """For who need not know."""


class Patience:
    """How long to wait before the next connection, and when to give up."""

    def __init__(self, limits: StreamLimits, *, clock: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._limits = limits
        self._seconds_max = min(limits.connect_seconds_max, limits.retry_seconds_max)
        self._clock = clock
        self._jitter = jitter
        self._failing_since: float | None = None
        self._attempts = 0

    def renew(self) -> None:
        """Something was answered: whatever failed before is over."""
        self._failing_since = None
        self._seconds_max = self._limits.retry_seconds_max
        self._attempts = 0

    def next_delay_seconds(self, error: TidewaiterError) -> float:
        """How long to wait now; raises the error when that is of no use, or was for too long."""
        now = self._clock()
        self._failing_since = self._failing_since if self._failing_since is not None else now
        if not comes_back(error) or now - self._failing_since >= self._seconds_max:
            raise error
        longest: float = min(_DELAY_SECONDS_MAX, _DELAY_SECONDS_MIN * 2.0 ** min(self._attempts, 10))
        self._attempts += 1
        # Half of it at random, so that many clients do not come back at the same instant.
        return max(longest * (1 + self._jitter()) / 2, error.retry_after_seconds or 0.0)


def comes_back(error: TidewaiterError) -> bool:
    """Whether the same request may be answered soon: UNAVAILABLE, or overloaded and told when to come back."""
    return isinstance(error, Unavailable) or (isinstance(error, Overloaded) and error.retry_after_seconds is not None)


def closed_early(unanswered: int) -> Unavailable:
    """The service ended a stream well, and owes answers."""
    return Unavailable(
        code="UNAVAILABLE",
        reason="STREAM_CLOSED_EARLY",
        detail=f"the service closed the stream with {unanswered} filings unanswered",
    )

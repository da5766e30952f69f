"""How much time is left, known to whatever runs inside an RPC without passing it along.

The server's interceptor opens a deadline around each RPC; the channel shrinks it for the next hop, so that
a service whose peer is late still has the time to say which peer it was.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from tidewaiter_chassis.failures import Failure, Kind

USEFUL_SECONDS_MIN = 0.005
"""Less than this is not worth a hop: a loopback round trip alone takes half a millisecond, a commit two."""


class _Deadline(NamedTuple):
    at: float
    monotonic: Callable[[], float]


_deadline: ContextVar[_Deadline | None] = ContextVar("tidewaiter_deadline", default=None)


def time_left_seconds() -> float:
    """The seconds left for the work at hand: negative when they are over, infinite outside any deadline."""
    deadline = _deadline.get()
    return math.inf if deadline is None else deadline.at - deadline.monotonic()


@contextmanager
def with_deadline(seconds: float, *, monotonic: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Within the block at most `seconds` are left; an earlier deadline around it stays in force.

    `seconds` may be infinite, which changes nothing. ValueError for NaN.
    """
    if math.isnan(seconds):
        raise ValueError("a deadline needs a number of seconds")
    token = _deadline.set(_Deadline(at=monotonic() + min(seconds, time_left_seconds()), monotonic=monotonic))
    try:
        yield
    finally:
        _deadline.reset(token)


def enter_deadline(seconds: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
    """For the rest of this task, which is an RPC's own, at most `seconds` are left; infinite changes nothing.

    What `with_deadline` does around a block, for the server, which does it once for every RPC.
    """
    _deadline.set(_Deadline(at=monotonic() + seconds, monotonic=monotonic))


def shrink(margin_seconds: float, *, useful_seconds_min: float = USEFUL_SECONDS_MIN) -> float:
    """The seconds to give the next hop: what is left less `margin_seconds`, infinite outside any deadline.

    Failure LATE, TOO_LITTLE_TIME_LEFT, when that is under `useful_seconds_min`: better refused at once than
    begun in vain.
    """
    seconds = time_left_seconds() - margin_seconds
    if seconds < useful_seconds_min:
        raise Failure(
            kind=Kind.LATE,
            reason="TOO_LITTLE_TIME_LEFT",
            detail="Too little time is left to do this; call with a longer deadline.",
            facts={
                "time_left_seconds": f"{max(time_left_seconds(), 0.0):.3f}",
                "needed_seconds": f"{margin_seconds + useful_seconds_min:.3f}",
            },
        )
    return seconds

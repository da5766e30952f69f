"""Which new traces are recorded: all up to a rate, a share of those beyond it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

_SHARE_BITS = 56
_SHARE_ONE = 1 << _SHARE_BITS


class TraceSampler:
    """Decides for new traces only: who continues a trace follows its parent's decision.

    `per_second` is the rate up to which every new trace is recorded (infinite: no limit); up to one second's worth
    may come at once. `share_beyond`, 0 to 1, is the part recorded of those over the rate; it is taken from the
    random low bits of the trace id, so that every service would choose the same ones.
    ValueError when either is out of range.
    """

    def __init__(
        self,
        *,
        per_second: float,
        share_beyond: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not per_second >= 0:
            raise ValueError(f"traces per second are 0 or more: {per_second!r}")
        if not 0 <= share_beyond <= 1:
            raise ValueError(f"a share lies between 0 and 1: {share_beyond!r}")
        self._per_second = per_second
        self._share_limit = round(share_beyond * _SHARE_ONE)
        self._monotonic = monotonic
        # A rate under one a second still saves up for a whole trace.
        self._allowance_max = max(per_second, 1.0) if per_second else 0.0
        self._allowance = self._allowance_max
        self._refilled_at = monotonic()

    def chooses(self, trace_id: int) -> bool:
        """Whether the new trace with this id is recorded. Counts against the rate."""
        rate = self._per_second
        if rate == math.inf:
            return True
        now = self._monotonic()
        self._allowance = min(self._allowance_max, self._allowance + (now - self._refilled_at) * rate)
        self._refilled_at = now
        if self._allowance >= 1:
            self._allowance -= 1
            return True
        return trace_id & (_SHARE_ONE - 1) < self._share_limit

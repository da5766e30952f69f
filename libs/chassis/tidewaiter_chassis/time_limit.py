"""One limit for many calls, with one timer for all of them.

They all get the same time, so that they run out in the order they began: the next to run out is the first in a
dictionary, and a call that ends in time, as nearly all do, never touches a timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Expire = Callable[[], None]


class TimeLimit:
    """Calls `expire` of whoever began and did not end within `seconds`, to within `seconds` / 100 or so."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[Expire, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, expire: Expire) -> None:
        """Start the time of one call, known by what to do when it runs out."""
        loop = asyncio.get_running_loop()
        self._running[expire] = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_later(self.seconds, self._look)

    def end(self, expire: Expire) -> None:
        """Stop the time of a call. One that ran out already is not known any more, and that is fine."""
        self._running.pop(expire, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._running:
            expire, at = next(iter(self._running.items()))
            if at > loop.time():
                self._timer = loop.call_at(at, self._look)
                return
            del self._running[expire]
            expire()

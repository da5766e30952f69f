"""Work put off from the event loop to a thread of its own: a bounded queue, taken in batches.

Spans are exported and measurements folded through it. Between small pieces of work whoever does it hands the
interpreter back (`breathe`), so that an RPC that arrives meanwhile waits for a fraction of a millisecond only.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

DELAY_SECONDS = 0.25
"""How long an item may wait for company."""
CLOSE_SECONDS_MAX = 3.0
"""How long closing waits for work that does not end, such as a collector that does not answer."""

Item = TypeVar("Item")

_log = logging.getLogger(__name__)


class Trickle(Generic[Item]):
    """Takes items from any thread without waiting and gives them to `work`, at most `batch_max` at a time.

    `work` runs in the trickle's thread, or in that of `flush`, never in two at once. If it raises, its batch is
    lost and counted in `failed`, and the next one goes ahead.
    """

    def __init__(
        self,
        work: Callable[[list[Item]], object],
        *,
        name: str,
        items_max: int,
        batch_max: int,
        delay_seconds: float = DELAY_SECONDS,
    ) -> None:
        self.failed = 0
        self._work = work
        self._name = name
        self._items_max = items_max
        self._batch_max = batch_max
        self._delay_seconds = delay_seconds
        self._hurry_at = max(items_max // 4, 1)
        self._waiting: deque[Item] = deque()
        self._working = Lock()
        self._some = Event()
        self._hurry = Event()
        self._closed = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: Item) -> bool:
        """Queue one item; False when there is no room for it, or the trickle is closed."""
        waiting = self._waiting
        if len(waiting) >= self._items_max or self._closed:
            return False
        waiting.append(item)
        if not self._some.is_set():
            self._some.set()
        if len(waiting) == self._hurry_at:
            self._hurry.set()
        return True

    def flush(self, seconds: float) -> bool:
        """Work off what is queued, in the calling thread. True when nothing was left within `seconds`."""
        until = time.monotonic() + seconds
        if not self._working.acquire(timeout=seconds):
            return False
        try:
            while self._waiting and time.monotonic() < until:
                self._work_off_a_batch()
        finally:
            self._working.release()
        return not self._waiting

    def close(self) -> int:
        """Take no more, work off what is queued within `CLOSE_SECONDS_MAX`, and say how many items were left."""
        if not self._closed:
            self._closed = True
            self._some.set()
            self._hurry.set()
            self._thread.join(CLOSE_SECONDS_MAX)
        left = len(self._waiting)
        self._waiting.clear()
        return left

    def _run(self) -> None:
        while not self._closed:
            self._some.wait()
            # Cleared before the queue is emptied: an item that comes later sets it again.
            self._some.clear()
            self._hurry.wait(self._delay_seconds)
            self._hurry.clear()
            self._work_off_all()
        # An item may have come between the last look and the closing.
        self._work_off_all()

    def _work_off_all(self) -> None:
        with self._working:
            while self._waiting:
                self._work_off_a_batch()

    def _work_off_a_batch(self) -> None:
        waiting = self._waiting
        batch = [waiting.popleft() for _ in range(min(self._batch_max, len(waiting)))]
        try:
            self._work(batch)
        except Exception:  # noqa: BLE001 - counted and logged
            # It may be other people's code: whatever it raises costs this batch and nothing else.
            self.failed += len(batch)
            _log.exception("work put off has failed", {"queue": self._name})


def breathe() -> None:
    """Hand the interpreter to whichever thread waits for it."""
    time.sleep(0)

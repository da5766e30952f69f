"""Group commit, seen from the event loop: whatever waits shares a transaction and the cost of making it durable.

While one commit is on its way to the disk the next group gathers; there is no timer, and a work that comes
alone is begun at once.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable
from typing import Any, TypeVar

import apsw

from tidewaiter_chassis import measures
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.writer_thread import Write, WriterThread

R = TypeVar("R")

FIRST_WAIT_SECONDS = 0.000_5
"""How long the loop waits for a commit first: on a local disk most are durable by then."""
NEXT_WAIT_SECONDS = 0.000_25
"""How long it waits in each later pass: enough for a thread to wake, little enough to serve others between."""


class GroupCommit:
    """Runs works in groups, each in its own savepoint, and answers only after their COMMIT is durable.

    Belongs to the event loop that first runs something.

    While works are unanswered the loop, once in each pass, waits for the writer for a fraction of a millisecond.
    That is how the writer gets to run at all: a busy loop lets go of the interpreter only for the microsecond of
    each poll, too short for another thread to wake and take it, yet long enough to restart the five milliseconds
    after which it would be forced to share. On a quiet machine a writer left to that was measured to wait for
    seconds, and its rate to fall from 100,000 rows a second to 500; with these waits it kept 40,000 and more.
    """

    def __init__(
        self, writer: WriterThread, *, name: str, waiting_max: int, meter: measures.Meter | None = None
    ) -> None:
        self.lost = asyncio.Event()
        self._writer = writer
        self._waiting_max = waiting_max
        self._unanswered = 0
        self._is_going_to_wait = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed: asyncio.Future[None] | None = None
        if meter is not None:
            meter.gauge(
                "tidewaiter.store.waiting",
                read=lambda: self._unanswered,
                unit="{work}",
                description="Works accepted and not yet answered",
                attributes={"store": name},
            )

    async def run(self, work: Callable[[apsw.Connection], R]) -> R:
        """What `work` returned, once its changes are durable; or what it raised, its changes undone.

        A cancelled caller's work is still committed. Failure BUSY, STORE_LOST, when whether it was committed
        is not known; FULL, STORE_BUSY, when `waiting_max` works wait already.
        """
        if self._closed is not None:
            raise Failure(kind=Kind.BUSY, reason="STORE_CLOSED", detail="The store is closing; try again.")
        if self._unanswered >= self._waiting_max:
            raise Failure(
                kind=Kind.FULL,
                reason="STORE_BUSY",
                detail="The store has as many writes waiting as it takes; try again.",
                facts={"waiting_max": str(self._waiting_max)},
            )
        future: asyncio.Future[Any] = self._running_loop().create_future()
        self._unanswered += 1
        self._writer.waiting.put(Write(work, future))
        self._wait_after_this_pass(FIRST_WAIT_SECONDS)
        result: R = await future
        return result

    async def close(self) -> None:
        """Commit what was accepted, refuse the rest, and end the thread. A second call changes nothing."""
        if self._closed is None:
            self._closed = self._running_loop().create_future()
            self._writer.waiting.put(None)
            self._wait_after_this_pass(FIRST_WAIT_SECONDS)
        await asyncio.shield(self._closed)
        self._writer.join()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise RuntimeError("a store belongs to the event loop that first wrote to it")
        return loop

    def _wait_after_this_pass(self, seconds: float) -> None:
        # After it, so that the writes of everyone who is ready now are in the group.
        if not self._is_going_to_wait:
            self._is_going_to_wait = True
            self._running_loop().call_soon(self._wait, seconds)

    def _wait(self, seconds: float) -> None:
        self._is_going_to_wait = False
        try:
            self._answer(self._writer.committed.get(timeout=seconds))
            while True:
                self._answer(self._writer.committed.get_nowait())
        except queue.Empty:
            if self._unanswered or (self._closed is not None and not self._closed.done()):
                self._wait_after_this_pass(NEXT_WAIT_SECONDS)

    def _answer(self, group: list[Write] | None) -> None:
        if self._writer.lost_because is not None:
            self.lost.set()
        if group is None:
            assert self._closed is not None, "the writer ends only when it is closed"
            self._closed.set_result(None)
            return
        self._unanswered -= len(group)
        for write in group:
            if write.future.done():
                continue
            if write.error is None:
                write.future.set_result(write.value)
            else:
                write.future.set_exception(write.error)

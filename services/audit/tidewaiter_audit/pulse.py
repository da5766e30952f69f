"""Once a second: can the log still sign, and is the high-water mark where the log is?

A checkpoint says nothing of time, so an old one looks like a new one of a log that does not grow. What is told apart
here is a log that could sign a fresh checkpoint and one that could not: the newest is signed again, and must come
out the same; the lease must be held, and the store must answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from tidewaiter_tlog.signers import Signer

from tidewaiter_audit import errors
from tidewaiter_audit.log import Log
from tidewaiter_audit.recover import read_checkpoint

BEAT_SECONDS: Final = 1.0
FRESH_SECONDS: Final = 5.0
"""A beat that is older than this is no sign of life: a few may be late on a busy machine."""

_NANOS: Final = 1_000_000_000


class Pulse:
    """Beats from `start` until `stop`; `raise_mark` is called with every new checkpoint, outside the event loop."""

    def __init__(
        self,
        *,
        log: Log,
        signer: Signer,
        monotonic_ns: Callable[[], int],
        raise_mark: Callable[[bytes], None] | None = None,
    ) -> None:
        self._log = log
        self._signer = signer
        self._monotonic_ns = monotonic_ns
        self._raise_mark = raise_mark
        self._signed_at_ns: int | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the log was seen to sign within the last FRESH_SECONDS; from any thread."""
        signed = self._signed_at_ns
        return signed is not None and self._monotonic_ns() - signed <= FRESH_SECONDS * _NANOS

    def beat(self) -> None:
        """One look. It leaves `is_fresh` as it was when the log cannot sign."""
        if not self._log.is_ready:
            return
        try:
            with self._log.guarded():
                tree = self._log.tree()
                known = parse_checkpoint(tree.checkpoint)
                again = Checkpoint(origin=known.origin, tree_size=known.tree_size, root=tree.edge.root())
                signed = read_checkpoint(sign_checkpoint(again, [self._signer]), self._log.key)
                if signed.root != known.root:
                    raise errors.root_mismatch("the tree in memory is not the one that was signed")
        except Failure:
            return
        self._signed_at_ns = self._monotonic_ns()

    async def start(self) -> None:
        """Beats now, and from now on."""
        await self._beat_and_mark()
        self._task = asyncio.create_task(self._keep_beating(), name="pulse")

    async def stop(self) -> None:
        """Beats no more; the mark is where the log is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._mark()

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._beat_and_mark()

    async def _beat_and_mark(self) -> None:
        self.beat()
        await self._mark()

    async def _mark(self) -> None:
        if self._raise_mark is not None and self._log.is_ready:
            await asyncio.to_thread(self._raise_mark, self._log.tree().checkpoint)

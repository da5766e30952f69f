"""Word that the log has grown, for those who follow it."""

from __future__ import annotations

import asyncio


class Growth:
    """One log's growth. For one event loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wakes all who wait for it now."""
        told, self._next = self._next, asyncio.Event()
        told.set()

    async def wait(self, seconds: float, *, unless: asyncio.Event) -> None:
        """Returns at the next growth, when the time is over, or when `unless` is set."""
        waits = [asyncio.create_task(self._next.wait()), asyncio.create_task(unless.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

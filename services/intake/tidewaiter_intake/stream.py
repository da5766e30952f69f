"""StreamFilings: chunks in, answers out as they become due, never more unanswered than agreed.

The next chunk is not read while as many filings as the window holds are unanswered, so a
fast sender waits in the transport; answers not taken count as unanswered, so a slow reader
costs no more than the window.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar

from tidewaiter_intake import errors

Chunk = TypeVar("Chunk")
Answers = TypeVar("Answers")


class Window(Generic[Chunk, Answers]):
    """Answers the chunks of one stream."""

    def __init__(
        self,
        *,
        answer: Callable[[Chunk], Awaitable[Answers]],
        size_of: Callable[[Chunk], int],
        filings_max: int,
    ) -> None:
        self._answer = answer
        self._size_of = size_of
        self._filings_max = filings_max
        self._room = asyncio.Condition()
        self._unanswered = 0
        self._running: set[asyncio.Task[None]] = set()

    async def answers(self, chunks: AsyncIterator[Chunk]) -> AsyncIterator[Answers]:
        """The answers to all chunks, each when it is due; ends when all are answered and taken.

        What `chunks` or `answer` raises ends the stream. Chunks already begun are finished even
        when nobody waits for their answers: their filings may be durable.
        """
        due: asyncio.Queue[tuple[int, Answers] | BaseException | None] = asyncio.Queue()
        reader = asyncio.create_task(self._read(chunks, due))
        try:
            while (one := await due.get()) is not None:
                if isinstance(one, BaseException):
                    raise one
                size, answers = one
                yield answers
                await self._free(size)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(
        self, chunks: AsyncIterator[Chunk], due: asyncio.Queue[tuple[int, Answers] | BaseException | None]
    ) -> None:
        try:
            async for chunk in chunks:
                size = self._size_of(chunk)
                await self._take(size)
                task = asyncio.create_task(self._one(chunk, size, due))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await self._all_answered()
            due.put_nowait(None)
        except Exception as wrong:  # noqa: BLE001  # raised again by `answers`, where the caller is
            # What was taken is answered first, so that the sender knows what became of it.
            await self._all_answered()
            due.put_nowait(wrong)

    async def _all_answered(self) -> None:
        if self._running:
            await asyncio.wait(self._running)

    async def _one(
        self,
        chunk: Chunk,
        size: int,
        due: asyncio.Queue[tuple[int, Answers] | BaseException | None],
    ) -> None:
        try:
            due.put_nowait((size, await self._answer(chunk)))
        except Exception as wrong:  # noqa: BLE001  # raised again by `answers`, where the caller is
            due.put_nowait(wrong)

    async def _take(self, size: int) -> None:
        async with self._room:
            await self._room.wait_for(lambda: self._unanswered == 0 or self._unanswered + size <= self._filings_max)
            self._unanswered += size

    async def _free(self, size: int) -> None:
        async with self._room:
            self._unanswered -= size
            self._room.notify_all()


async def until_draining(chunks: AsyncIterator[Chunk], draining: asyncio.Event) -> AsyncGenerator[Chunk, None]:
    """The chunks, until `draining` is set: then Failure BUSY, DRAINING, also when none is coming."""
    waits: set[asyncio.Future[Any]] = {stopping := asyncio.create_task(draining.wait())}
    try:
        while not draining.is_set():
            waits = {stopping, coming := asyncio.ensure_future(anext(chunks, None))}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                break
            chunk = coming.result()
            if chunk is None:
                return
            yield chunk
    finally:
        # Also of a caller that goes while nothing comes: what is waited on is let go, and at rest when this ends.
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    raise errors.draining()

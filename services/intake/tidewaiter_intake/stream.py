"""StreamFilings: chunks in, answers out as they become due, never more unanswered than agreed.

The next chunk is not read while as many filings as the window holds are unanswered, so a
fast sender waits in the transport; answers not taken count as unanswered, so a slow reader
costs no more than the window.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Generic, NamedTuple, TypeVar

from tidewaiter_intake import errors

Chunk = TypeVar("Chunk")
Answers = TypeVar("Answers")

SPAN_WINDOWS = 10
"""How many windows the newest filing may be ahead of the oldest unanswered one, so that what is remembered of those
between has a bound as well."""


class Terms(NamedTuple):
    """What holds on a stream: filings unanswered at once, how long nothing is said, how long nothing need be heard."""

    filings_max: int
    heartbeat_seconds: float
    idle_seconds: float

    def agreed(self, filings_max: int) -> Terms:
        """The terms with one who wants no more than so many filings unanswered; 0 for as many as may be."""
        return self._replace(filings_max=min(filings_max or self.filings_max, self.filings_max))


class Due(NamedTuple, Generic[Answers]):
    """What is to be sent next: answers to one chunk, or None as a sign of life. `answered` counts the filings of the
    stream, from its first, that all are answered by then.
    """

    answers: Answers | None
    answered: int


class _Place:
    """One chunk of the stream: the filings before it and with it, and whether its answers were handed over."""

    __slots__ = ("end", "is_told", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.is_told = False


class Window(Generic[Chunk, Answers]):
    """Answers the chunks of one stream; `answer` is given a chunk and the number of filings before it."""

    def __init__(
        self,
        *,
        answer: Callable[[Chunk, int], Awaitable[Answers]],
        size_of: Callable[[Chunk], int],
        filings_max: int,
        answered: int = 0,
        heartbeat_seconds: float | None = None,
    ) -> None:
        self._answer = answer
        self._size_of = size_of
        self._filings_max = filings_max
        self._heartbeat_seconds = heartbeat_seconds
        self._room = asyncio.Condition()
        self._unanswered = 0
        self.answered = self._read_until = answered
        """Filings of the stream, from its first, that are all answered."""
        self._places: deque[_Place] = deque()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def owes(self) -> bool:
        """Whether an answer is due or not taken yet."""
        return self._unanswered > 0

    async def answers(self, chunks: AsyncIterator[Chunk]) -> AsyncGenerator[Due[Answers], None]:
        """The answers to all chunks, each when it is due, and signs of life; ends when all are answered and taken.

        What `chunks` or `answer` raises ends the stream. Chunks already begun are finished even
        when nobody waits for their answers: their filings may be durable.
        """
        due: asyncio.Queue[tuple[_Place, Answers] | BaseException | None] = asyncio.Queue()
        reader = asyncio.create_task(self._read(chunks, due))
        try:
            while True:
                try:
                    async with asyncio.timeout(self._heartbeat_seconds):
                        one = await due.get()
                except TimeoutError:
                    yield Due(None, self.answered)
                    continue
                if one is None:
                    return
                if isinstance(one, BaseException):
                    raise one
                place, answers = one
                self._tell(place)
                yield Due(answers, self.answered)
                await self._free(place.end - place.start)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(
        self, chunks: AsyncIterator[Chunk], due: asyncio.Queue[tuple[_Place, Answers] | BaseException | None]
    ) -> None:
        try:
            async for chunk in chunks:
                place = await self._take(self._size_of(chunk))
                task = asyncio.create_task(self._one(chunk, place, due))
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
        self, chunk: Chunk, place: _Place, due: asyncio.Queue[tuple[_Place, Answers] | BaseException | None]
    ) -> None:
        try:
            due.put_nowait((place, await self._answer(chunk, place.start)))
        except Exception as wrong:  # noqa: BLE001  # raised again by `answers`, where the caller is
            due.put_nowait(wrong)

    def _tell(self, place: _Place) -> None:
        place.is_told = True
        while self._places and self._places[0].is_told:
            self.answered = self._places.popleft().end

    async def _take(self, size: int) -> _Place:
        async with self._room:
            await self._room.wait_for(lambda: self._unanswered == 0 or self._has_room(size))
            self._unanswered += size
        place = _Place(self._read_until, self._read_until + size)
        self._read_until = place.end
        self._places.append(place)
        return place

    def _has_room(self, size: int) -> bool:
        span = self._read_until - self.answered + size
        return self._unanswered + size <= self._filings_max and span <= SPAN_WINDOWS * self._filings_max

    async def _free(self, size: int) -> None:
        async with self._room:
            self._unanswered -= size
            self._room.notify_all()


def _owes_nothing() -> bool:
    return False


async def until_draining(
    chunks: AsyncIterator[Chunk],
    draining: asyncio.Event,
    *,
    idle_seconds: float | None = None,
    owes: Callable[[], bool] = _owes_nothing,
) -> AsyncGenerator[Chunk, None]:
    """The chunks, until `draining` is set: then Failure BUSY, DRAINING, also when none is coming.

    Failure BUSY, STREAM_IDLE, when nothing comes for `idle_seconds` and nothing is owed.
    """
    waits: set[asyncio.Future[Any]] = {stopping := asyncio.create_task(draining.wait())}
    try:
        while not draining.is_set():
            waits = {stopping, coming := asyncio.ensure_future(anext(chunks, None))}
            while not (await asyncio.wait(waits, timeout=idle_seconds, return_when=asyncio.FIRST_COMPLETED))[0]:
                if not owes():
                    raise errors.stream_idle(idle_seconds or 0)
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

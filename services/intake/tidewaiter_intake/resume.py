"""Streams that go on after a cut: what came, in which order, and up to where it is answered.

1. A filing is durable in the journal, and so is its name at the end of its stream, before it is answered.
                              (dies here: answered again when the stream is resumed)
2. Its answer is sent, with a token that stands for all answers up to it.
                              (lost here: the client's last token is older, and it is answered again)
3. The stream is opened with a token: all before it is forgotten, all behind it that is kept is answered again, by
   the same code that answers a filing that is repeated.

A stream is nobody's while no connection holds it, so that any process on the journal may go on with it. Should two,
only one of them adds to its end; the other is told that the stream moved on.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from tidewaiter_chassis.clock import Clock

from tidewaiter_intake import errors
from tidewaiter_intake.model import FilingName

Results = TypeVar("Results")

_TOKEN: Final = re.compile(r"([0-9a-f]{32})\.([0-9]{1,18})", re.ASCII)
_ID_BYTES = 16
"""What knows a token may have the answers behind it: it cannot be guessed."""


class Store(Protocol):
    """What is kept of streams."""

    async def begin(self, stream_id: str, answered: int, *, kept_since_s: int) -> int | None:
        """How many filings of a stream are kept, and forget what was answered."""
        ...

    async def append(
        self, stream_id: str, start: int, names: Sequence[FilingName], *, now_s: int, kept_since_s: int
    ) -> bool:
        """Keep a chunk at the end of a stream, and forget some that are old; False when its end is elsewhere."""
        ...

    def chunk_after(self, stream_id: str, answered: int) -> list[FilingName]:
        """The first kept chunk behind so many filings."""
        ...

    def contents(self, names: Sequence[FilingName]) -> list[bytes | None]:
        """The filings so named, as they were filed."""
        ...


class KeptStream:
    """One stream on one connection. `received` filings of it are kept, `answered` of them before this connection."""

    def __init__(
        self, store: Store, clock: Clock, stream_id: str, *, answered: int, received: int, kept_seconds: int
    ) -> None:
        self.answered = answered
        self.received = received
        self._store = store
        self._clock = clock
        self._stream_id = stream_id
        self._kept_seconds = kept_seconds

    def token(self, answered: int) -> str:
        """What stands for so many filings answered, from the stream's first."""
        return f"{self._stream_id}.{answered}"

    def missed(self) -> Iterator[list[FilingName]]:
        """What is kept behind the token, chunk by chunk, each read when it is wanted."""
        place = self.answered
        while place < self.received and (names := self._store.chunk_after(self._stream_id, place)):
            place += len(names)
            yield names

    async def keep(self, start: int, names: Sequence[FilingName]) -> None:
        """Keep a chunk behind the first `start` filings; Failure BUSY, STREAM_MOVED_ON, when others came to be there.

        To be begun in the order of the chunks, and waited for before the chunk is answered.
        """
        now_s = self._clock.ns() // 1_000_000_000
        since_s = now_s - self._kept_seconds
        if not await self._store.append(self._stream_id, start, names, now_s=now_s, kept_since_s=since_s):
            raise errors.stream_moved_on()

    async def keep_while(self, filed: Awaitable[Results], start: int, names: Sequence[FilingName]) -> Results:
        """What `filed` gives, once a chunk is kept too; neither waits for the other, and both have ended by then."""
        kept, results = await asyncio.gather(self.keep(start, names), filed, return_exceptions=True)
        for one in (kept, results):
            if isinstance(one, BaseException):
                raise one
        return results  # type: ignore[return-value]  # no exception is left


class Streams:
    """The streams of one journal."""

    def __init__(
        self, *, store: Store, clock: Clock, random_bytes: Callable[[int], bytes], kept_seconds: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._kept_seconds = round(kept_seconds)

    def contents(self, names: Sequence[FilingName]) -> list[bytes | None]:
        """The filings so named, as they were filed; None for one that was not accepted."""
        return self._store.contents(names)

    async def open(self, token: str) -> KeptStream:
        """A new stream for "", else the one that the token is of; Failure INVALID, RESUME_TOKEN_UNKNOWN."""
        found = _TOKEN.fullmatch(token or f"{self._random_bytes(_ID_BYTES).hex()}.0")
        if found is None:
            raise errors.stream_unknown()
        stream_id, answered = found[1], int(found[2])
        kept_since_s = self._clock.ns() // 1_000_000_000 - self._kept_seconds
        received = await self._store.begin(stream_id, answered, kept_since_s=kept_since_s)
        if received is None:
            raise errors.stream_unknown()
        return KeptStream(
            self._store,
            self._clock,
            stream_id,
            answered=answered,
            received=received,
            kept_seconds=self._kept_seconds,
        )

"""A TCP proxy that cuts each connection at a place it was told: at the end of a gRPC message, or at any byte.

It reads as much of HTTP/2 as that needs: the lengths of frames (RFC 9113, section 4.1), and the lengths of messages
within DATA frames (gRPC over HTTP/2, "Length-Prefixed-Message"). A connection bears one call, as a stream's does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

_PREFACE_BYTES: Final = 24
_FRAME_HEADER_BYTES: Final = 9
_MESSAGE_HEADER_BYTES: Final = 5
_DATA: Final = 0
_READ_BYTES: Final = 65_536


class Cut(NamedTuple):
    """Where a connection ends: after the message of that number, from 1, or, where it is 0, after so many bytes."""

    is_upward: bool
    message: int = 0
    bytes: int = 0


class MessageEnds:
    """Finds the ends of gRPC messages in what one side sends; `skip` bytes come before its first frame."""

    def __init__(self, skip: int = 0) -> None:
        self._skip = skip
        self._frame_header = b""
        self._frame_left = 0
        self._is_data = False
        self._message_header = b""
        self._message_left = 0

    def feed(self, data: bytes) -> list[int]:
        """The offsets in `data` at which messages end."""
        at = min(self._skip, len(data))
        self._skip -= at
        ends: list[int] = []
        while at < len(data):
            if not self._frame_left:
                taken = data[at : at + _FRAME_HEADER_BYTES - len(self._frame_header)]
                self._frame_header += taken
                at += len(taken)
                self._begin_frame()
                continue
            piece = data[at : at + self._frame_left]
            if self._is_data:
                ends += [at + end for end in self._ends_in(piece)]
            self._frame_left -= len(piece)
            at += len(piece)
        return ends

    def _begin_frame(self) -> None:
        if len(self._frame_header) == _FRAME_HEADER_BYTES:
            self._frame_left = int.from_bytes(self._frame_header[:3])
            self._is_data = self._frame_header[3] == _DATA
            self._frame_header = b""

    def _ends_in(self, piece: bytes) -> list[int]:
        at, ends = 0, []
        while at < len(piece):
            if not self._message_left:
                taken = piece[at : at + _MESSAGE_HEADER_BYTES - len(self._message_header)]
                self._message_header += taken
                at += len(taken)
                if len(self._message_header) < _MESSAGE_HEADER_BYTES:
                    break
                self._message_left = int.from_bytes(self._message_header[1:])
                self._message_header = b""
            taken_bytes = min(self._message_left, len(piece) - at)
            self._message_left -= taken_bytes
            at += taken_bytes
            if not self._message_left:
                ends.append(at)
        return ends


class Passed:
    """What one side of one connection has sent, in messages and bytes."""

    def __init__(self, skip: int) -> None:
        self._ends = MessageEnds(skip)
        self.messages = 0
        self.bytes = 0

    def until(self, data: bytes, cut: Cut | None) -> int | None:
        """How much of `data` still passes when the cut is in it, None when it is not."""
        ends = self._ends.feed(data)
        first, before = self.messages, self.bytes
        self.messages += len(ends)
        self.bytes += len(data)
        if cut is None:
            return None
        if cut.message:
            return ends[cut.message - first - 1] if first < cut.message <= self.messages else None
        return cut.bytes - before if before <= cut.bytes < self.bytes else None


class CuttingProxy:
    """Serves on loopback for one target; each connection takes the next of `cuts`, and lives when there is none."""

    def __init__(self, target: str) -> None:
        self._host, _, self._port = target.rpartition(":")
        self._cuts: list[Cut] = []
        self.done: list[Cut] = []
        """The cuts that were made; one is not when its connection ended before."""
        self.upward = Passed(_PREFACE_BYTES)
        self.downward = Passed(0)
        """What the newest connection passed."""
        self.address = ""

    def plan(self, cuts: Iterable[Cut]) -> None:
        """Forget what was planned and done before."""
        self._cuts, self.done = list(cuts), []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side or the cut ends it."""
        cut = self._cuts.pop(0) if self._cuts else None
        self.upward, self.downward = Passed(_PREFACE_BYTES), Passed(0)
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, int(self._port))
        except OSError:
            writer.close()
            return
        pumps = [
            asyncio.create_task(self._pump(reader, far_writer, self.upward, cut if cut and cut.is_upward else None)),
            asyncio.create_task(
                self._pump(far_reader, writer, self.downward, cut if cut and not cut.is_upward else None)
            ),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            far_writer.close()
            writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: Passed, cut: Cut | None
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_READ_BYTES):
                place = passed.until(data, cut)
                writer.write(data[:place])
                if cut is not None and place is not None:
                    self.done.append(cut)
                    return
                await writer.drain()


@asynccontextmanager
async def cutting(target: str) -> AsyncIterator[CuttingProxy]:
    """A proxy that serves."""
    proxy = CuttingProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    proxy.address = f"{host}:{port}"
    try:
        yield proxy
    finally:
        server.close()

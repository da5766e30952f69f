"""Batches of messages over a pipe: how the command line has a service's own code run again, in a process of its own.

A batch is its length in 4 bytes, big-endian, and then each message after its own length in 4 bytes. The other side
answers each batch with one batch before the next is sent, so neither waits for the other with a full pipe.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final

BATCH_BYTES_MAX: Final = 256 * 1024 * 1024

_LENGTH: Final = struct.Struct(">I")


class PipeBroken(Exception):
    """The other side ended in the middle of a batch, or wrote something that is none."""


def write_batch(stream: IO[bytes], messages: Sequence[bytes]) -> None:
    """Writes one batch and flushes it; ValueError beyond BATCH_BYTES_MAX."""
    body = b"".join(part for message in messages for part in (_LENGTH.pack(len(message)), message))
    if len(body) > BATCH_BYTES_MAX:
        raise ValueError(f"a batch is at most {BATCH_BYTES_MAX} bytes, and this is {len(body)}: send fewer at once")
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_batch(stream: IO[bytes]) -> list[bytes] | None:
    """The next batch, None at the end; raises PipeBroken."""
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    (length,) = _unpacked(head)
    if length > BATCH_BYTES_MAX:
        raise PipeBroken(f"a batch is at most {BATCH_BYTES_MAX} bytes, and {length} are announced")
    body = stream.read(length)
    if len(body) != length:
        raise PipeBroken(f"a batch of {length} bytes ended after {len(body)}")
    return list(_messages(body))


def serve_batches(answer: Callable[[list[bytes]], Sequence[bytes]], *, source: IO[bytes], sink: IO[bytes]) -> None:
    """Answers every batch that comes, until there are no more."""
    while (batch := read_batch(source)) is not None:
        write_batch(sink, answer(batch))


def _messages(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        (length,) = _unpacked(body[at : at + _LENGTH.size])
        at += _LENGTH.size
        if at + length > len(body):
            raise PipeBroken("a message reaches beyond its batch")
        yield body[at : at + length]
        at += length


def _unpacked(data: bytes) -> tuple[int]:
    if len(data) != _LENGTH.size:
        raise PipeBroken("a length of 4 bytes ended early")
    (length,) = _LENGTH.unpack(data)
    return (length,)

"""Batches over a pipe: what goes in comes out, and what is cut short or made up is refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tidewaiter_chassis import batch_pipe
from tidewaiter_chassis.batch_pipe import PipeBroken, read_batch, serve_batches, write_batch


def written(*batches: list[bytes]) -> bytes:
    stream = io.BytesIO()
    for batch in batches:
        write_batch(stream, batch)
    return stream.getvalue()


@given(batches=some.lists(some.lists(some.binary(max_size=20), max_size=5), max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_batch_comes_back_as_it_was_sent(batches: list[list[bytes]]) -> None:
    stream = io.BytesIO(written(*batches))

    assert batches == [read_batch(stream) for _ in batches]
    assert read_batch(stream) is None


def test_each_batch_is_answered_with_one() -> None:
    sink = io.BytesIO()

    serve_batches(
        lambda batch: [message[::-1] for message in batch],
        source=io.BytesIO(written([b"ab"], [], [b"", b"cd"])),
        sink=sink,
    )

    assert written([b"ba"], [], [b"", b"dc"]) == sink.getvalue()


def test_a_batch_cut_short_anywhere_is_refused() -> None:
    whole = written([b"abc", b"de"])

    for length in range(1, len(whole)):
        with pytest.raises(PipeBroken):
            read_batch(io.BytesIO(whole[:length]))


def test_a_message_that_reaches_beyond_its_batch_is_refused() -> None:
    with pytest.raises(PipeBroken, match="beyond its batch"):
        read_batch(io.BytesIO(b"\x00\x00\x00\x05\x00\x00\x00\x02a"))


def test_a_batch_beyond_the_bound_is_neither_sent_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_pipe, "BATCH_BYTES_MAX", 8)

    with pytest.raises(ValueError, match="send fewer"):
        write_batch(io.BytesIO(), [b"12345"])
    with pytest.raises(PipeBroken, match="are announced"):
        read_batch(io.BytesIO(b"\x00\x00\x00\x09"))

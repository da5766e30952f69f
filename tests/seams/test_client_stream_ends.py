"""Streams as their callers end them: early, with an error of their own, or while they wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import AsyncClient, Client

from tests.client_streams import (
    LIMITS,
    File,
    assert_each_once,
    file_asynchronously,
    file_synchronously,
    filings,
    sent,
)
from tests.fake_intake import filing, serving


@pytest.fixture(params=[file_synchronously, file_asynchronously], ids=["synchronous", "asynchronous"])
def file(request: pytest.FixtureRequest) -> File:
    """Both clients make the same promises."""
    found: File = request.param
    return found


def test_what_the_iterable_raises_comes_after_the_answers_before_it(file: File) -> None:
    def broken() -> Iterator[trade_pb2.Filing]:
        yield from filings(3)
        raise LookupError("line 4 is torn")

    with serving() as (fake, address), pytest.raises(LookupError, match="line 4 is torn"):
        file(address, broken())

    assert ["r0", "r1", "r2"] == sent(fake)[0]


def test_who_stops_early_ends_the_call_and_the_reading() -> None:
    taken = 0

    def counted() -> Iterator[trade_pb2.Filing]:
        nonlocal taken
        for each in filings(100_000):
            taken += 1
            yield each

    with serving() as (_, address), Client(address, stream_limits=LIMITS) as client:
        stream = client.stream(counted())
        next(stream)
        stream.close()

    assert taken < 1_000


async def test_who_stops_an_asynchronous_stream_early_ends_it_too() -> None:
    with serving() as (_, address):
        async with AsyncClient(address, stream_limits=LIMITS) as client:
            stream = client.stream(filings(999))
            await anext(stream)
            await stream.aclose()
    names = {task.get_name() for task in asyncio.all_tasks()}

    assert "tidewaiter-filings" not in names


async def test_an_asynchronous_iterable_is_filed_as_it_comes() -> None:
    async def source() -> AsyncIterator[trade_pb2.Filing]:
        for each in filings(5):
            await asyncio.sleep(0)
            yield each

    with serving() as (_, address):
        async with AsyncClient(address, stream_limits=LIMITS) as client:
            answers = [answer async for answer in client.stream(source())]

    assert_each_once(5, answers)


def test_a_source_that_waits_does_not_hold_back_the_answers() -> None:
    answered = threading.Event()

    def source() -> Iterator[trade_pb2.Filing]:
        yield filing("r0")
        # The second filing comes only when the first is answered.
        assert answered.wait(10)
        yield filing("r1")

    with serving() as (_, address), Client(address, stream_limits=LIMITS) as client:
        answers = []
        for answer in client.stream(source()):
            answers.append(answer)
            answered.set()

    assert_each_once(2, answers)

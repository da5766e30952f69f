"""Both clients' streams as one function each, so that a test says once what both promise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import Answer, AsyncClient, Client, StreamLimits
from tidewaiter_client.patience import OnLost, take_no_notice

from tests.fake_intake import FakeIntake, filing

LIMITS = StreamLimits(in_flight_max=40, chunk_filings_max=10)

File = Callable[..., list[Answer]]


def file_synchronously(
    address: str, filings: Iterable[trade_pb2.Filing], *, on_lost: OnLost = take_no_notice, **options: Any
) -> list[Answer]:
    """All answers of the synchronous client."""
    with Client(address, stream_limits=options.pop("limits", LIMITS), sleep=no_sleep, **options) as client:
        return list(client.stream(filings, on_lost=on_lost))


def file_asynchronously(
    address: str, filings: Iterable[trade_pb2.Filing], *, on_lost: OnLost = take_no_notice, **options: Any
) -> list[Answer]:
    """All answers of the asynchronous client."""

    async def file() -> list[Answer]:
        async with AsyncClient(
            address, stream_limits=options.pop("limits", LIMITS), sleep=no_aio_sleep, **options
        ) as client:
            return [answer async for answer in client.stream(filings, on_lost=on_lost)]

    return asyncio.run(file())


def no_sleep(seconds: float) -> None:
    """No time passes."""
    assert seconds >= 0


async def no_aio_sleep(seconds: float) -> None:
    """No time passes."""
    assert seconds >= 0


def filings(number: int) -> list[trade_pb2.Filing]:
    """Filings named r0, r1 and so on."""
    return [filing(f"r{index}") for index in range(number)]


def assert_each_once(number: int, answers: list[Answer]) -> None:
    """That each of so many filings has exactly one answer."""
    assert [(index, f"r{index}") for index in range(number)] == sorted(
        (answer.position, answer.request_id) for answer in answers
    )


def sent(fake: FakeIntake) -> list[list[str]]:
    """The request_ids of each connection."""
    return [[name for chunk in connection for name in chunk] for connection in fake.chunks]

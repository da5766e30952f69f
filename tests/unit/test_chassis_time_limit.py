"""One limit for many calls, with one timer."""

from __future__ import annotations

import asyncio
from functools import partial

from tidewaiter_chassis.time_limit import TimeLimit


async def test_who_does_not_end_in_time_expires_in_the_order_they_began() -> None:
    limit = TimeLimit(0.03)
    expired: list[str] = []
    done = asyncio.Event()
    calls = {name: partial(expired.append, name) for name in "abc"}
    for call in calls.values():
        limit.begin(call)
    limit.end(calls["b"])
    limit.begin(done.set)
    async with asyncio.timeout(5):
        await done.wait()

    assert ["a", "c"] == expired


async def test_a_call_that_ended_never_expires_and_ending_twice_is_fine() -> None:
    limit = TimeLimit(0.01)
    expired: list[str] = []
    call = partial(expired.append, "a")
    limit.begin(call)
    limit.end(call)
    limit.end(call)
    done = asyncio.Event()
    limit.begin(done.set)
    async with asyncio.timeout(5):
        await done.wait()

    assert [] == expired


async def test_nobody_expires_before_the_time() -> None:
    limit = TimeLimit(0.05)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[float] = loop.create_future()
    began = loop.time()
    limit.begin(lambda: None)
    await asyncio.sleep(0.02)
    second = loop.time()
    limit.begin(lambda: done.set_result(loop.time()))
    async with asyncio.timeout(5):
        at = await done

    assert at - second >= 0.05
    assert at - began >= 0.07

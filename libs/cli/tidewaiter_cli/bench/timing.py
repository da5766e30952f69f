"""Clocks around calls: one after the other in turn, many at once, round after round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


async def in_turn(calls: Mapping[str, Callable[[int], Awaitable[object]]], *, count: int) -> dict[str, list[float]]:
    """The seconds that each call took, each made `count` times, A B A B: what disturbs one disturbs the other."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(count):
        for name, call in calls.items():
            started = time.perf_counter()
            await call(number)
            seconds[name].append(time.perf_counter() - started)
    return seconds


async def at_once(call: Callable[[Q], Awaitable[A]], requests: Sequence[Q], *, callers: int) -> tuple[float, list[A]]:
    """Makes a call for each request, so many at once, and answers the seconds all took, and their answers."""
    answers: list[A] = []
    waiting = iter(requests)

    async def caller() -> None:
        # One loop, and no await between two steps of the iterator: each request is taken once.
        for request in waiting:
            answers.append(await call(request))

    started = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller())
    except BaseExceptionGroup as failed:
        # One failed and ended the others; what it was is what matters.
        raise failed.exceptions[0] from None
    return time.perf_counter() - started, answers


def rounds(count: int, runs: Mapping[str, Callable[[int], float]]) -> dict[str, list[float]]:
    """What each run answers in each round, in turn: A B A B."""
    answers: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(count):
        for name, run in runs.items():
            answers[name].append(run(number))
    return answers

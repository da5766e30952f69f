"""The watch of one filer: asked for one at a time, let go of at once, and silent about what peers say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from tidewaiter_chassis.failures import Failure, Kind, Violation, invalid
from tidewaiter_intake.model import Sighting
from tidewaiter_intake.stream import until_draining
from tidewaiter_intake.watch import Watch

from tests.suite import until


class Log:
    """A log without end, or one that fails after so many; counts what was asked of it."""

    def __init__(self, failure: Failure | None = None) -> None:
        self.told = 0
        self.closed = False
        self._failure = failure

    async def watch(self, originator_code: str, resume_token: str) -> AsyncGenerator[Sighting, None]:
        """Signs of life, one after another."""
        try:
            while self._failure is None or self.told < 2:
                self.told += 1
                yield Sighting(f"next.{self.told}")
            raise self._failure
        finally:
            self.closed = True


class Silence:
    """A log that says nothing, until it is let go of."""

    def __init__(self) -> None:
        self.closed = False

    async def watch(self, originator_code: str, resume_token: str) -> AsyncGenerator[Sighting, None]:
        """Nothing, for ever."""
        try:
            await asyncio.Event().wait()
            yield Sighting("")
        finally:
            self.closed = True


async def test_a_reader_that_takes_nothing_more_costs_one_sighting() -> None:
    log = Log()
    async with aclosing(Watch(log).decisions("CARR01", "")) as told:
        for _ in range(3):
            await anext(told)
        assert 3 == log.told

    assert log.closed


async def test_a_caller_that_goes_while_nothing_comes_lets_go_of_the_log() -> None:
    log = Silence()
    sightings = until_draining(Watch(log).decisions("CARR01", ""), asyncio.Event())
    waiting = asyncio.ensure_future(anext(sightings))
    await asyncio.sleep(0)

    waiting.cancel()

    await until(lambda: log.closed)


async def test_draining_ends_a_watch_that_waits_and_lets_go_of_the_log() -> None:
    log, draining = Silence(), asyncio.Event()
    sightings = until_draining(Watch(log).decisions("CARR01", ""), draining)
    waiting = asyncio.ensure_future(anext(sightings))
    await asyncio.sleep(0)

    draining.set()

    with pytest.raises(Failure, match="DRAINING"):
        await waiting
    await until(lambda: log.closed)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (invalid(Violation("resume_token", "RESUME_TOKEN_UNKNOWN", "audit's own words")), "RESUME_TOKEN_UNKNOWN"),
        (Failure(kind=Kind.PEER, reason="AUDIT_DID_NOT_ANSWER", detail="audit's own words"), "AUDIT_DID_NOT_ANSWER"),
        (Failure(kind=Kind.CORRUPT, reason="LOG_HALTED", detail="audit's own words"), "AUDIT_DID_NOT_ANSWER"),
    ],
    ids=["token", "silent", "halted"],
)
async def test_what_was_told_stands_and_the_peers_words_stay_with_us(theirs: Failure, ours: str) -> None:
    told = Watch(Log(theirs)).decisions("CARR01", "")
    assert ["next.1", "next.2"] == [(await anext(told)).resume_token for _ in range(2)]

    with pytest.raises(Failure) as failed:
        await anext(told)

    assert ours == failed.value.reason
    assert "own words" not in failed.value.detail

"""A history that fails or is late costs points and never an answer; what it kept is found again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.history.record import Rows
from tidewaiter_risk.model import Past
from tidewaiter_risk.observe import Arrival, Observer

from tests.risk_examples import SCORECARD, shipment
from tests.risk_history import DANA, opened, pasts, sighting


def observer_of(history: Any, *, seconds_max: float = 5) -> Observer:
    return Observer(
        history=history,
        scorecard=SCORECARD,
        clock=FixedClock(datetime(2025, 3, 1, tzinfo=UTC)),
        seconds_max=seconds_max,
        log=structlog.get_logger(),
    )


ARRIVAL = Arrival(shipment(), DANA, what_if=False)


@pytest.mark.parametrize(("hook", "kept"), [("before_commit", 0), ("after_commit", 1)])
async def test_a_commit_that_fails_gives_no_past_and_a_repeat_finds_what_was_kept(
    tmp_path: Path, hook: str, kept: int
) -> None:
    armed = False

    def fail() -> None:
        if armed:
            raise OSError("the disk is gone")

    async with opened("sqlite", tmp_path, **{hook: fail}) as history:
        armed = True
        with structlog.testing.capture_logs() as events:
            assert [None] == await observer_of(history).pasts([ARRIVAL])
        assert history.is_lost
        armed = False
    assert ["store lost", "history did not answer"] == [event["event"] for event in events]
    async with opened("sqlite", tmp_path) as again:
        (past,) = await pasts(again, sighting("z", what_if=True))
        assert kept == past.received.count
        assert [Past(order_by="seller and consignee")] == await observer_of(again).pasts([ARRIVAL])


class Stuck:
    """A history that answers when it is let."""

    secret = b"k" * 32

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.done = asyncio.Event()

    async def change(self, work: Callable[[Rows], Any]) -> Any:
        await self.let.wait()
        self.done.set()
        return [Past()]


async def test_a_history_that_is_late_gives_no_past_and_goes_on_recording() -> None:
    stuck = Stuck()
    with structlog.testing.capture_logs() as events:
        assert [None] == await observer_of(stuck, seconds_max=0.01).pasts([ARRIVAL])
    stuck.let.set()
    await asyncio.wait_for(stuck.done.wait(), 5)

    assert [("history did not answer", "TimeoutError", 1)] == [
        (event["event"], event["error"], event["shipments"]) for event in events
    ]


async def test_a_row_that_cannot_be_read_is_told_and_never_taken_for_nothing(tmp_path: Path) -> None:
    async with opened("sqlite", tmp_path) as history:
        await pasts(history, sighting("a"))
        await history.change(lambda rows: rows._connection.execute("UPDATE trail SET entries = x'00'"))  # type: ignore[attr-defined]
        with pytest.raises(Failure, match="HISTORY_UNREADABLE"):
            await pasts(history, sighting("b"))
        assert [None] == await observer_of(history).pasts([ARRIVAL])


async def test_nothing_to_look_up_asks_nobody() -> None:
    assert [] == await observer_of(Stuck()).pasts([])

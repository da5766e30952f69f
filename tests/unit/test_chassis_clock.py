"""The clock that stands still until told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tidewaiter_chassis.clock import FixedClock

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_it_stands_still() -> None:
    clock = FixedClock(NOON)

    assert NOON == clock.now()
    assert NOON == clock.now()


@pytest.mark.parametrize("step", [1.5, timedelta(milliseconds=1500)])
def test_it_advances_by_seconds_or_a_timedelta(step: float | timedelta) -> None:
    clock = FixedClock(NOON)

    clock.advance(step)

    assert NOON + timedelta(seconds=1.5) == clock.now()
    assert 1_772_366_401_623_456_000 == clock.ns()


def test_it_answers_in_utc_whatever_the_zone_it_was_started_in() -> None:
    clock = FixedClock(NOON.astimezone(timezone(timedelta(hours=-5))))

    assert NOON == clock.now()
    assert UTC is clock.now().tzinfo


def test_it_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        FixedClock(NOON).advance(-0.001)


def test_it_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point

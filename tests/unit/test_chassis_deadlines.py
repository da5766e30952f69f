"""The time that is left, and how it shrinks from hop to hop."""

from __future__ import annotations

import asyncio
import math

import pytest
from tidewaiter_chassis.deadlines import USEFUL_SECONDS_MIN, shrink, time_left_seconds, with_deadline
from tidewaiter_chassis.failures import Failure, Kind


class StoppedWatch:
    """A monotonic clock that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> StoppedWatch:
    return StoppedWatch()


def test_outside_any_deadline_there_is_all_the_time_in_the_world() -> None:
    assert math.inf == time_left_seconds()
    assert math.inf == shrink(1.0)


def test_the_time_left_runs_down_and_below_nothing(watch: StoppedWatch) -> None:
    with with_deadline(2.0, monotonic=watch):
        assert 2.0 == time_left_seconds()
        watch.seconds += 1.5
        assert 0.5 == time_left_seconds()
        watch.seconds += 1.0
        assert time_left_seconds() == -0.5


def test_an_inner_deadline_shortens_and_never_lengthens(watch: StoppedWatch) -> None:
    with with_deadline(2.0, monotonic=watch):
        with with_deadline(5.0, monotonic=watch):
            assert 2.0 == time_left_seconds()
        with with_deadline(math.inf, monotonic=watch):
            assert 2.0 == time_left_seconds()
        with with_deadline(0.5, monotonic=watch):
            assert 0.5 == time_left_seconds()
        assert 2.0 == time_left_seconds()


def test_after_the_block_the_deadline_is_gone_also_when_it_failed(watch: StoppedWatch) -> None:
    with pytest.raises(RuntimeError), with_deadline(2.0, monotonic=watch):
        raise RuntimeError

    assert math.inf == time_left_seconds()


def test_each_hop_gets_less(watch: StoppedWatch) -> None:
    with with_deadline(2.0, monotonic=watch):
        assert 1.75 == shrink(0.25)
        with with_deadline(shrink(0.25), monotonic=watch):
            assert 1.5 == shrink(0.25)


@pytest.mark.parametrize(("spare", "enough"), [(-0.001, False), (0.0, True), (0.001, True)])
def test_a_hop_is_refused_when_what_is_left_is_of_no_use(watch: StoppedWatch, spare: float, enough: bool) -> None:
    # Sums of binary fractions only, so that the border is exact.
    with with_deadline(0.25 + 0.125 + spare, monotonic=watch):
        if enough:
            assert 0.125 <= shrink(0.25, useful_seconds_min=0.125)
            return
        with pytest.raises(Failure) as refused:
            shrink(0.25, useful_seconds_min=0.125)

    assert (Kind.LATE, "TOO_LITTLE_TIME_LEFT") == (refused.value.kind, refused.value.reason)
    assert {"time_left_seconds": "0.374", "needed_seconds": "0.375"} == refused.value.facts


def test_a_deadline_that_passed_is_told_as_nothing_left(watch: StoppedWatch) -> None:
    with with_deadline(1.0, monotonic=watch):
        watch.seconds += 3.0
        with pytest.raises(Failure) as refused:
            shrink(0.01)

    assert "0.000" == refused.value.facts["time_left_seconds"]


def test_a_deadline_needs_a_number() -> None:
    with pytest.raises(ValueError, match="number"), with_deadline(math.nan):
        pass


async def test_a_deadline_belongs_to_the_task_that_opened_it_and_its_children(watch: StoppedWatch) -> None:
    async def left() -> float:
        return time_left_seconds()

    unrelated = asyncio.create_task(left())
    with with_deadline(2.0, monotonic=watch):
        child = asyncio.create_task(left())
        assert 2.0 == await child
    assert math.inf == await unrelated


def test_without_a_clock_of_the_test_it_takes_the_machines() -> None:
    with with_deadline(60.0):
        assert 59.0 < time_left_seconds() <= 60.0
        assert USEFUL_SECONDS_MIN < shrink(1.0) <= 59.0

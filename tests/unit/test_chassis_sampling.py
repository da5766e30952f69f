"""Which new traces are recorded."""

from __future__ import annotations

import random

import pytest
from tidewaiter_chassis.sampling import TraceSampler


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def chosen(sampler: TraceSampler, ids: int, *, seed: int = 7) -> int:
    bits = random.Random(seed)
    return sum(sampler.chooses(bits.getrandbits(128)) for _ in range(ids))


def test_without_a_limit_every_trace_is_recorded() -> None:
    assert 10_000 == chosen(TraceSampler(per_second=float("inf"), share_beyond=0), 10_000)


def test_up_to_the_rate_all_are_recorded_and_the_allowance_comes_back_with_time() -> None:
    hand = Hand()
    sampler = TraceSampler(per_second=100, share_beyond=0, monotonic=hand)

    assert 100 == chosen(sampler, 150)
    hand.seconds += 0.5
    assert 50 == chosen(sampler, 150)
    hand.seconds += 60
    assert 100 == chosen(sampler, 150)


def test_beyond_the_rate_a_share_is_recorded_and_the_same_ids_everywhere() -> None:
    hand = Hand()
    one, other = (TraceSampler(per_second=0, share_beyond=0.25, monotonic=hand) for _ in range(2))
    ids = [random.Random(3).getrandbits(128) + step for step in range(0, 2**60, 2**48)]

    assert [one.chooses(trace_id) for trace_id in ids] == [other.chooses(trace_id) for trace_id in ids]
    assert 2300 < chosen(one, 10_000) < 2700


@pytest.mark.parametrize(("share", "count"), [(0, 0), (1, 1000)])
def test_the_share_may_be_none_or_all(share: float, count: int) -> None:
    assert count == chosen(TraceSampler(per_second=0, share_beyond=share, monotonic=Hand()), 1000)


def test_a_rate_under_one_saves_up_for_a_whole_trace() -> None:
    hand = Hand()
    sampler = TraceSampler(per_second=0.5, share_beyond=0, monotonic=hand)

    assert 1 == chosen(sampler, 5)
    hand.seconds += 1.9
    assert 0 == chosen(sampler, 5)
    hand.seconds += 0.2
    assert 1 == chosen(sampler, 5)


@pytest.mark.parametrize(("rate", "share"), [(-1, 0), (float("nan"), 0), (1, -0.1), (1, 1.1), (1, float("nan"))])
def test_a_rate_or_share_out_of_range_is_refused(rate: float, share: float) -> None:
    with pytest.raises(ValueError, match=r"per second|share"):
        TraceSampler(per_second=rate, share_beyond=share)

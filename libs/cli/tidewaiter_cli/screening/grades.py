"""How well scores tell what is the same from what is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

_BOUND_STEP: Final = 1e-6
_BOUND_DOUBT: Final = 0.05


class Graded(NamedTuple):
    """A score, and whether it should be high."""

    score: float
    same: bool


def auc(graded: Sequence[Graded]) -> float:
    """The share of pairs of one that is the same and one that is not in which the former scores higher; ties half.

    ValueError without either.
    """
    ordered = sorted(graded, key=lambda one: one.score)
    same = sum(one.same for one in ordered)
    other = len(ordered) - same
    if not same or not other:
        raise ValueError("an area needs some that are the same and some that are not")
    ranks = 0.0
    place = 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end].score == ordered[place].score:
            end += 1
        ranks += (place + 1 + end) / 2 * sum(one.same for one in ordered[place:end])
        place = end
    return (ranks - same * (same + 1) / 2) / (same * other)


def precision(graded: Sequence[Graded], threshold: float) -> float:
    """The share that is the same of what is called the same, which is everything from the threshold on."""
    called = [one.same for one in graded if one.score >= threshold]
    return sum(called) / len(called) if called else 0.0


def recall(graded: Sequence[Graded], threshold: float) -> float:
    """The share that is called the same of what is the same."""
    same = [one.score >= threshold for one in graded if one.same]
    return sum(same) / len(same) if same else 0.0


def f1(graded: Sequence[Graded], threshold: float) -> float:
    """The harmonic mean of precision and recall when everything from the threshold on is called the same."""
    called = sum(one.score >= threshold for one in graded)
    right = sum(one.score >= threshold and one.same for one in graded)
    return 2 * right / (called + sum(one.same for one in graded)) if right else 0.0


def best_f1(graded: Sequence[Graded]) -> tuple[float, float]:
    """The best F1 there is, and the threshold that gives it: what a scorer could do that knew the answers."""
    return max(((f1(graded, score), score) for score in {one.score for one in graded}), default=(0.0, 0.0))


def share_at_least(found: int, tried: int) -> float:
    """The least share that is compatible with finding so many: the exact bound that holds 95 times of 100.

    Clopper and Pearson, Biometrika 26 (1934), one-sided. 0 of none.
    """
    low, high = 0.0, found / tried if tried else 0.0
    while high - low > _BOUND_STEP:
        middle = (low + high) / 2
        low, high = (middle, high) if _at_least(found, tried, middle) < _BOUND_DOUBT else (low, middle)
    return low


def _at_least(found: int, tried: int, share: float) -> float:
    """How likely so many or more are found when each is with this share."""
    return math.fsum(
        math.exp(
            math.lgamma(tried + 1)
            - math.lgamma(number + 1)
            - math.lgamma(tried - number + 1)
            + number * math.log(share)
            + (tried - number) * math.log1p(-share)
        )
        for number in range(found, tried + 1)
    )


def threshold_for(scores: Sequence[float], share: float) -> float:
    """The least threshold that at most this share of the scores reaches."""
    allowed = int(share * len(scores))
    ordered = sorted(scores, reverse=True)
    if allowed >= len(ordered):
        return 0.0
    return ordered[allowed] + 1e-9

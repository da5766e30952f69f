"""How well scores tell what is the same from what is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


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


def f1(graded: Sequence[Graded], threshold: float) -> float:
    """The harmonic mean of precision and recall when everything from the threshold on is called the same."""
    called = sum(one.score >= threshold for one in graded)
    right = sum(one.score >= threshold and one.same for one in graded)
    return 2 * right / (called + sum(one.same for one in graded)) if right else 0.0


def best_f1(graded: Sequence[Graded]) -> tuple[float, float]:
    """The best F1 there is, and the threshold that gives it: what a scorer could do that knew the answers."""
    return max(((f1(graded, score), score) for score in {one.score for one in graded}), default=(0.0, 0.0))


def threshold_for(scores: Sequence[float], share: float) -> float:
    """The least threshold that at most this share of the scores reaches."""
    allowed = int(share * len(scores))
    ordered = sorted(scores, reverse=True)
    if allowed >= len(ordered):
        return 0.0
    return ordered[allowed] + 1e-9

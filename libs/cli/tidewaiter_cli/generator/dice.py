"""Chance that is the same for ever: one seed, one sequence, on any Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from one seed.

    Everything is made from `random.random`, the one method whose sequence Python promises never to change.
    """

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed).random

    def chance(self, share: float) -> bool:
        """True for this share of the draws."""
        return self._draw() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int(self._draw() * (high - low + 1))

    def low_between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high` that is mostly low, as prices are."""
        return low + int(self._draw() * self._draw() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of several, each as likely."""
        return choices[int(self._draw() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of several, by their weights."""
        left = self._draw() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        return choices[-1][0]

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(str(int(self._draw() * 10)) for _ in range(count))

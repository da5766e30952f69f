"""The smallest change that leads to other advice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tidewaiter_risk.model import Action, Counterfactual
from tidewaiter_risk.scorecard.policy import Steps

_CACHED_MAX = 4_096


class Part(NamedTuple):
    """What one contribution brought: its points, and what it advises at least. `mendable`: by the filer."""

    signal: str
    points: int
    floor: Action
    mendable: bool


@lru_cache(_CACHED_MAX)
def advice(parts: tuple[Part, ...], steps: Steps) -> tuple[Action, Counterfactual | None]:
    """What is advised, and the smallest change that leads to other advice; the same few parts come again and again."""
    return advised(parts, steps), counterfactual(parts, steps)


def counterfactual(parts: tuple[Part, ...], steps: Steps) -> Counterfactual | None:
    """For advice graver than NONE, the fewest signals without which it would be less grave, and what it would be then.

    For NONE, how many points more would change it. None when nothing was seen, or no threshold stands above.
    Of signals with equal points the filer's own to mend go first, then the earlier.
    """
    score = sum(part.points for part in parts)
    action = advised(parts, steps)
    if action is Action.NONE:
        return _upwards(score, steps) if score else None
    gone = [part for part in parts if part.floor >= action]
    rest = [part for part in parts if part.floor < action]
    rest.sort(key=lambda part: (-part.points, not part.mendable))
    while rest and advised(rest, steps) >= action:
        gone.append(rest.pop(0))
    left = sum(part.points for part in rest)
    instead = advised(rest, steps)
    names = tuple(part.signal for part in gone)
    mendable = ", ".join(part.signal for part in gone if part.mendable)
    mend = f" The filer can mend {mendable}." if mendable else ""
    detail = f"Without {' and '.join(names)} the score would be {left}, and the advice {instead.name}.{mend}"
    return Counterfactual(action=instead, score=left, signals=names, detail=detail)


def advised(parts: Sequence[Part], steps: Steps) -> Action:
    """What is advised: by the score or by the floor of any part, whichever is graver."""
    floor = max((part.floor for part in parts), default=Action.NONE)
    return max(floor, steps.action_at(sum(part.points for part in parts)))


def _upwards(score: int, steps: Steps) -> Counterfactual | None:
    above = steps.next_above(score)
    if above is None:
        return None
    least, action = above
    detail = f"With {least - score} points more, {least} instead of {score}, the advice would be {action.name}."
    return Counterfactual(action=action, score=least, signals=(), detail=detail)

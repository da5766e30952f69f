"""Which rows of a scorecard hold for a shipment: by the day of its arrival, how it comes and who filed it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from tidewaiter_risk.model import Action, FilerType, Mode
from tidewaiter_risk.scorecard.rules import Scorecard, SignalRule, Span, Threshold


class Steps(NamedTuple):
    """From which score on each action is advised, the gravest first."""

    steps: tuple[tuple[int, Action], ...]

    def action_at(self, score: int) -> Action:
        """What is advised at this score alone, before any signal's floor."""
        for least, action in self.steps:
            if score >= least:
                return action
        return Action.NONE

    def next_above(self, score: int) -> tuple[int, Action] | None:
        """The nearest higher score at which something graver is advised, and what; None when nothing is graver."""
        action = self.action_at(score)
        return min(((least, graver) for least, graver in self.steps if graver > action), default=None)

    def least_for(self, action: Action) -> int | None:
        """From which score on this, or something graver, is advised; None when none is."""
        return min((least for least, graver in self.steps if graver >= action), default=None)


class Policies:
    """The rows that hold, by period of arrival. A period lies between two days on which any row begins or ends."""

    def __init__(self, scorecard: Scorecard) -> None:
        self._signals = scorecard.signals
        self._thresholds = scorecard.thresholds
        spans = [*(rule.span for rule in scorecard.signals), *(step.span for step in scorecard.thresholds)]
        self._borders = sorted({day for span in spans for day in (span.from_day, span.to_day) if day is not None})

    @property
    def days(self) -> list[int | None]:
        """One arrival in each period, the open one for shipments without an arrival included."""
        first = [self._borders[0] - 1] if self._borders else [0]
        return [*first, *self._borders, None]

    def period(self, day: int | None) -> int:
        """The period of an arrival; -1 for that of shipments without one."""
        return -1 if day is None else bisect_right(self._borders, day)

    def rules_on(self, day: int | None) -> tuple[SignalRule, ...]:
        """How each signal counts for an arrival on that day."""
        return tuple(rule for rule in self._signals if rule.span.holds_on(day))

    def steps(self, day: int | None, mode: Mode, filer_types: Iterable[FilerType]) -> Steps:
        """The thresholds of a shipment: of the rows that fit the lowest score for each action."""
        least: dict[Action, int] = {}
        filers = frozenset(filer_types)
        for row in self._thresholds:
            if row.span.holds_on(day) and _fits(row, mode, filers):
                least[row.action] = min(row.score, least.get(row.action, row.score))
        return Steps(tuple((least[action], action) for action in sorted(least, reverse=True)))


def _fits(row: Threshold, mode: Mode, filer_types: frozenset[FilerType]) -> bool:
    return (not row.modes or mode in row.modes) and (not row.filer_types or not row.filer_types.isdisjoint(filer_types))


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a day."""
    starts_before = one.from_day is None or other.to_day is None or one.from_day < other.to_day
    ends_after = one.to_day is None or other.from_day is None or other.from_day < one.to_day
    return starts_before and ends_after

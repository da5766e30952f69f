"""Rows that never overlap, found by day: the work grows with the logarithm of their number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Generic, Protocol, TypeVar


class OnDays(Protocol):
    """What holds on the days [first_day, end_day); `end_day` None is open-ended."""

    @property
    def first_day(self) -> date:
        """The first day."""
        ...

    @property
    def end_day(self) -> date | None:
        """The first day no more."""
        ...


R = TypeVar("R", bound=OnDays)


class Dated(Generic[R]):
    """The rows of one kind and key, each on its days."""

    __slots__ = ("_rows", "_starts")

    def __init__(self, rows: Iterable[R] = ()) -> None:
        starts: list[date] = []
        found: list[R | None] = [None]
        for row in sorted(rows, key=lambda row: row.first_day):
            if starts and starts[-1] == row.first_day:
                found.pop()
                starts.pop()
            starts.append(row.first_day)
            found.append(row)
            if row.end_day is not None:
                starts.append(row.end_day)
                found.append(None)
        self._starts: Sequence[date] = starts
        self._rows: Sequence[R | None] = found

    def at(self, day: date) -> R | None:
        """The row in force on that day of its clock; None when there is none."""
        return self._rows[bisect_right(self._starts, day)]

    def over(self, beneath: Dated[R]) -> Dated[R]:
        """These rows on their days, and those `beneath` on all others."""
        both: Dated[R] = Dated()
        starts = sorted({*self._starts, *beneath._starts})
        both._starts = starts
        both._rows = [None, *(self.at(day) or beneath.at(day) for day in starts)]
        return both

"""The days on which parcels arrive: before, on and after each change of the law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from tidewaiter_cli.generator.dice import Dice

CHANGES: Final = tuple(
    map(
        date.fromisoformat,
        ("2025-05-02", "2025-08-29", "2026-02-24", "2026-06-24", "2026-07-24", "2026-09-22", "2026-10-22"),
    )
)
"""First days on which something is otherwise: China and Hong Kong closed, all closed, continued, closed by
regulation, the postal worksheet, type 13, the worksheet narrowed."""

_FIRST: Final = date(2025, 1, 6)
_LAST: Final = date(2026, 11, 20)
_OPEN_UNTIL: Final = date(2025, 8, 28)


def arrival_day(dice: Dice) -> date:
    """Mostly a day on which the exemption was open to somebody, often the eve or the first day of a change."""
    kind = dice.weighted((("open", 60), ("edge", 25), ("later", 15)))
    if kind == "open":
        return open_day(dice)
    if kind == "edge":
        return dice.pick(CHANGES) + timedelta(days=dice.between(-1, 1))
    return _between(dice, _OPEN_UNTIL, _LAST)


def open_day(dice: Dice) -> date:
    """A day on which the exemption was open, to all but China and Hong Kong at least."""
    return _between(dice, _FIRST, _OPEN_UNTIL)


def arrival_time(dice: Dice, day: date) -> str:
    """An instant of that day in every zone from New York to Honolulu, RFC 3339."""
    instant = datetime(day.year, day.month, day.day, dice.between(12, 21), dice.between(0, 59), tzinfo=UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _between(dice: Dice, first: date, last: date) -> date:
    return first + timedelta(days=dice.between(0, (last - first).days))

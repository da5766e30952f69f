"""What an answer is computed from, all of it of one moment: a call takes it once and keeps to it to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tidewaiter_risk.assess import Assessor
from tidewaiter_risk.lists.lookup import ListSet


class InUse(NamedTuple):
    """A set of lists, and those who score by it: the live scorecard's assessor and the shadows'."""

    lists: ListSet
    assessor: Assessor
    shadows: tuple[Assessor, ...]


class Now:
    """Holds what is in use now. Replaced as a whole, in the event loop: nobody ever sees parts of two."""

    def __init__(self, lists: ListSet, make: Callable[[ListSet], InUse]) -> None:
        self._make = make
        self.in_use = make(lists)

    def take(self, lists: ListSet) -> None:
        """From here on, calls that begin use these lists."""
        self.in_use = self._make(lists)

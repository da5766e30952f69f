"""What would change a verdict: the least change of the value, the day or the mode that turns it, all else the same.

Every candidate is answered by the very code that answers the question itself, its person-day included; nothing is
reasoned from the rules a second time. Values are tried on both sides of every amount that the law names, and between
the nearest two that differ the turn is bisected to the cent. Days are tried on both sides of every day on which the
law changes, and for a week around the day itself, where another person-day may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Finding, Mode, Shipment, Verdict

VALUE_MINOR_MAX = 1_000_000_000
"""No single amount of a filing is over ten million dollars."""
DAYS_AROUND = 7
DAY_MIN, DAY_MAX = date(1994, 1, 1), date(2099, 12, 31)

Check = Callable[[Sequence[Shipment]], list[Finding]]


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """One change that turns the verdict: to a value in cents, a local day, a mode, or to no gift; and what is found."""

    value_minor: int | None = None
    day: date | None = None
    mode: Mode | None = None
    is_undeclared: bool = False
    finding: Finding


def what_would_change(shipment: Shipment, finding: Finding, *, check: Check, law: Law) -> list[Change]:
    """At most one change of each kind; none when no input of theirs is known or the answer is unknown.

    `check` answers any shipment as it answered this one with `finding`.
    """
    if finding.verdict is Verdict.UNKNOWN:
        return []
    turn = _Turn(shipment, finding, check, law)
    return [
        change
        for change in (turn.by_value(), turn.by_day(), turn.by_mode(), turn.by_declaration())
        if change is not None
    ]


class _Turn:
    def __init__(self, shipment: Shipment, finding: Finding, check: Check, law: Law) -> None:
        self._shipment = shipment
        self._finding = finding
        self._check = check
        self._law = law

    def by_value(self) -> Change | None:
        value = self._finding.value_minor
        if value is None:
            return None
        tried = sorted({0, VALUE_MINOR_MAX, value, *self._amounts()})
        worth = dict(zip(tried, self._check([self._of_worth(each) for each in tried]), strict=True))
        found = [self._nearest(side, worth) for side in (tried[tried.index(value) :: -1], tried[tried.index(value) :])]
        turned = [each for each in found if each is not None]
        if not turned:
            return None
        nearest = min(turned, key=lambda each: (abs(each - value), each))
        return Change(value_minor=nearest, finding=self._check([self._of_worth(nearest)])[0])

    def _nearest(self, side: Sequence[int], worth: dict[int, Finding]) -> int | None:
        """The value nearest to the first of `side`, which leads away from it, at which the verdict is another."""
        for same, other in pairwise(side):
            if self._turns(worth[other]):
                return self._between(same, other)
        return None

    def _between(self, same: int, other: int) -> int:
        while abs(other - same) > 1:
            middle = (same + other) // 2
            if self._turns(self._check([self._of_worth(middle)])[0]):
                other = middle
            else:
                same = middle
        return other

    def _amounts(self) -> set[int]:
        rows = self._law.rows
        named = {row.limit_minor for row in rows.limits}
        named |= {row.free_minor for row in rows.exclusions if row.free_minor is not None}
        return {amount + more for amount in named for more in (0, 1)}

    def by_day(self) -> Change | None:
        if not self._finding.local_day:
            return None
        today = date.fromisoformat(self._finding.local_day)
        near = {today + timedelta(days=days) for days in range(-DAYS_AROUND, DAYS_AROUND + 1)}
        edges = {edge + timedelta(days=days) for edge in self._law.edges() for days in (-1, 0)}
        days = sorted(
            (day for day in near | edges if DAY_MIN <= day <= DAY_MAX and day != today),
            key=lambda day: (abs(day - today), day),
        )
        findings = self._check([replace(self._shipment, as_of=day) for day in days])
        turned = ((day, found) for day, found in zip(days, findings, strict=True) if self._turns(found))
        return next((Change(day=day, finding=found) for day, found in turned), None)

    def by_mode(self) -> Change | None:
        modes = [mode for mode in Mode if mode is not self._shipment.mode]
        findings = self._check([replace(self._shipment, mode=mode) for mode in modes])
        turned = ((mode, found) for mode, found in zip(modes, findings, strict=True) if self._turns(found))
        return next((Change(mode=mode, finding=found) for mode, found in turned), None)

    def by_declaration(self) -> Change | None:
        """Only from a gift to none: nobody is led to declare one that is not."""
        if not self._shipment.gift:
            return None
        (found,) = self._check([replace(self._shipment, gift=False)])
        return Change(is_undeclared=True, finding=found) if self._turns(found) else None

    def _of_worth(self, value_minor: int) -> Shipment:
        return replace(self._shipment, worth_minor=value_minor)

    def _turns(self, finding: Finding) -> bool:
        return finding.verdict not in (self._finding.verdict, Verdict.UNKNOWN)

"""Who was last told something else than what holds now, on the person-days that a change of the ledger touched.

They are named in the answers until each is determined again. The days that a shipment left are remembered for as
long as others there are still to be told: the answer that names them may be lost, and nobody else might ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidewaiter_eligibility.ledger import NOTHING, LedgerChange, Total, shipment_of
from tidewaiter_eligibility.model import DayKey, Turned, Verdict
from tidewaiter_eligibility.tell import verdict_of_day

TURNED_IN_ANSWER_MAX = 500
"""How many turned shipments one answer names; the rest is named in the answers to those."""
TURNED_IN_BATCH_MAX = 20_000
"""How many one batch names over all its answers, so that the response stays under a megabyte."""


class Turning:
    """Names the turned of one change, after all it claims and tells is written."""

    def __init__(self, change: LedgerChange, totals: Mapping[DayKey, Total], *, answers: int) -> None:
        self._change = change
        self._totals = totals
        self._in_answer_max = max(1, min(TURNED_IN_ANSWER_MAX, TURNED_IN_BATCH_MAX // max(1, answers)))
        self._turned: dict[DayKey, list[Turned]] = {}

    def none_on(self, key: DayKey) -> None:
        """Spare the question: all that count on that person-day are told by this change."""
        self._turned.setdefault(key, [])

    def on(self, key: DayKey) -> list[Turned]:
        """The turned of a person-day: those it counts whose verdict differs from the one they were told.

        Who holds more than it claims is weighed by its claim and may pass a day that others do not; when that is
        what it was told it has not turned, and when it was told that it does not it is named once it is confirmed.
        """
        if key not in self._turned:
            total = self._totals.get(key, NOTHING)
            room_minor = total.limit_minor - total.total_minor
            if total.is_marginal and room_minor >= 0:
                self._turned[key] = self._change.waiting(key, minor_max=room_minor, at_most=self._in_answer_max + 1)
                return self._turned[key]
            verdict = verdict_of_day(total_minor=total.total_minor, limit_minor=total.limit_minor)
            self._turned[key] = self._change.told_otherwise(
                key,
                verdict,
                at_most=self._in_answer_max + 1,
                beyond_minor=-room_minor if total.holding and verdict is Verdict.NOT_ELIGIBLE else None,
            )
        return self._turned[key]

    def but(self, key: DayKey, shipment_id: str) -> list[Turned]:
        """The turned of a person-day without one shipment."""
        return [turned for turned in self.on(key) if turned.shipment_id != shipment_id]

    def still_left(
        self, shipment_id: str, *, own: DayKey | None, known: Sequence[DayKey], left: Sequence[DayKey]
    ) -> list[DayKey]:
        """The days this shipment left, `known` or just now, on which others are to be told; only these are kept."""
        days = list(dict.fromkeys((*known, *left)))
        still = [key for key in days if key != own and self.but(key, shipment_id)]
        for key in days:
            if key in still and key not in known:
                self._change.put_left(shipment_id, key)
            elif key in known and key not in still:
                self._change.forget_left(shipment_id, key)
        return still

    def bounded(self, named: Sequence[Sequence[Turned]]) -> tuple[Turned, ...]:
        """The turned of several days and orders as one answer names them, once: some of each, within its bound."""
        some = [of_day for of_day in named if of_day]
        each_max = max(1, self._in_answer_max // max(1, len(some)))
        named_once = {shipment_of(turned.shipment_id): turned for of_day in some for turned in of_day[:each_max]}
        return tuple([Turned(shipment_id=name, revision=turned.revision) for name, turned in named_once.items()])

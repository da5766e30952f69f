"""MergePersons: an operator rules that several parties are one person, on every day that is or will be on the ledger.

One change of the ledger: record the ruling, make their person-days one wherever any of them claims, and name those
whose verdict turned. Only the keys that are named are joined: where a party claims, all that its links lead to is one
with it already, and where it does not, nobody else is joined for a spelling that nobody filed.

Dies before the commit: nothing happened. Dies after: a repeat of the request changes nothing, and names those that are
still to be told.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_chassis.clock import Clock

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger, LedgerChange
from tidewaiter_eligibility.model import DayKey
from tidewaiter_eligibility.one_person import as_ruled, greatest, key_in, standing, unite
from tidewaiter_eligibility.person import person_key
from tidewaiter_eligibility.person_day import OnePerson, PersonDays
from tidewaiter_eligibility.persons import RulingKind
from tidewaiter_eligibility.rulings import Order, Place, Ruled, answer, places, record


class PersonMerger:
    """Merges persons on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger, clock: Clock) -> None:
        self._law = law
        self._ledger = ledger
        self._clock = clock
        self._days = PersonDays(ledger.secret)

    async def merge(self, order: Order) -> Ruled:
        """What the ruling did, once it is durable. The order has two parties or more, each with a whole key.

        Failure INVALID, REQUEST_REUSED, for the id of another ruling; BUSY or FULL as `Ledger.change`.
        """
        return await self._ledger.change(lambda change: self._merge(change, order))

    def _merge(self, change: LedgerChange, order: Order) -> Ruled:
        names = [self._days.anywhen(person_key(party).text) for party in order.parties]
        former = {each.group for each in change.ruled_as(names).values() if each.group}
        group = self._days.anywhen(f"group {order.request_id}")
        ruling, is_replayed = record(
            change,
            self._days,
            order,
            RulingKind.MERGE,
            group=group,
            at_ns=self._clock.ns(),
        )
        known = change.ruled_as(names)
        touched: set[DayKey] = set()
        for place in places(self._law, order.parties, change.local_days()):
            persons = [
                as_ruled(self._days, key_in(person), place.local_day, place.paragraph, known[name])
                for name, person in zip(names, place.persons, strict=True)
            ]
            if is_replayed:
                # Since then they may have been parted: only who stands where by now is asked.
                touched.update(*standing(change, persons))
            else:
                touched |= self._united(change, place, persons, former)
        return answer(change, ruling, touched, is_replayed=is_replayed)

    def _united(
        self, change: LedgerChange, place: Place, persons: Sequence[OnePerson], former: set[bytes]
    ) -> set[DayKey]:
        """The one person-day of all parties, and of those merged with any before, on one day; none when none claims."""
        met = [self._days.link(f"ruled|{group.hex()}", place.local_day, place.paragraph) for group in sorted(former)]
        first = persons[0]._replace(links=(*persons[0].links, *met))
        tops = {key for keys in standing(change, [first, *persons[1:]]) for key in keys}
        if not change.totals(tops):
            return set()
        led = change.lead(dict.fromkeys((*persons[0].links[-1:], *met), greatest(change.totals(tops), tops)))
        # A link leads to the person-day that was first met under it, which may stand for another by now.
        stand_for = change.aliases(led.values())
        return {unite(change, tops.union(stand_for.get(key, key) for key in led.values()))}

"""SplitPerson: an operator rules that a party is a person of its own, whatever its links, on every day on the ledger.

One change of the ledger: record the ruling, move the claims that bear the party's key to a person-day of its own, and
name those whose verdict turned. It undoes a merge and a link for that party; those that it joined stay one. Two who
bear one key cannot be told apart, and cannot be split. Crashes are as in `merge_persons`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter_chassis.clock import Clock

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger, LedgerChange
from tidewaiter_eligibility.model import DayKey
from tidewaiter_eligibility.one_person import MOVED_AT_ONCE, as_ruled, key_in, move, standing
from tidewaiter_eligibility.person import person_key
from tidewaiter_eligibility.person_day import PersonDays
from tidewaiter_eligibility.persons import RulingKind
from tidewaiter_eligibility.rulings import Order, Place, Ruled, answer, places, record


class PersonSplitter:
    """Splits persons on one ledger."""

    def __init__(self, *, law: Law, ledger: Ledger, clock: Clock) -> None:
        self._law = law
        self._ledger = ledger
        self._clock = clock
        self._days = PersonDays(ledger.secret)

    async def split(self, order: Order) -> Ruled:
        """What the ruling did, once it is durable. The order has one party, with a whole key.

        Failure INVALID, REQUEST_REUSED, for the id of another ruling; BUSY or FULL as `Ledger.change`.
        """
        return await self._ledger.change(lambda change: self._split(change, order))

    def _split(self, change: LedgerChange, order: Order) -> Ruled:
        (name,) = (self._days.anywhen(person_key(party).text) for party in order.parties)
        ruling, is_replayed = record(change, self._days, order, RulingKind.SPLIT, group=b"", at_ns=self._clock.ns())
        earlier = [0, *(number for number in change.splits(name) if number < ruling.number)]
        now = change.ruled_as([name])[name]
        touched: set[DayKey] = set()
        for place in places(self._law, order.parties, change.local_days()):
            source = self._source(change, place, earlier[-1])
            # Since a first answer it may have been merged: then nothing is parted, and only where it stands is asked.
            if not is_replayed:
                self._part(change, place, source, earlier, ruling.number)
            person = as_ruled(self._days, place.persons[0], place.local_day, place.paragraph, now)
            touched.update((source,), *standing(change, [person]))
        return answer(change, ruling, change.totals(touched), is_replayed=is_replayed)

    def _source(self, change: LedgerChange, place: Place, parted: int) -> DayKey:
        """The person-day that the party was counted under before, on one day."""
        own = self._days.parted(key_in(place.persons[0]), parted, place.local_day, place.paragraph)
        return change.aliases([own]).get(own, own)

    def _part(self, change: LedgerChange, place: Place, source: DayKey, earlier: Sequence[int], ruling: int) -> None:
        """Move what bears the party's key, or one that it had by an earlier split, to a person-day of its own."""
        key, on = key_in(place.persons[0]), (place.local_day, place.paragraph)
        target = self._days.parted(key, ruling, *on)
        for bears in [self._days.parted(key, number, *on) for number in earlier]:
            while ids := change.claimed_as(bears, under=source, at_most=MOVED_AT_ONCE):
                move(change, ids, source=source, target=target)

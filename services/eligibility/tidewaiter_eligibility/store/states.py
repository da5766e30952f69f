"""The ledger's state at one moment, now or in the past, read through one SQLite connection in one transaction."""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import apsw

from tidewaiter_eligibility.ledger import Count, CountedShipment, Total
from tidewaiter_eligibility.model import DayKey, Verdict
from tidewaiter_eligibility.store.persons import NOW, PersonRows

_TOTAL = """
SELECT number, since, total_minor, limit_minor, shipments, holding, marginal FROM person_day
WHERE local_day = ? AND person_day = ?
"""
_TOTAL_WAS = """
SELECT total_minor, limit_minor, shipments, holding, since FROM person_day_was
WHERE number = ? AND until > ? ORDER BY until LIMIT 1
"""
_DAYS = """
SELECT local_day, person_day FROM person_day WHERE (local_day, person_day) > (?1, ?2) AND local_day <= ?3
ORDER BY local_day, person_day LIMIT ?4
"""
_OF_DAY = """
SELECT shipment_id, revision, amount_minor FROM claim
WHERE person_day_number = ?1 AND told = ?5 AND shipment_id > ?2 AND since <= ?3 ORDER BY shipment_id LIMIT ?4
"""
_OF_DAY_WAS = """
SELECT shipment_id, revision, amount_minor FROM claim_was
WHERE person_day_number = ?1 AND shipment_id > ?2 AND until > ?3 AND since <= ?3 ORDER BY shipment_id LIMIT ?4
"""
_HELD_OF_DAY = """
SELECT shipment_id, 0, amount_minor FROM hold
WHERE person_day_number = ?1 AND shipment_id > ?2 AND since <= ?3 ORDER BY shipment_id, amount_minor LIMIT ?4
"""
_HELD_OF_DAY_WAS = """
SELECT shipment_id, 0, amount_minor FROM hold_was
WHERE person_day_number = ?1 AND shipment_id > ?2 AND until > ?3 AND since <= ?3 ORDER BY shipment_id LIMIT ?4
"""
_FIRST = """
SELECT shipment_id FROM claim WHERE person_day_number = ?1 AND told = 1
UNION ALL SELECT shipment_id FROM claim WHERE person_day_number = ?1 AND told = 2
ORDER BY 1 LIMIT ?2
"""
_COUNTED = """
SELECT shipment_id, local_day, person_day, amount_minor, 0 FROM claim JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?1)) AND claim.since <= ?2
UNION ALL
SELECT shipment_id, local_day, person_day, amount_minor, 1 FROM hold JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?1)) AND hold.since <= ?2
"""
_COUNTED_WAS = """
SELECT shipment_id, local_day, person_day, amount_minor, 0 FROM claim_was JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?1)) AND claim_was.since <= ?2 AND until > ?2
UNION ALL
SELECT shipment_id, local_day, person_day, amount_minor, 1 FROM hold_was JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?1)) AND hold_was.since <= ?2 AND until > ?2
"""
COUNTING = (Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE)
"""What a shipment that counts on a person-day can have been told."""


class StateRows(PersonRows):
    """The state at version `at`. See `ledger.LedgerState` for what each method promises.

    Who is one person with whom is what was known then. It remembers the numbers of the person-days it met, and
    is good for one transaction only.
    """

    def __init__(self, connection: apsw.Connection, *, at: int = NOW) -> None:
        super().__init__(connection)
        self._at = at
        self._numbers: dict[DayKey, int] = {}
        self._is_held_on: dict[DayKey, bool] = {}

    def totals(self, keys: Collection[DayKey]) -> dict[DayKey, Total]:
        """The totals of those person-days on which anything counts."""
        execute = self._connection.execute
        totals = {}
        for key in keys:
            for number, since, total_minor, limit_minor, shipments, holding, marginal in execute(
                _TOTAL, key_columns(key)
            ):
                self._numbers[key] = number
                if since > self._at:
                    total = self._total_was(number, is_marginal=marginal == 1)
                    if total is not None:
                        totals[key] = total
                elif shipments:
                    self._is_held_on[key] = holding > 0
                    totals[key] = Total(
                        total_minor=total_minor,
                        limit_minor=limit_minor,
                        shipments=shipments,
                        holding=holding,
                        is_marginal=marginal == 1,
                    )
        return totals

    def counted(self, shipment_ids: Sequence[str]) -> dict[str, dict[DayKey, Count]]:
        """What each of those shipments counts for, on each person-day."""
        found: dict[str, dict[DayKey, Count]] = {}
        asked = json.dumps(shipment_ids)
        queries = (_COUNTED,) if self._at == NOW else (_COUNTED, _COUNTED_WAS)
        for query in queries:
            for name, day, person_day, amount_minor, is_held in self._connection.execute(query, (asked, self._at)):
                days = found.setdefault(name, {})
                key = DayKey(day, person_day.hex())
                known = days.get(key, Count(0, False))
                days[key] = Count(max(known.amount_minor, amount_minor), known.is_held or bool(is_held))
        return found

    def first_ids(self, key: DayKey, *, at_most: int) -> tuple[str, ...]:
        """The first shipments that count on a person-day by id."""
        number = self.number(key)
        if number is None:
            return ()
        if self._at == NOW and not self._is_held_on.get(key, True):
            # Two ranges of one index, merged: nothing else counts there.
            return tuple([name for (name,) in self._connection.execute(_FIRST, (number, at_most))])
        return tuple([counted.shipment_id for counted in self.breakdown(key, after="", at_most=at_most)])

    def breakdown(self, key: DayKey, *, after: str, at_most: int) -> list[CountedShipment]:
        """The shipments of a person-day by id: short ranges of a few indexes, merged."""
        number = self.number(key)
        if number is None:
            return []
        # Of a shipment that holds several amounts each is a row: it has no more than it has claimed revisions.
        merged = heapq.merge(*self._ranges(number, after, at_most), key=lambda row: row[0])
        grouped = itertools.groupby(merged, key=lambda row: row[0])
        return [_counted(name, list(rows)) for name, rows in itertools.islice(grouped, at_most)]

    def days(self, *, after: DayKey, through: str, at_most: int) -> list[DayKey]:
        """The person-days after one, whether anything counts there or not, in order of day and id."""
        rows = self._connection.execute(_DAYS, (*key_columns(after), through, at_most))
        return [DayKey(local_day, person_day.hex()) for local_day, person_day in rows]

    def number(self, key: DayKey) -> int | None:
        """The number of a person-day, None when it was never met."""
        if key not in self._numbers:
            self.totals([key])
        return self._numbers.get(key)

    def _ranges(self, number: int, after: str, at_most: int) -> Iterator[Iterator[tuple[Any, ...]]]:
        execute, at = self._connection.execute, self._at
        for told in COUNTING:
            yield execute(_OF_DAY, (number, after, at, at_most, told))
        yield execute(_HELD_OF_DAY, (number, after, at, at_most))
        if at != NOW:
            yield execute(_OF_DAY_WAS, (number, after, at, at_most))
            yield execute(_HELD_OF_DAY_WAS, (number, after, at, at_most))

    def _total_was(self, number: int, *, is_marginal: bool) -> Total | None:
        """The total of a person-day at the version; how a broken day is read there is known as of now only."""
        for total_minor, limit_minor, shipments, holding, since in self._connection.execute(
            _TOTAL_WAS, (number, self._at)
        ):
            if since <= self._at and shipments:
                return Total(
                    total_minor=total_minor,
                    limit_minor=limit_minor,
                    shipments=shipments,
                    holding=holding,
                    is_marginal=is_marginal,
                )
        return None


def key_columns(key: DayKey) -> tuple[str, bytes]:
    """A person-day as its two columns."""
    return key.local_day, bytes.fromhex(key.person_day)


def _counted(shipment_id: str, rows: list[tuple[Any, ...]]) -> CountedShipment:
    return CountedShipment(
        shipment_id=shipment_id,
        revision=max(revision for _, revision, _ in rows),
        amount_minor=max(amount_minor for _, _, amount_minor in rows),
    )

"""The ledger's tables, read and written through one SQLite connection inside one transaction."""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import apsw

from tidewaiter_eligibility.ledger import Claim, Hold, Total
from tidewaiter_eligibility.model import DayKey, Turned, Verdict
from tidewaiter_eligibility.store.packing import pack, unpack

_CLAIMS = """
SELECT shipment_id, revision, person_day_number, local_day, person_day, amount_minor, told, judgement
FROM claim LEFT JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?))
"""
_LEFT = """
SELECT shipment_id, local_day, person_day
FROM left_day WHERE shipment_id IN (SELECT value FROM json_each(?))
ORDER BY shipment_id, local_day, person_day
"""
_HOLDS = """
SELECT shipment_id, number, local_day, person_day, amount_minor, until_revision
FROM hold JOIN person_day ON number = person_day_number
WHERE shipment_id IN (SELECT value FROM json_each(?))
ORDER BY shipment_id, until_revision, number
"""
_TOTAL = """
SELECT number, total_minor, limit_minor, shipments, holding FROM person_day WHERE local_day = ? AND person_day = ?
"""
_FIRST_HOLDING = "SELECT DISTINCT shipment_id FROM hold WHERE person_day_number = ? ORDER BY shipment_id LIMIT ?"
_FIRST_NOT_HOLDING = """
SELECT shipment_id, revision FROM claim
WHERE person_day_number = ?1 AND told = ?2 AND NOT EXISTS (
    SELECT 1 FROM hold
    WHERE hold.person_day_number = ?1 AND hold.shipment_id = claim.shipment_id
        AND hold.amount_minor - claim.amount_minor >= ?4
) ORDER BY shipment_id LIMIT ?3
"""
_FIRST = """
SELECT shipment_id, revision FROM claim
WHERE person_day_number = ? AND told = ? ORDER BY shipment_id LIMIT ?
"""
_PUT_CLAIM = """
INSERT INTO claim (shipment_id, revision, person_day_number, amount_minor, told, judgement) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (shipment_id) DO UPDATE SET
    revision = excluded.revision, person_day_number = excluded.person_day_number,
    amount_minor = excluded.amount_minor, told = excluded.told, judgement = excluded.judgement
"""
_INSERT_TOTAL = """
INSERT INTO person_day (number, local_day, person_day, total_minor, limit_minor, shipments, holding)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE_TOTAL = """
UPDATE person_day SET total_minor = ?, limit_minor = ?, shipments = ?, holding = ? WHERE number = ?
"""
_PUT_HOLD = "INSERT INTO hold (shipment_id, person_day_number, amount_minor, until_revision) VALUES (?, ?, ?, ?)"
_COUNTING = (Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE)
"""What a shipment that counts on a person-day can have been told."""


class SqliteRows:
    """One transaction's ledger. See `ledger.LedgerChange` for what each method promises.

    It remembers the numbers of the person-days it met, and is good for one transaction only.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._numbers: dict[DayKey, int] = {}

    def claims(self, shipment_ids: Sequence[str]) -> dict[str, Claim]:
        """The claims of those shipments that have one."""
        claims = {}
        for shipment_id, revision, number, day, person_day, amount_minor, told, judgement in self._connection.execute(
            _CLAIMS, (json.dumps(shipment_ids),)
        ):
            key = None if number is None else DayKey(day, person_day.hex())
            if key is not None:
                self._numbers[key] = number
            claims[shipment_id] = Claim(
                shipment_id=shipment_id,
                revision=revision,
                key=key,
                amount_minor=amount_minor,
                told=Verdict(told),
                judgement=unpack(judgement),
            )
        return claims

    def totals(self, keys: Collection[DayKey]) -> dict[DayKey, Total]:
        """The totals of those person-days on which anything counts."""
        execute = self._connection.execute
        totals = {}
        for key in keys:
            for number, total_minor, limit_minor, shipments, holding in execute(_TOTAL, _key_columns(key)):
                self._numbers[key] = number
                totals[key] = Total(
                    total_minor=total_minor, limit_minor=limit_minor, shipments=shipments, holding=holding
                )
        return totals

    def holds(self, shipment_ids: Sequence[str]) -> dict[str, tuple[Hold, ...]]:
        """What those shipments hold."""
        held: dict[str, tuple[Hold, ...]] = {}
        for shipment_id, number, day, person_day, amount_minor, until_revision in self._connection.execute(
            _HOLDS, (json.dumps(shipment_ids),)
        ):
            key = DayKey(day, person_day.hex())
            self._numbers[key] = number
            hold = Hold(key=key, amount_minor=amount_minor, until_revision=until_revision)
            held[shipment_id] = (*held.get(shipment_id, ()), hold)
        return held

    def first_ids(self, key: DayKey, *, at_most: int) -> tuple[str, ...]:
        """The first shipments of a person-day by id: short ranges of three indexes, merged."""
        number = self._number(key)
        if number is None:
            return ()
        ranges = [[shipment_id for shipment_id, _ in self._first(key, told, at_most)] for told in _COUNTING]
        holding = [shipment_id for (shipment_id,) in self._connection.execute(_FIRST_HOLDING, (number, at_most))]
        merged = heapq.merge(*ranges, holding)
        # A shipment that holds something may claim something there too.
        return tuple(dict.fromkeys(merged))[:at_most]

    def told_otherwise(
        self, key: DayKey, verdict: Verdict, *, at_most: int, beyond_minor: int | None = None
    ) -> list[Turned]:
        """The first shipments of a person-day by id that were told the other verdict: one range of the index."""
        other = Verdict.NOT_ELIGIBLE if verdict is Verdict.ELIGIBLE else Verdict.ELIGIBLE
        return [
            Turned(shipment_id=shipment_id, revision=revision)
            for shipment_id, revision in self._first(key, other, at_most, beyond_minor)
        ]

    def left_days(self, shipment_ids: Sequence[str]) -> dict[str, list[DayKey]]:
        """The person-days those shipments left with others still to be told."""
        left: dict[str, list[DayKey]] = {}
        for shipment_id, local_day, person_day in self._connection.execute(_LEFT, (json.dumps(shipment_ids),)):
            left.setdefault(shipment_id, []).append(DayKey(local_day, person_day.hex()))
        return left

    def put_claims(self, claims: Iterable[Claim]) -> None:
        """Keep these claims, each in place of the former one."""
        self._connection.executemany(_PUT_CLAIM, [self._claim_columns(claim) for claim in claims])

    def put_holds(self, holds: Mapping[str, Sequence[Hold]]) -> None:
        """Keep these holds, each shipment's in place of all it held."""
        rows = [
            (shipment_id, self._known_number(hold.key), hold.amount_minor, hold.until_revision)
            for shipment_id, held in holds.items()
            for hold in held
        ]
        self._connection.executemany("DELETE FROM hold WHERE shipment_id = ?", [(each,) for each in holds])
        self._connection.executemany(_PUT_HOLD, rows)

    def mark_told(self, told: Iterable[tuple[str, Verdict]]) -> None:
        """Keep what the filers of these shipments are told now."""
        rows = [(verdict, shipment_id) for shipment_id, verdict in told]
        self._connection.executemany("UPDATE claim SET told = ? WHERE shipment_id = ?", rows)

    def put_totals(self, totals: Mapping[DayKey, Total]) -> None:
        """Keep these totals; those without shipments are deleted, and new ones numbered on from the last."""
        gone, kept, new = [], [], []
        ((last,),) = self._connection.execute("SELECT coalesce(max(number), 0) FROM person_day")
        next_number = cast(int, last) + 1
        for key, total in totals.items():
            sums = (total.total_minor, total.limit_minor, total.shipments, total.holding)
            number = self._number(key)
            if total.shipments == 0 and total.total_minor == 0:
                gone.append((number,))
            elif number is not None:
                kept.append((*sums, number))
            else:
                self._numbers[key] = next_number
                new.append((next_number, *_key_columns(key), *sums))
                next_number += 1
        executemany = self._connection.executemany
        executemany("DELETE FROM person_day WHERE number = ?", gone)
        executemany(_UPDATE_TOTAL, kept)
        executemany(_INSERT_TOTAL, new)

    def put_left(self, shipment_id: str, key: DayKey) -> None:
        """Remember a person-day that was left."""
        self._connection.execute(
            "INSERT INTO left_day (shipment_id, local_day, person_day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (shipment_id, *_key_columns(key)),
        )

    def forget_left(self, shipment_id: str, key: DayKey) -> None:
        """Forget it."""
        self._connection.execute(
            "DELETE FROM left_day WHERE shipment_id = ? AND local_day = ? AND person_day = ?",
            (shipment_id, *_key_columns(key)),
        )

    def _first(
        self, key: DayKey, told: Verdict, at_most: int, beyond_minor: int | None = None
    ) -> list[tuple[Any, ...]]:
        number = self._number(key)
        if number is None:
            return []
        if beyond_minor is None:
            return list(self._connection.execute(_FIRST, (number, told, at_most)))
        return list(self._connection.execute(_FIRST_NOT_HOLDING, (number, told, at_most, beyond_minor)))

    def _number(self, key: DayKey) -> int | None:
        if key not in self._numbers:
            self.totals([key])
        return self._numbers.get(key)

    def _known_number(self, key: DayKey) -> int:
        number = self._number(key)
        if number is None:
            raise ValueError("a claim counts against a person-day whose total was put before it")
        return number

    def _claim_columns(self, claim: Claim) -> tuple[int | str | bytes | None, ...]:
        number = None if claim.key is None else self._known_number(claim.key)
        return claim.shipment_id, claim.revision, number, claim.amount_minor, claim.told, pack(claim.judgement)


def ledger_secret(connection: apsw.Connection, made: bytes) -> bytes:
    """The ledger's secret: the one kept in it, else `made`, which is kept from then on."""
    connection.execute("INSERT INTO ledger (only, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", (made,))
    ((kept,),) = connection.execute("SELECT secret FROM ledger")
    assert isinstance(kept, bytes), "the table is strict"
    return kept


def _key_columns(key: DayKey) -> tuple[str, bytes]:
    return key.local_day, bytes.fromhex(key.person_day)

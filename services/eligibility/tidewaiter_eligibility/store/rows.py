"""The ledger's tables, read and written through one SQLite connection inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import apsw
from tidewaiter_chassis.clock import Clock

from tidewaiter_eligibility.ledger import Claim, Hold, Total
from tidewaiter_eligibility.model import DayKey, Turned, Verdict
from tidewaiter_eligibility.store.expiring import (
    OLD_DAYS,
    OLD_ORDERS,
    UNCOUNTED,
    expire_days,
    expire_orders,
    expire_uncounted,
    forget_past,
)
from tidewaiter_eligibility.store.packing import pack, unpack
from tidewaiter_eligibility.store.persons import PersonWrites
from tidewaiter_eligibility.store.states import StateRows, key_columns

_CLAIMS = """
SELECT shipment_id, revision, person_day_number, local_day, person_day, amount_minor, told, judgement, wanted_minor
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
_WAITING = """
SELECT shipment_id, revision FROM claim
WHERE person_day_number = ? AND wanted_minor > 0 AND wanted_minor <= ? ORDER BY wanted_minor, shipment_id LIMIT ?
"""
_PUT_CLAIM = """
INSERT INTO claim (shipment_id, revision, person_day_number, amount_minor, told, judgement, since, wanted_minor)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (shipment_id) DO UPDATE SET
    revision = excluded.revision, person_day_number = excluded.person_day_number,
    amount_minor = excluded.amount_minor, told = excluded.told, judgement = excluded.judgement,
    since = excluded.since, wanted_minor = excluded.wanted_minor
"""
_INSERT_TOTAL = """
INSERT INTO person_day (number, local_day, person_day, total_minor, limit_minor, shipments, holding, marginal, since)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE_TOTAL = """
UPDATE person_day SET total_minor = ?, limit_minor = ?, shipments = ?, holding = ?, marginal = ?, since = ?
WHERE number = ?
"""
_PUT_HOLD = (
    "INSERT INTO hold (shipment_id, person_day_number, amount_minor, until_revision, since) VALUES (?, ?, ?, ?, ?)"
)
_LAST_NUMBER = "SELECT max(last_number, (SELECT coalesce(max(number), 0) FROM person_day)) FROM ledger"
_OLDEST = f"""
SELECT 1 WHERE EXISTS ({UNCOUNTED})
    OR EXISTS ({OLD_DAYS})
    OR EXISTS ({OLD_ORDERS})
    OR EXISTS (SELECT 1 FROM person_link WHERE local_day < ?2)
    OR EXISTS (SELECT 1 FROM person_alias WHERE local_day < ?2)
    OR EXISTS (SELECT 1 FROM claim_counted WHERE local_day < ?2)
    OR EXISTS (SELECT 1 FROM left_day WHERE local_day < ?2)
"""  # noqa: S608 - a query of our own
_PUT_MOMENT = """
INSERT INTO moment (version, at_ns) VALUES (?1, max(?2, (SELECT coalesce(max(at_ns), 0) + 1 FROM moment)))
"""


class SqliteRows(StateRows, PersonWrites):
    """One transaction's ledger. See `ledger.LedgerChange` for what each method promises.

    Its first write makes a new version of the ledger, at the time that `clock` says or just after the one before.
    """

    def __init__(self, connection: apsw.Connection, *, clock: Clock) -> None:
        super().__init__(connection)
        self._clock = clock
        self._version: int | None = None

    def version(self) -> int:
        """The version of the ledger: that of the last change."""
        ((version,),) = self._connection.execute("SELECT version FROM ledger")
        return cast(int, version)

    def horizon(self) -> int:
        """The first version that can still be read."""
        ((horizon,),) = self._connection.execute("SELECT horizon FROM ledger")
        return cast(int, horizon)

    def version_at(self, ns: int) -> int:
        """The version at a time, 0 before the first that is known."""
        ((version,),) = self._connection.execute(
            "SELECT coalesce((SELECT version FROM moment WHERE at_ns <= ? ORDER BY at_ns DESC LIMIT 1), 0)", (ns,)
        )
        return cast(int, version)

    def at(self, version: int) -> StateRows:
        """The state at a version from the horizon to the last."""
        return StateRows(self._connection, at=version)

    def claims(self, shipment_ids: Sequence[str]) -> dict[str, Claim]:
        """The claims of those shipments that have one."""
        claims = {}
        rows = self._connection.execute(_CLAIMS, (json.dumps(shipment_ids),))
        for shipment_id, revision, number, day, person_day, amount_minor, told, judgement, wanted_minor in rows:
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
                wanted_minor=wanted_minor,
            )
        return claims

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

    def told_otherwise(
        self, key: DayKey, verdict: Verdict, *, at_most: int, beyond_minor: int | None = None
    ) -> list[Turned]:
        """The first shipments of a person-day by id that were told the other verdict: one range of the index."""
        other = Verdict.NOT_ELIGIBLE if verdict is Verdict.ELIGIBLE else Verdict.ELIGIBLE
        return [
            Turned(shipment_id=shipment_id, revision=revision)
            for shipment_id, revision in self._first(key, other, at_most, beyond_minor)
        ]

    def waiting(self, key: DayKey, *, minor_max: int, at_most: int) -> list[Turned]:
        """Denied shipments for which there would be room: one range of an index."""
        rows = self._connection.execute(_WAITING, (self.number(key), minor_max, at_most))
        return [Turned(shipment_id=shipment_id, revision=revision) for shipment_id, revision in rows]

    def left_days(self, shipment_ids: Sequence[str]) -> dict[str, list[DayKey]]:
        """The person-days those shipments left with others still to be told."""
        left: dict[str, list[DayKey]] = {}
        for shipment_id, local_day, person_day in self._connection.execute(_LEFT, (json.dumps(shipment_ids),)):
            left.setdefault(shipment_id, []).append(DayKey(local_day, person_day.hex()))
        return left

    def put_claims(self, claims: Iterable[Claim]) -> None:
        """Keep these claims, each in place of the former one."""
        self._connection.executemany(_PUT_CLAIM, [self._claim_columns(claim) for claim in claims])

    def drop_claims(self, shipment_ids: Sequence[str]) -> None:
        """Forget the claims of these shipments."""
        self._since()
        self._connection.executemany("DELETE FROM claim WHERE shipment_id = ?", [(each,) for each in shipment_ids])

    def put_holds(self, holds: Mapping[str, Sequence[Hold]]) -> None:
        """Keep these holds, each shipment's in place of all it held."""
        since = self._since()
        rows = [
            (shipment_id, self._known_number(hold.key), hold.amount_minor, hold.until_revision, since)
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
        """Keep these totals, and number new person-days on from the last."""
        if not totals:
            return
        since, kept, new = self._since(), [], []
        next_number = self._last_number() + 1
        for key, total in totals.items():
            sums = (total.total_minor, total.limit_minor, total.shipments, total.holding, total.is_marginal, since)
            number = self.number(key)
            self._is_held_on[key] = total.holding > 0
            if number is not None:
                kept.append((*sums, number))
            else:
                self._numbers[key] = next_number
                new.append((next_number, *key_columns(key), *sums))
                next_number += 1
        self._connection.executemany(_UPDATE_TOTAL, kept)
        self._connection.executemany(_INSERT_TOTAL, new)

    def expire_claims(self, *, before_day: str, through_version: int, at_most: int) -> int:
        """Delete what is too old, and end the past there: it cannot be read without what is deleted."""
        oldest = list(self._connection.execute(_OLDEST, (through_version, before_day)))
        if not oldest:
            return 0
        since = self._since()
        self._connection.execute("UPDATE ledger SET horizon = ?, last_number = ?", (since, self._last_number()))
        deleted = expire_days(self._connection, before=before_day, at_most=at_most)
        deleted += expire_orders(self._connection, through=through_version, at_most=at_most)
        return deleted + expire_uncounted(self._connection, through=through_version, at_most=at_most)

    def forget_past(self, *, before_version: int, at_most: int) -> int:
        """Delete the past before a version."""
        return forget_past(self._connection, before=before_version, at_most=at_most) if before_version else 0

    def put_left(self, shipment_id: str, key: DayKey) -> None:
        """Remember a person-day that was left."""
        self._connection.execute(
            "INSERT INTO left_day (shipment_id, local_day, person_day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (shipment_id, *key_columns(key)),
        )

    def forget_left(self, shipment_id: str, key: DayKey) -> None:
        """Forget it."""
        self._connection.execute(
            "DELETE FROM left_day WHERE shipment_id = ? AND local_day = ? AND person_day = ?",
            (shipment_id, *key_columns(key)),
        )

    def _first(
        self, key: DayKey, told: Verdict, at_most: int, beyond_minor: int | None = None
    ) -> list[tuple[Any, ...]]:
        number = self.number(key)
        if number is None:
            return []
        if beyond_minor is None:
            return list(self._connection.execute(_FIRST, (number, told, at_most)))
        return list(self._connection.execute(_FIRST_NOT_HOLDING, (number, told, at_most, beyond_minor)))

    def _last_number(self) -> int:
        ((last,),) = self._connection.execute(_LAST_NUMBER)
        return cast(int, last)

    def _since(self) -> int:
        """The version of this change, made by the first write of it."""
        if self._version is None:
            ((self._version,),) = self._connection.execute("UPDATE ledger SET version = version + 1 RETURNING version")
            self._connection.execute(_PUT_MOMENT, (self._version, self._clock.ns()))
        return cast(int, self._version)

    def _known_number(self, key: DayKey) -> int:
        number = self.number(key)
        if number is None:
            raise ValueError("a claim counts against a person-day whose total was put before it")
        return number

    def _claim_columns(self, claim: Claim) -> tuple[int | str | bytes | None, ...]:
        number = None if claim.key is None else self._known_number(claim.key)
        counted = (claim.shipment_id, claim.revision, number, claim.amount_minor, claim.told)
        return (*counted, pack(claim.judgement), self._since(), claim.wanted_minor)


def ledger_secret(connection: apsw.Connection, made: bytes) -> bytes:
    """The ledger's secret: the one kept in it, else `made`, which is kept from then on."""
    connection.execute("INSERT INTO ledger (only, secret) VALUES (1, ?) ON CONFLICT DO NOTHING", (made,))
    ((kept,),) = connection.execute("SELECT secret FROM ledger")
    assert isinstance(kept, bytes), "the table is strict"
    return kept

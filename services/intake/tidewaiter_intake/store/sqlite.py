"""The journal on SQLite: what was filed and what became of it, durable before anyone is asked.

Every method's cost is flat in the number of filings stored; one shipment holds a bounded number of them.
Decisions are kept as bytes; reading them as model is the caller's part (`wire.decisions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import apsw
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.sqlite import Database, load_migrations

from tidewaiter_intake import errors
from tidewaiter_intake.keys import join_keys
from tidewaiter_intake.model import (
    Accepted,
    Arrival,
    Cancellation,
    Case,
    Decision,
    FiledBefore,
    Filing,
    Recorded,
    Settlement,
    ShipmentId,
    etag,
)
from tidewaiter_intake.store import uniting, withdrawals

_FIND_FILING = """
SELECT shipment_id, revision, digest, content, decision_id FROM filing
WHERE originator_code = ? AND request_id = ?"""
_FIND_REVISION = "SELECT revision FROM shipment WHERE shipment_id = ?"
_ADD_SHIPMENT = "INSERT INTO shipment (shipment_id, revision, wanted) VALUES (?, 1, 1)"
_MOVE_SHIPMENT = """
UPDATE shipment SET revision = revision + ?, wanted = wanted + 1
WHERE shipment_id = ? RETURNING revision"""
_ADD_KEY = "INSERT INTO shipment_key VALUES (?, ?) ON CONFLICT DO NOTHING"
_ADD_FILING = "INSERT INTO filing VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
_FIND_SHIPMENT = """
SELECT revision, wanted, settled, decisions, degraded, decision_id FROM shipment WHERE shipment_id = ?"""
_FIND_FILINGS = """
SELECT originator_code, request_id, revision, received_at_ns, content, traceparent FROM filing
WHERE shipment_id = ? ORDER BY revision"""
# Rows are never deleted, so their numbers are in the order of arrival, over all shipments.
_FIND_FILINGS_OF_ALL = """
SELECT originator_code, request_id, revision, received_at_ns, content, traceparent FROM filing
WHERE shipment_id = ?1 OR shipment_id IN (SELECT shipment_id FROM united WHERE into_id = ?1) ORDER BY filing.rowid"""
_OF_FILER = """
SELECT DISTINCT shipment_id FROM filing WHERE originator_code = ? AND shipment_id > ? ORDER BY shipment_id LIMIT ?"""
_FIND_DECISION = "SELECT decision, receipt FROM decision WHERE decision_id = ?"
_ADD_DECISION = "INSERT INTO decision VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_SETTLE = """
UPDATE shipment SET settled = max(settled, ?), degraded = ?, decisions = ?, decision_id = ?
WHERE shipment_id = ?"""
_ANSWER = """
UPDATE filing SET decision_id = ? WHERE shipment_id = ? AND revision <= ? AND decision_id IS NULL"""
_WANT_AGAIN = "UPDATE shipment SET wanted = wanted + 1 WHERE shipment_id = ?"
_UNDECIDED = """
SELECT shipment_id FROM shipment WHERE wanted > settled AND shipment_id > ? ORDER BY shipment_id LIMIT ?"""
_DEGRADED = """
SELECT shipment_id FROM shipment WHERE degraded = 1 AND shipment_id > ? ORDER BY shipment_id LIMIT ?"""


FILINGS_MAX = 100
"""On one shipment: a handful of filers and their amendments. Deciding reads them all, and the leaf names them."""


class SqliteJournal:
    """The journal in one SQLite file. `differing_field` names where two contents differ, "" for nowhere."""

    def __init__(
        self,
        database: Database,
        *,
        differing_field: Callable[[bytes, bytes], str],
        decision_from_bytes: Callable[[bytes], Decision],
    ) -> None:
        self.database = database
        self._differing_field = differing_field
        self._from_bytes = decision_from_bytes

    @classmethod
    def open_database(cls, path: Path, **options: object) -> Database:
        """The database of a journal at `path`, made when there is none."""
        migrations = load_migrations("tidewaiter_intake.store")
        return Database.open(path, migrations=migrations, name="journal", **options)  # type: ignore[arg-type]

    async def accept(self, arrivals: Sequence[Arrival], now_ns: int) -> list[Accepted | Failure]:
        """Make filings durable, each on its shipment; one answer each, in order.

        On return each is on disk or refused: REQUEST_ID_REUSED, ETAG_STALE, SHIPMENT_NOT_FOUND.
        A filing that was accepted before is answered with what it was answered then.
        """
        found = await self.database.write(lambda db: [self._accept(db, a, now_ns) for a in arrivals])
        return [self._with_answer(*one) if isinstance(one, tuple) else one for one in found]

    def _accept(self, db: apsw.Connection, arrival: Arrival, now_ns: int) -> tuple[Accepted, str | None] | Failure:
        filing = arrival.filing
        known = db.execute(_FIND_FILING, (filing.originator_code, filing.request_id)).get
        if known is not None:
            return self._again(db, filing, known)
        keys = join_keys(filing)
        borne = uniting.of_keys(db, keys)
        if filing.etag and (refused := _stale(db, filing.etag, borne)):
            return refused
        shipment_id, younger = (borne[0], tuple(borne[1:])) if borne else (arrival.new_shipment_id, ())
        if not borne:
            revision = 1
            db.execute(_ADD_SHIPMENT, (shipment_id,))
        else:
            # A revision counts at least the filings, those of the united too: no more are ever read for one decision.
            theirs = sum(db.execute(_FIND_REVISION, (one,)).get for one in younger)
            if db.execute(_FIND_REVISION, (shipment_id,)).get + theirs >= FILINGS_MAX:
                return errors.shipment_full(FILINGS_MAX)
            revision = db.execute(_MOVE_SHIPMENT, (theirs + 1, shipment_id)).get
            for one in younger:
                uniting.unite(db, one, shipment_id)
        for key in keys:
            db.execute(_ADD_KEY, (key, shipment_id))
        row = (
            filing.originator_code,
            filing.request_id,
            shipment_id,
            revision,
            filing.digest,
            filing.content,
            now_ns,
            arrival.traceparent,
        )
        db.execute(_ADD_FILING, row)
        filed = FiledBefore(row[0], row[1], revision, now_ns, filing.content, arrival.traceparent)
        return Accepted(shipment_id, revision, filed=filed, united=younger), None

    def _again(
        self, db: apsw.Connection, filing: Filing, known: tuple[str, int, bytes, bytes, str | None]
    ) -> tuple[Accepted, str | None] | Failure:
        shipment_id, revision, digest, content, decision_id = known
        if digest != filing.digest and (field := self._differing_field(content, filing.content)):
            return errors.request_id_reused(filing.request_id, field)
        return Accepted(uniting.elder_of(db, shipment_id), revision, replayed=True), decision_id

    def _with_answer(self, accepted: Accepted, decision_id: str | None) -> Accepted:
        if decision_id is None:
            return accepted
        answered = self._recorded(self.database.read(), decision_id)
        return Accepted(accepted.shipment_id, accepted.revision, accepted.replayed, answered)

    async def cancel(self, asked: Cancellation) -> Accepted | Failure:
        """Make a withdrawal durable: the shipment is out from its next revision on, until a filing comes.

        A request that was taken before is answered with what it was answered then. Failures as `withdrawals.cancel`.
        """

        def work(db: apsw.Connection) -> tuple[Accepted, str | None] | Failure:
            return withdrawals.cancel(db, asked, elder=uniting.elder_of(db, asked.shipment_id))

        found = await self.database.write(work)
        return self._with_answer(*found) if isinstance(found, tuple) else found

    def cases(self, shipment_ids: Iterable[ShipmentId]) -> list[Case]:
        """The shipments as they stand, in order; one that does not exist is left out."""
        db = self.database.read()
        return [case for shipment_id in shipment_ids if (case := self._case(db, shipment_id))]

    def known(self, shipment_ids: Iterable[ShipmentId]) -> list[ShipmentId]:
        """Those of these shipments that there are, in order."""
        db = self.database.read()
        return [one for one in shipment_ids if db.execute(_FIND_REVISION, (one,)).get is not None]

    def _case(self, db: apsw.Connection, shipment_id: ShipmentId) -> Case | None:
        with db:  # one snapshot: the causes counted and the filings read belong together
            row = db.execute(_FIND_SHIPMENT, (shipment_id,)).get
            if row is None:
                return None
            united = uniting.younger_of(db, shipment_id)
            found = db.execute(_FIND_FILINGS_OF_ALL if united else _FIND_FILINGS, (shipment_id,))
            filings = tuple(FiledBefore(*filed) for filed in found)
            revision, wanted, settled, decisions, degraded, decision_id = row
            current = self._recorded(db, decision_id) if decision_id else None
            withdrawal = withdrawals.find(db, shipment_id, revision)
        return Case(
            shipment_id, revision, wanted, settled, decisions, bool(degraded), filings, current, withdrawal, united
        )

    def _recorded(self, db: apsw.Connection, decision_id: str) -> Recorded:
        decision, receipt = db.execute(_FIND_DECISION, (decision_id,)).get
        return Recorded(self._from_bytes(decision), receipt, decision)

    async def settle(self, settlements: Sequence[Settlement], turned: Iterable[ShipmentId]) -> None:
        """Note what was recorded, and which shipments must be decided again because of it."""
        again = sorted(set(turned))

        def work(db: apsw.Connection) -> None:
            for settlement in settlements:
                _settle(db, settlement)
            for shipment_id in again:
                db.execute(_WANT_AGAIN, (shipment_id,))

        await self.database.write(work)

    def find(
        self, *, shipment_id: str = "", join_key: str = "", filing: tuple[str, str] | None = None
    ) -> ShipmentId | None:
        """The shipment of that id, or that bears a join key, or on which a filing (originator, request_id) was made.

        Of one that was united with an elder one, that.
        """
        db = self.database.read()
        if join_key:
            return uniting.of_key(db, join_key)
        if filing is not None:
            row = db.execute(_FIND_FILING, filing).get
            return uniting.elder_of(db, row[0]) if row else None
        return uniting.elder_of(db, shipment_id)

    def of_filer(self, originator_code: str, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments on which this originator filed, by id."""
        rows = self.database.read().execute(_OF_FILER, (originator_code, after, at_most))
        return [ShipmentId(row[0]) for row in rows]

    def answered(self, filing: tuple[str, str]) -> Recorded | None:
        """What a filing (originator, request_id) was answered first, or None while it was not."""
        db = self.database.read()
        row = db.execute(_FIND_FILING, filing).get
        return self._recorded(db, row[4]) if row and row[4] else None

    def undecided(self, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments with causes that no decision covers, by id."""
        return [ShipmentId(row[0]) for row in self.database.read().execute(_UNDECIDED, (after, at_most))]

    def degraded(self, *, after: str = "", at_most: int) -> list[ShipmentId]:
        """Shipments decided while a service was silent, by id."""
        return [ShipmentId(row[0]) for row in self.database.read().execute(_DEGRADED, (after, at_most))]


def _stale(db: apsw.Connection, given: str, borne: Sequence[ShipmentId]) -> Failure | None:
    """Of a filing that names two shipments the etag of either is good."""
    if not borne:
        return errors.shipment_not_found()
    current = [etag(one, db.execute(_FIND_REVISION, (one,)).get) for one in borne]
    return None if given in current else errors.etag_stale(given, current[0])


def _settle(db: apsw.Connection, settlement: Settlement) -> None:
    recorded = settlement.recorded
    decision = recorded.decision
    row = (decision.decision_id, decision.shipment_id, recorded.content, recorded.receipt)
    db.execute(_ADD_DECISION, row)
    db.execute(
        _SETTLE,
        (
            settlement.covers,
            decision.degraded,
            settlement.decisions,
            decision.decision_id,
            decision.shipment_id,
        ),
    )
    if not decision.united_into:  # its filings are answered by the decision on the elder one
        db.execute(_ANSWER, (decision.decision_id, decision.shipment_id, decision.revision))
    for shipment_id in settlement.united:
        db.execute(_ANSWER, (decision.decision_id, shipment_id, decision.revision))
    withdrawals.answer(db, decision)

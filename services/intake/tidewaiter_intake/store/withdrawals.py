"""Withdrawals in the journal: asked for once each, durable before anything is done, bounded by shipment."""

from __future__ import annotations

import apsw
from tidewaiter_chassis.failures import Failure

from tidewaiter_intake import errors
from tidewaiter_intake.model import (
    Accepted,
    Cancellation,
    CancelReason,
    Decision,
    Outcome,
    ShipmentId,
    Withdrawal,
    etag,
)

WITHDRAWALS_MAX = 100
"""Requests on one shipment that are kept: each needs a filing between it and the one before to do anything."""

_FIND_REVISION = "SELECT revision FROM shipment WHERE shipment_id = ?"
_MOVE_SHIPMENT = """
UPDATE shipment SET revision = revision + 1, wanted = wanted + 1 WHERE shipment_id = ? RETURNING revision"""
_FIND_REQUEST = """
SELECT revision, reason, author, etag, decision_id FROM withdrawal WHERE shipment_id = ? AND request_id = ?"""
_FIND_AT = """
SELECT reason, author, united_into, decision_id FROM withdrawal WHERE shipment_id = ? AND revision = ? LIMIT 1"""
_COUNT = "SELECT count(*) FROM withdrawal WHERE shipment_id = ?"
_ADD = "INSERT INTO withdrawal VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_NOBODY_S = ""
"""In the place of a caller's request_id: a shipment is withdrawn into another by a filing, once."""
_ANSWER = """
UPDATE withdrawal SET decision_id = ? WHERE shipment_id = ? AND revision = ? AND decision_id IS NULL"""


def cancel(db: apsw.Connection, asked: Cancellation, *, elder: ShipmentId) -> tuple[Accepted, str | None] | Failure:
    """Take a shipment out at its next revision; what is out already stays so at the revision it has.

    A request on one that was united with an elder one is on that, unless it was answered before.

    With the id of the decision that answered it first, if any. Failure REQUEST_ID_REUSED, SHIPMENT_NOT_FOUND,
    ETAG_STALE, WITHDRAWALS_FULL: nothing was written.
    """
    for shipment_id in dict.fromkeys((asked.shipment_id, elder)):
        known = db.execute(_FIND_REQUEST, (shipment_id, asked.request_id)).get
        if known is not None:
            return _again(asked, shipment_id, known)
    shipment_id = elder
    current = db.execute(_FIND_REVISION, (shipment_id,)).get
    if current is None:
        return errors.shipment_not_found()
    if asked.etag and asked.etag != (newest := etag(shipment_id, current)):
        return errors.etag_stale(asked.etag, newest)
    if db.execute(_COUNT, (shipment_id,)).get >= WITHDRAWALS_MAX:
        return errors.withdrawals_full(WITHDRAWALS_MAX)
    standing = db.execute(_FIND_AT, (shipment_id, current)).get
    if standing is None:
        revision, decision_id = db.execute(_MOVE_SHIPMENT, (shipment_id,)).get, None
    else:
        revision, decision_id = current, standing[3]
    row = (shipment_id, asked.request_id, revision, asked.reason, asked.author, asked.etag, decision_id, "")
    db.execute(_ADD, row)
    return Accepted(shipment_id, revision), decision_id


def withdraw_into(db: apsw.Connection, younger: ShipmentId, elder: ShipmentId) -> None:
    """Take the younger out at its next revision, because it is one parcel with the elder."""
    revision = db.execute(_MOVE_SHIPMENT, (younger,)).get
    db.execute(_ADD, (younger, _NOBODY_S, revision, 0, "", "", None, elder))


def find(db: apsw.Connection, shipment_id: ShipmentId, revision: int) -> Withdrawal | None:
    """What takes the shipment out at this revision, or None."""
    row = db.execute(_FIND_AT, (shipment_id, revision)).get
    if row is None:
        return None
    reason, author, united_into, _ = row
    return Withdrawal(CancelReason(reason) if reason else None, author, ShipmentId(united_into))


def answer(db: apsw.Connection, decision: Decision) -> None:
    """Tie the requests at the decision's revision to it, if it is what they asked for."""
    if decision.outcome is Outcome.WITHDRAWN:
        db.execute(_ANSWER, (decision.decision_id, decision.shipment_id, decision.revision))


def _again(
    asked: Cancellation, shipment_id: ShipmentId, known: tuple[int, int, str, str, str | None]
) -> tuple[Accepted, str | None] | Failure:
    revision, reason, author, quoted, decision_id = known
    before = {"reason": reason, "author": author, "etag": quoted}
    for field, value in before.items():
        if getattr(asked, field) != value:
            return errors.request_id_reused(asked.request_id, field)
    return Accepted(shipment_id, revision, replayed=True), decision_id

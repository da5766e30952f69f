"""Which shipments are one parcel, in the journal: found by the keys of a filing, united by it, told for good.

Whichever of them is asked for, what is found is the elder: the lesser id, which is the earlier by its first
characters. A shipment holds no more filings united than alone, so this stays bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from tidewaiter_intake.model import ShipmentId
from tidewaiter_intake.store import withdrawals

_ELDER = "SELECT into_id FROM united WHERE shipment_id = ?"
_YOUNGER = "SELECT shipment_id FROM united WHERE into_id = ? ORDER BY shipment_id"
_OF_KEY = "SELECT shipment_id FROM shipment_key WHERE join_key = ?"
_UNITE = "INSERT INTO united VALUES (?, ?)"
_FOLLOW = "UPDATE united SET into_id = ? WHERE into_id = ?"


def elder_of(db: apsw.Connection, shipment_id: str) -> ShipmentId:
    """The shipment that this one is part of: itself, unless it was united with an elder one."""
    found: str | None = db.execute(_ELDER, (shipment_id,)).get
    return ShipmentId(shipment_id if found is None else found)


def younger_of(db: apsw.Connection, shipment_id: str) -> tuple[ShipmentId, ...]:
    """Those that were united into it."""
    return tuple(ShipmentId(row[0]) for row in db.execute(_YOUNGER, (shipment_id,)))


def of_key(db: apsw.Connection, join_key: str) -> ShipmentId | None:
    """The shipment that bears the key."""
    found: str | None = db.execute(_OF_KEY, (join_key,)).get
    return None if found is None else elder_of(db, found)


def of_keys(db: apsw.Connection, join_keys: Sequence[str]) -> list[ShipmentId]:
    """The shipments that bear the keys, each once, the elder first; more than one where they are one parcel unknown."""
    found = [one for key in join_keys if (one := db.execute(_OF_KEY, (key,)).get) is not None]
    return sorted({elder_of(db, one) for one in found}) if found else []


def unite(db: apsw.Connection, younger: ShipmentId, elder: ShipmentId) -> None:
    """Withdraw the younger into the elder, with all that was united into it."""
    withdrawals.withdraw_into(db, younger, elder)
    db.execute(_FOLLOW, (elder, younger))
    db.execute(_UNITE, (younger, elder))

"""What takes a shipment out: a caller's cancellation, and the withdrawal that comes of it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from tidewaiter_intake.model.filing import ShipmentId


class CancelReason(IntEnum):
    """Why a shipment is withdrawn; numbers as in intake.v1.CancelReason."""

    NOT_SENT = 1
    FILED_IN_ERROR = 2
    NOT_ARRIVING = 3


class Cancellation(NamedTuple):
    """What a caller asks. `request_id` is its own among those on the shipment; `etag` is "" for any revision."""

    shipment_id: ShipmentId
    request_id: str
    reason: CancelReason
    author: str
    etag: str = ""


class Withdrawal(NamedTuple):
    """Why the newest revision of a shipment takes it out, and who asked; or with which one it is one parcel."""

    reason: CancelReason | None
    author: str
    united_into: ShipmentId = ShipmentId("")

"""What is refused before any work: a batch that breaks a rule as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Violation, invalid

ITEMS_MAX = 1000
"""How many shipments one batch may hold; the contract says so too."""


def refuse_size(message: Message, size: int) -> None:
    """Failure INVALID for a batch that is empty or too large; the rules of its items are held item by item."""
    if not 1 <= size <= ITEMS_MAX:
        validation.refuse_invalid(message)


def refuse_other_number(request: eligibility_pb2.ReleaseClaimsRequest) -> None:
    """Failure INVALID, REVISIONS_NUMBER, when revisions are given and not one for each shipment."""
    given, wanted = len(request.revisions), len(request.shipment_ids)
    if given not in (0, wanted):
        message = f"{given} for {wanted} shipments: give one for each in the same order, or none"
        raise invalid(Violation("revisions", "REVISIONS_NUMBER", message))


def refuse_repeated(where: str, shipment_ids: Sequence[str]) -> None:
    """Failure INVALID, SHIPMENT_REPEATED, when one is in a batch twice.

    `where` is the path of the message that holds the id, with its number left open.
    """
    validation.refuse_repeated(
        shipment_ids,
        field=f"{where}.shipment_id",
        code="SHIPMENT_REPEATED",
        remedy="Give each shipment once, at its latest revision.",
    )

"""ListShipments on the wire: what is asked for, and a page."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.intake.v1 import intake_pb2

from tidewaiter_intake.list_shipments import Page, Wanted
from tidewaiter_intake.model import Outcome
from tidewaiter_intake.wire.requests import fill_told
from tidewaiter_intake.wire.shipments import fill_shipment_for_filer

_NANOS = 1_000_000_000


def wanted_from(message: intake_pb2.ListShipmentsRequest) -> Wanted:
    """What is asked for; of a message that breaks no rule."""
    return Wanted(
        message.originator_code,
        frozenset(Outcome(one) for one in message.outcomes),
        _ns(message.arrival_from) if message.HasField("arrival_from") else None,
        _ns(message.arrival_until) if message.HasField("arrival_until") else None,
    )


def page_to(page: Page) -> intake_pb2.ListShipmentsResponse:
    """A page as the filer may see it."""
    message = intake_pb2.ListShipmentsResponse(next_page_token=page.next_token)
    for standing in page.standings:
        fill_shipment_for_filer(message.shipments.add(), standing.shipment)
        fill_told(message.decisions.add(), standing.decision)
    return message


def _ns(time: Timestamp) -> int:
    return time.seconds * _NANOS + time.nanos

"""What both clients send and how they read what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.answer import Answer
from tidewaiter_client.connection import Metadata
from tidewaiter_client.errors import error_from_status

SERVICE: Final = "tidewaiter.intake.v1.IntakeService"

RETRIED: Final = (
    "SubmitFiling",
    "BatchSubmitFilings",
    "CancelShipment",
    "GetShipment",
    "ListShipments",
    "ListRequirements",
)
"""Safe to make again: filings and cancellations bear their request_id.

Streams are made again by the client, which knows the rest.
"""


def metadata(traceparent: str) -> Metadata:
    """The metadata of one call; a traceparent joins it to the caller's own trace."""
    return (("traceparent", traceparent),) if traceparent else ()


def batch(filings: Iterable[trade_pb2.Filing], *, validate_only: bool) -> intake_pb2.BatchSubmitFilingsRequest:
    """One request for several filings."""
    return intake_pb2.BatchSubmitFilingsRequest(
        requests=[intake_pb2.SubmitFilingRequest(filing=filing, validate_only=validate_only) for filing in filings]
    )


def batch_answers(response: intake_pb2.BatchSubmitFilingsResponse) -> list[Answer]:
    """The answers of a batch, in order."""
    return [_answer(position, result) for position, result in enumerate(response.results)]


def shipment(*, shipment_id: str, tracking_number: str, filing: str) -> intake_pb2.GetShipmentRequest:
    """Names a shipment; ValueError unless exactly one name is given."""
    if sum(map(bool, (shipment_id, tracking_number, filing))) != 1:
        raise ValueError("name the shipment by exactly one of shipment_id, tracking_number, filing")
    if shipment_id:
        return intake_pb2.GetShipmentRequest(shipment_id=shipment_id)
    if tracking_number:
        return intake_pb2.GetShipmentRequest(tracking_number=tracking_number)
    return intake_pb2.GetShipmentRequest(filing=filing)


def shipments(
    originator_code: str,
    *,
    outcomes: Iterable[trade_pb2.Outcome.ValueType],
    arrival_from: datetime | None,
    arrival_until: datetime | None,
    page_size: int,
) -> intake_pb2.ListShipmentsRequest:
    """Asks for the first page of one filer's shipments; a time without a zone is UTC."""
    request = intake_pb2.ListShipmentsRequest(originator_code=originator_code, outcomes=outcomes, page_size=page_size)
    for field, time in ((request.arrival_from, arrival_from), (request.arrival_until, arrival_until)):
        if time is not None:
            field.FromDatetime(time if time.tzinfo is not None else time.replace(tzinfo=UTC))
    return request


def _answer(position: int, result: intake_pb2.FilingResult) -> Answer:
    if result.WhichOneof("result") == "response":
        return Answer(position, result.request_id, response=result.response)
    return Answer(position, result.request_id, error=error_from_status(result.error, of_filing=True))

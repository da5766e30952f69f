"""Requests and answers of IntakeService: what was given, checked, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers, validation
from tidewaiter_chassis.failures import Failure, invalid

from tidewaiter_intake.model import (
    Answer,
    Cancellation,
    CancelReason,
    Decision,
    Filing,
    ShipmentId,
    Sighting,
    Standing,
    etag,
)
from tidewaiter_intake.wire.decisions import fill_decision
from tidewaiter_intake.wire.filings import filing_from
from tidewaiter_intake.wire.shipments import fill_shipment_for_filer, fill_timestamp

Check = Callable[[Filing], Failure | None]
"""All that is wrong with a filing beyond the rules of its fields."""

_NEEDED_TO_READ = ("filing.filer_type", "filing.mode")
_OF_OTHERS: Final = ("counted_shipment_ids", "person_day", "person_key_rules")


class Given(NamedTuple):
    """One filing of a request: its id, and either the filing or all that is wrong with it."""

    request_id: str
    filing: Filing | None = None
    failure: Failure | None = None


def filing_given(message: trade_pb2.Filing, check: Check) -> Given:
    """One filing, all its problems told at once: rules of fields, of the table, of amounts and identifiers."""
    broken = validation.check(message, at="filing")
    if not broken:
        filing = filing_from(message)
        return Given(message.request_id, filing, check(filing))
    if any(violation.field in _NEEDED_TO_READ for violation in broken):
        return Given(message.request_id, failure=invalid(*broken))
    further = check(filing_from(message))
    more = further.violations if further else ()
    return Given(message.request_id, failure=invalid(*broken, *more))


def taken(given: Given) -> Filing:
    """The filing of something given without a failure."""
    if given.filing is None:
        raise ValueError("this filing was refused")
    return given.filing


def refuse_repeated(requests: Iterable[intake_pb2.SubmitFilingRequest]) -> None:
    """Failure INVALID naming every request_id that stands twice in a batch, before any work."""
    validation.refuse_repeated(
        [(request.filing.originator_code, request.filing.request_id) for request in requests],
        field="requests[{}].filing.request_id",
        code="REQUEST_ID_REPEATED",
        remedy="Give every filing its own.",
    )


def fill_response(message: intake_pb2.SubmitFilingResponse, answer: Answer) -> None:
    """Write the answer to one filing into an empty message."""
    message.request_id = answer.request_id
    fill_told(message.decision, answer.decision)
    if answer.receipt:
        message.receipt.MergeFromString(answer.receipt)
    message.replayed = answer.replayed
    message.etag = answer.etag


def fill_results(
    message: intake_pb2.BatchSubmitFilingsResponse | intake_pb2.StreamFilingsResponse,
    given: Sequence[Given],
    results: Sequence[Answer | Failure],
) -> None:
    """Write the answers to several filings, in their order."""
    for one, result in zip(given, results, strict=True):
        into = message.results.add()
        into.request_id = one.request_id
        if isinstance(result, Failure):
            into.error.CopyFrom(answers.to_status(result))
        else:
            fill_response(into.response, result)


def redecisions_to(
    shipment_ids: Sequence[str], results: Sequence[Decision | Failure]
) -> intake_pb2.RedecideShipmentsResponse:
    """What became of shipments that were to be decided again, in their order."""
    message = intake_pb2.RedecideShipmentsResponse()
    for shipment_id, result in zip(shipment_ids, results, strict=True):
        into = message.results.add(shipment_id=shipment_id)
        if isinstance(result, Failure):
            into.error.CopyFrom(answers.to_status(result))
        else:
            fill_told(into.decision, result)
    return message


def cancellation_from(message: intake_pb2.CancelShipmentRequest) -> Cancellation:
    """What is asked; of a message that breaks no rule."""
    return Cancellation(
        ShipmentId(message.shipment_id),
        message.request_id,
        CancelReason(message.reason),
        message.author,
        message.etag,
    )


def cancelled_to(answer: Answer) -> intake_pb2.CancelShipmentResponse:
    """What the caller is told of its cancellation."""
    message = intake_pb2.CancelShipmentResponse(replayed=answer.replayed, etag=answer.etag)
    fill_told(message.decision, answer.decision)
    if answer.receipt:
        message.receipt.MergeFromString(answer.receipt)
    return message


def fill_told(message: trade_pb2.Decision, decision: Decision) -> None:
    """A decision as a filer may see it.

    Which other shipments count on that day may be another filer's matter, and the id of the person-day would tell
    two filers that they serve one person. The sums stay: they are the reason that the law gives.
    """
    fill_decision(message, decision)
    if message.HasField("eligibility"):
        for field in _OF_OTHERS:
            message.eligibility.ClearField(field)


def sighting_to(sighting: Sighting) -> intake_pb2.WatchDecisionsResponse:
    """What a watcher is told."""
    message = intake_pb2.WatchDecisionsResponse(resume_token=sighting.resume_token, checkpoint=sighting.checkpoint)
    if sighting.decision is not None:
        message.dedupe_key = sighting.decision.decision_id
        fill_told(message.decision, sighting.decision)
        fill_timestamp(message.recorded_at, sighting.recorded_at_ns)
    return message


def standing_to(standing: Standing) -> intake_pb2.GetShipmentResponse:
    """A shipment as its filers may see it."""
    message = intake_pb2.GetShipmentResponse(etag=etag(standing.shipment.shipment_id, standing.shipment.revision))
    fill_shipment_for_filer(message.shipment, standing.shipment)
    fill_told(message.decision, standing.decision)
    if standing.receipt:
        message.receipt.MergeFromString(standing.receipt)
    for filed in standing.filings:
        head = trade_pb2.Filing.FromString(filed.content)
        summary = message.filings.add(
            originator_code=filed.originator_code,
            request_id=filed.request_id,
            filer_type=head.filer_type,
            revision=filed.revision,
        )
        fill_timestamp(summary.received_at, filed.received_at_ns)
    return message

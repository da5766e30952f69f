"""Decisions to record into what the verb takes, and what it answers into a response."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure, invalid

from tidewaiter_audit.model import Recorded, Submission
from tidewaiter_audit.spans import TracedDecision
from tidewaiter_audit.wire.from_facts import fill
from tidewaiter_audit.wire.into_facts import decision_from, personal_from, shipment_from
from tidewaiter_audit.wire.names import Unsayable
from tidewaiter_audit.wire.reading import fill_receipt
from tidewaiter_audit.wire.violations import violations_of

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def traces_from(request: audit.AppendDecisionsRequest) -> list[TracedDecision]:
    """The records whose filing is traced, with their place in the batch."""
    return [
        TracedDecision(
            place=place,
            traceparent=record.traceparent,
            decision_id=record.decision.decision_id,
            shipment_id=record.decision.shipment_id,
        )
        for place, record in enumerate(request.records)
        if record.traceparent
    ]


def submissions_from(request: audit.AppendDecisionsRequest) -> Iterator[Submission | Failure]:
    """Each record as a submission, or the Failure INVALID that names all that is wrong with it.

    One at a time, so that what becomes of a record is made while the record is at hand.
    """
    for record in request.records:
        try:
            yield _submission_from(record)
        except Unsayable:
            yield invalid(*violations_of(record, is_identifier=_is_identifier))


def _submission_from(record: audit.DecisionRecord) -> Submission:
    # The rules of the fields were judged when the parcel was filed. A rule that changed since must not keep a
    # decision off the log: what is asked here is only whether the leaf can say it all, and names it rightly.
    if not (record.HasField("decision") and record.HasField("shipment")):
        raise Unsayable
    decision, shipment = decision_from(record.decision), shipment_from(record.shipment)
    if (
        not (_is_identifier(decision.decision_id) and _is_identifier(decision.shipment_id) and decision.outcome)
        or decision.shipment_id != shipment.shipment_id
        or decision.revision != shipment.revision
    ):
        raise Unsayable
    return Submission(decision=decision, shipment=shipment, personal=personal_from(record.shipment))


def _is_identifier(text: str) -> bool:
    return _IDENTIFIER.fullmatch(text) is not None


def append_response(results: Sequence[Recorded | Failure]) -> audit.AppendDecisionsResponse:
    """The results in order, each a receipt or the status that says why there is none."""
    response = audit.AppendDecisionsResponse()
    for result in results:
        message = response.results.add()
        if isinstance(result, Failure):
            message.error.CopyFrom(answers.to_status(result))
            continue
        recorded = message.recorded
        recorded.state = audit.ENTRY_STATE_PUBLISHED
        fill_receipt(recorded.receipt, result.receipt)
        if result.first is not None:
            recorded.replayed = True
            fill(recorded.decision, result.first)
    return response

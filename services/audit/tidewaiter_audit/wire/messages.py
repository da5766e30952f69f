"""Requests into what the verbs take, and what they answer into responses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_chassis import answers, validation
from tidewaiter_chassis.failures import Failure, invalid
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import errors, get, leaf
from tidewaiter_audit.get import DecisionName, SignedTree
from tidewaiter_audit.model import Proven, Receipt, Recorded, Submission
from tidewaiter_audit.spans import TracedDecision
from tidewaiter_audit.wire.from_facts import fill
from tidewaiter_audit.wire.into_facts import Unsayable, decision_from, personal_from, shipment_from
from tidewaiter_audit.wire.violations import violations_of

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def refuse_unknown(request: audit.AppendDecisionsRequest) -> None:
    """Failure NOT_READY, CONTRACT_NEWER, when a newer caller says more than this release could write down.

    It would otherwise be lost without a word, and the leaf would be signed as if it were all.
    """
    bytes_before = request.ByteSize()
    request.DiscardUnknownFields()
    if request.ByteSize() != bytes_before:
        raise errors.contract_newer()


def refuse_repeated(request: audit.AppendDecisionsRequest) -> None:
    """Failure DECISION_ID_REPEATED naming every record whose decision stands in the batch before."""
    validation.refuse_repeated(
        [record.decision.decision_id for record in request.records],
        field="records[{}].decision.decision_id",
        code="DECISION_ID_REPEATED",
        remedy="Give each decision once.",
    )


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
        _fill_receipt(recorded.receipt, result.receipt)
        if result.first is not None:
            recorded.replayed = True
            fill(recorded.decision, result.first)
    return response


def name_from(request: audit.GetDecisionRequest | audit.GetProofRequest) -> DecisionName:
    """The decision_id or the leaf index that the request names; Failure INVALID when it names none."""
    validation.refuse_invalid(request)
    if request.WhichOneof("name") == "decision_id":
        return request.decision_id
    return LeafIndex(request.leaf_index)


def decision_response(proven: Proven) -> audit.GetDecisionResponse:
    """The decision as its leaf has it."""
    entry = proven.entry
    response = audit.GetDecisionResponse(leaf=entry.leaf, leaf_index=entry.leaf_index)
    response.recorded_at.FromNanoseconds(entry.recorded_at_ns)
    fill(response.decision, leaf.decision_of(entry))
    return response


def proof_response(proven: Proven) -> audit.GetProofResponse:
    """The receipt twice, field by field and as a file, with the leaf that it speaks of."""
    response = audit.GetProofResponse(tlog_proof=get.receipt_file(proven.receipt), leaf=proven.entry.leaf)
    _fill_receipt(response.receipt, proven.receipt)
    return response


def checkpoint_response(tree: SignedTree) -> audit.GetCheckpointResponse:
    """The newest checkpoint and the key that verifies it."""
    return audit.GetCheckpointResponse(checkpoint=tree.note, tree_size=tree.tree_size, verifier_key=tree.verifier_key)


def _fill_receipt(message: trade.Receipt, receipt: Receipt) -> None:
    message.log_origin = receipt.log_origin
    message.leaf_index = receipt.leaf_index
    message.leaf_hash = receipt.leaf_hash
    message.tree_size = receipt.tree_size
    message.inclusion_proof.extend(receipt.proof)
    message.checkpoint = receipt.checkpoint

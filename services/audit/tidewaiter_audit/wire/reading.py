"""What readers of the log ask, and what they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_chassis import answers, validation
from tidewaiter_chassis.failures import Failure, Violation, invalid
from tidewaiter_tlog.tree import LeafIndex

from tidewaiter_audit import get, leaf
from tidewaiter_audit.consistency import Continuation
from tidewaiter_audit.facets import Facet
from tidewaiter_audit.find import Conditions, Page
from tidewaiter_audit.get import DecisionName, Seen, SignedTree
from tidewaiter_audit.model import Entry, EntryState, Proven, Receipt
from tidewaiter_audit.watch import Sighting
from tidewaiter_audit.wire.from_facts import fill
from tidewaiter_audit.wire.names import OUTCOMES

HITS_USUAL: Final = 100
PROVEN_HITS_MAX: Final = 500
PROOFS_MAX: Final = 500

STATES: Final = {
    EntryState.SEQUENCED: audit.ENTRY_STATE_SEQUENCED,
    EntryState.INTEGRATED: audit.ENTRY_STATE_INTEGRATED,
    EntryState.PUBLISHED: audit.ENTRY_STATE_PUBLISHED,
}


def name_from(request: audit.GetDecisionRequest | audit.GetProofRequest) -> DecisionName:
    """The decision_id or the leaf index that the request names; Failure INVALID when it names none."""
    validation.refuse_invalid(request)
    if request.WhichOneof("name") == "decision_id":
        return request.decision_id
    return LeafIndex(request.leaf_index)


def names_from(request: audit.BatchGetProofsRequest) -> list[DecisionName]:
    """All names, ids first; Failure INVALID when there are none or too many."""
    validation.refuse_invalid(request)
    names: list[DecisionName] = [*request.decision_ids, *map(LeafIndex, request.leaf_indexes)]
    if not 1 <= len(names) <= PROOFS_MAX:
        message = f"{len(names)} names are given: give 1 to {PROOFS_MAX} in all"
        raise invalid(Violation(field="decision_ids", code="NAMES_OUT_OF_RANGE", message=message))
    return names


def conditions_from(request: audit.ListDecisionsRequest) -> Conditions:
    """What a list is asked for; Failure INVALID naming every broken rule."""
    validation.refuse_invalid(request)
    given = (
        (Facet.OUTCOME, OUTCOMES[request.outcome]),
        (Facet.ORIGINATOR, request.originator_code),
        (Facet.PERSON_DAY, request.person_day),
        (Facet.TRACE_ID, request.trace_id),
    )
    return Conditions(
        shipment_id=request.shipment_id,
        facets=tuple([(facet, value) for facet, value in given if value]),
        recorded_from_ns=_nanoseconds(request.recorded_from) if request.HasField("recorded_from") else None,
        recorded_until_ns=_nanoseconds(request.recorded_until) if request.HasField("recorded_until") else None,
    )


def hits_max_from(request: audit.ListDecisionsRequest) -> int:
    """How many hits a page may have."""
    wanted = request.page_size or HITS_USUAL
    return min(wanted, PROVEN_HITS_MAX) if request.with_proofs else wanted


def page_response(page: Page, *, with_proofs: bool) -> audit.ListDecisionsResponse:
    """The page, each hit with its leaf and receipt when they are wanted."""
    response = audit.ListDecisionsResponse(next_page_token=page.next_token, tree_size=page.tree_size)
    for proven in page.hits:
        fill(response.decisions.add(), leaf.decision_of(proven.entry))
        hit = response.hits.add(leaf_index=proven.entry.leaf_index)
        hit.recorded_at.FromNanoseconds(proven.entry.recorded_at_ns)
        if with_proofs:
            hit.leaf = proven.entry.leaf
            fill_receipt(hit.receipt, proven.receipt)
    return response


def sighting_response(sighting: Sighting) -> audit.WatchDecisionsResponse:
    """A decision, or a sign of life."""
    response = audit.WatchDecisionsResponse(resume_token=sighting.resume_token, checkpoint=sighting.checkpoint)
    if sighting.entry is not None and sighting.decision is not None:
        response.leaf_index = sighting.entry.leaf_index
        response.recorded_at.FromNanoseconds(sighting.entry.recorded_at_ns)
        fill(response.decision, sighting.decision)
    return response


def decision_response(seen: Seen) -> audit.GetDecisionResponse:
    """The decision as its leaf has it."""
    entry: Entry = seen.entry
    response = audit.GetDecisionResponse(leaf=entry.leaf, leaf_index=entry.leaf_index, state=STATES[seen.state])
    response.recorded_at.FromNanoseconds(entry.recorded_at_ns)
    decision = leaf.first_told(entry)
    if decision is not None:
        fill(response.decision, decision)
    return response


def proof_response(proven: Proven) -> audit.GetProofResponse:
    """The receipt twice, field by field and as a file, with the leaf that it speaks of."""
    response = audit.GetProofResponse(tlog_proof=get.receipt_file(proven.receipt), leaf=proven.entry.leaf)
    fill_receipt(response.receipt, proven.receipt)
    return response


def proofs_response(results: Sequence[Proven | Failure]) -> audit.BatchGetProofsResponse:
    """Each proof or the status that says why there is none, in order."""
    response = audit.BatchGetProofsResponse()
    for result in results:
        message = response.results.add()
        if isinstance(result, Failure):
            message.error.CopyFrom(answers.to_status(result))
        else:
            message.proven.leaf = result.entry.leaf
            fill_receipt(message.proven.receipt, result.receipt)
    return response


def continuation_response(proof: Continuation) -> audit.GetConsistencyProofResponse:
    """The proof with the roots it leads from and to."""
    return audit.GetConsistencyProofResponse(
        hashes=proof.hashes,
        checkpoint=proof.checkpoint,
        newer_size=proof.newer_size,
        older_root=proof.older_root,
        newer_root=proof.newer_root,
    )


def checkpoint_response(tree: SignedTree) -> audit.GetCheckpointResponse:
    """The newest checkpoint and the key that verifies it."""
    return audit.GetCheckpointResponse(
        checkpoint=tree.note,
        tree_size=tree.tree_size,
        verifier_key=tree.verifier_key,
        cosigned_checkpoint=tree.cosigned,
    )


def fill_receipt(message: trade.Receipt, receipt: Receipt) -> None:
    """Sets all of a receipt."""
    message.log_origin = receipt.log_origin
    message.leaf_index = receipt.leaf_index
    message.leaf_hash = receipt.leaf_hash
    message.tree_size = receipt.tree_size
    message.inclusion_proof.extend(receipt.proof)
    message.checkpoint = receipt.checkpoint


def _nanoseconds(time: Timestamp) -> int:
    return time.seconds * 1_000_000_000 + time.nanos

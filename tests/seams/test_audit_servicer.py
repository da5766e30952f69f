"""Audit over a loopback server: every RPC, and that one bad item, one bad request, harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_audit import keys
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.errors import ProofInvalid
from tidewaiter_tlog.keys import parse_verifier_key
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.receipt import verify_receipt

from tests.audit_records import CANARY, decision, decision_id, reason, record
from tests.audit_service import NOON, Served, failure_of, served


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as opened:
        yield opened


async def test_an_appended_decision_comes_back_by_id_and_by_index_as_it_was_sent(log: Served) -> None:
    (result,) = await log.append(record(1))

    by_id = await log.stub.GetDecision(audit.GetDecisionRequest(decision_id=decision_id(1)))
    by_index = await log.stub.GetDecision(audit.GetDecisionRequest(leaf_index=0))

    assert 0 == result.recorded.receipt.leaf_index
    assert not result.recorded.replayed
    assert by_id == by_index
    assert decision(1) == by_id.decision
    assert (0, NOON) == (by_id.leaf_index, by_id.recorded_at.ToDatetime(UTC))
    assert CANARY.encode() not in by_id.SerializeToString()


async def test_a_receipt_verifies_with_the_public_key_alone(log: Served) -> None:
    results = await log.append(*[record(number) for number in range(40)])
    key = keys.read_verifier_key(log.folder / "audit.pub")

    for result in results:
        receipt = result.recorded.receipt
        checkpoint = verify_checkpoint(receipt.checkpoint, [key])
        verify_inclusion(
            receipt.leaf_index,
            receipt.tree_size,
            receipt.leaf_hash,
            tuple(receipt.inclusion_proof),
            checkpoint.root,
        )
        assert receipt.tree_size == checkpoint.tree_size


async def test_a_proof_is_a_file_that_a_stranger_verifies_with_the_public_key(log: Served) -> None:
    await log.append(*[record(number) for number in range(5)])
    key = parse_verifier_key((await log.stub.GetCheckpoint(audit.GetCheckpointRequest())).verifier_key)

    proof = await log.stub.GetProof(audit.GetProofRequest(decision_id=decision_id(3)))

    checkpoint = verify_receipt(proof.tlog_proof, proof.leaf, [key])
    assert (5, 3) == (checkpoint.tree_size, proof.receipt.leaf_index)
    assert decision_id(3).encode() in proof.leaf
    with pytest.raises(ProofInvalid):
        verify_receipt(proof.tlog_proof, proof.leaf.replace(b"RELEASE", b"HOLDING"), [key])


async def test_a_proof_is_at_the_newest_checkpoint(log: Served) -> None:
    await log.append(record(1))
    await log.append(record(2))

    proof = await log.stub.GetProof(audit.GetProofRequest(leaf_index=0))
    newest = await log.stub.GetCheckpoint(audit.GetCheckpointRequest())

    assert (2, 2) == (proof.receipt.tree_size, newest.tree_size)
    assert newest.checkpoint == proof.receipt.checkpoint


async def test_a_decision_sent_again_with_other_content_is_answered_with_the_first(log: Served) -> None:
    (first,) = await log.append(record(1))
    await log.append(record(2))

    (again,) = await log.append(record(1, reasons=[reason(detail="another")]))

    assert again.recorded.replayed
    assert decision(1) == again.recorded.decision
    assert first.recorded.receipt == again.recorded.receipt


async def test_a_bad_item_is_answered_in_its_place_and_the_others_are_recorded(log: Served) -> None:
    bad = record(2)
    bad.decision.ClearField("outcome")
    too_large = record(4, reasons=[reason(detail="x" * 70_000)])

    results = await log.append(record(1), bad, record(3), too_large)

    assert ["recorded", "error", "recorded", "error"] == [one.WhichOneof("result") for one in results]
    assert [0, 1] == [one.recorded.receipt.leaf_index for one in results if one.HasField("recorded")]
    refused = [answers.from_status(one.error) for one in results if one.HasField("error")]
    assert [(Kind.INVALID, "OUTCOME_MISSING"), (Kind.INVALID, "LEAF_TOO_LARGE")] == [
        (one.kind, one.reason) for one in refused
    ]


@pytest.mark.parametrize(
    ("request_message", "reason_code"),
    [
        (audit.AppendDecisionsRequest(), "REPEATED_MIN_ITEMS"),
        (audit.AppendDecisionsRequest(records=[record(1)] * 2), "DECISION_ID_REPEATED"),
        (audit.AppendDecisionsRequest(records=[record(number) for number in range(1_001)]), "REPEATED_MAX_ITEMS"),
    ],
    ids=["empty", "twice", "too many"],
)
async def test_a_bad_batch_is_refused_before_any_work(
    log: Served, request_message: audit.AppendDecisionsRequest, reason_code: str
) -> None:
    refused = await failure_of(log.stub.AppendDecisions(request_message))

    assert (Kind.INVALID, reason_code) == (refused.kind, refused.reason)
    assert 0 == await log.tree_size()


async def test_the_largest_batch_is_taken(log: Served) -> None:
    results = await log.append(*[record(number) for number in range(1_000)])

    assert list(range(1_000)) == [one.recorded.receipt.leaf_index for one in results]


@pytest.mark.parametrize(
    ("by_get", "by_proof"),
    [
        (audit.GetDecisionRequest(decision_id="unknown-1"), audit.GetProofRequest(decision_id="unknown-1")),
        (audit.GetDecisionRequest(leaf_index=7), audit.GetProofRequest(leaf_index=7)),
        (audit.GetDecisionRequest(leaf_index=-1), audit.GetProofRequest(leaf_index=-1)),
    ],
)
async def test_what_is_not_on_the_log_is_not_found(
    log: Served, by_get: audit.GetDecisionRequest, by_proof: audit.GetProofRequest
) -> None:
    for call in (log.stub.GetDecision(by_get), log.stub.GetProof(by_proof)):
        refused = await failure_of(call)
        assert (Kind.NOT_FOUND, "DECISION_NOT_FOUND") == (refused.kind, refused.reason)


async def test_a_request_that_names_nothing_is_refused(log: Served) -> None:
    for call in (log.stub.GetDecision(audit.GetDecisionRequest()), log.stub.GetProof(audit.GetProofRequest())):
        assert Kind.INVALID is (await failure_of(call)).kind


async def test_concurrent_calls_with_the_same_decisions_agree(log: Served) -> None:
    answered = await asyncio.gather(*[log.append(*[record(number) for number in range(10)]) for _ in range(8)])

    assert 1 == len({tuple(one.recorded.receipt.leaf_index for one in results) for results in answered})
    assert 10 == sum(not one.recorded.replayed for results in answered for one in results)
    assert 10 == await log.tree_size()

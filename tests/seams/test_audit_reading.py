"""What readers ask of audit over the wire: lists, watches, proofs in batches, consistency; all verified as a stranger
would, with the public key alone."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_chassis.failures import Kind
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.hashing import leaf_hash
from tidewaiter_tlog.keys import VerifierKey, parse_verifier_key
from tidewaiter_tlog.proof import verify_consistency, verify_inclusion

from tests.audit_records import CANARY, decision_id, record, shipment_id
from tests.audit_service import Served, failure_of, served


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, watch_idle_seconds="0.05") as opened:
        yield opened


async def key_of(log: Served) -> VerifierKey:
    return parse_verifier_key((await log.stub.GetCheckpoint(audit.GetCheckpointRequest())).verifier_key)


def verify(receipt: trade.Receipt, leaf: bytes, key: VerifierKey) -> None:
    """Raises unless the receipt shows that the leaf is on the log."""
    signed = verify_checkpoint(receipt.checkpoint, [key])
    verify_inclusion(receipt.leaf_index, signed.tree_size, leaf_hash(leaf), tuple(receipt.inclusion_proof), signed.root)


async def fill(log: Served, count: int = 30) -> None:
    for start in range(0, count, 10):
        await log.append(*[record(number) for number in range(start, min(start + 10, count))])


async def test_a_list_of_one_shipment_has_its_decisions_and_nobody_elses(log: Served) -> None:
    await fill(log)
    await log.append(record(3, 2))

    found = await log.stub.ListDecisions(audit.ListDecisionsRequest(shipment_id=shipment_id(3)))

    assert [decision_id(3), decision_id(3, 2)] == [decision.decision_id for decision in found.decisions]
    assert [record(3).decision, record(3, 2).decision] == list(found.decisions)
    assert ([3, 30], "", 31) == ([hit.leaf_index for hit in found.hits], found.next_page_token, found.tree_size)
    assert {b""} == {hit.leaf for hit in found.hits}


async def test_every_hit_of_a_list_with_proofs_verifies_with_the_public_key_alone(log: Served) -> None:
    await fill(log)
    key = await key_of(log)
    request = audit.ListDecisionsRequest(page_size=7, with_proofs=True, originator_code="CARR1")

    seen: list[int] = []
    while True:
        page = await log.stub.ListDecisions(request)
        for decision, hit in zip(page.decisions, page.hits, strict=True):
            verify(hit.receipt, hit.leaf, key)
            assert decision.decision_id.encode() in hit.leaf
            seen.append(hit.leaf_index)
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token

    assert list(range(30)) == seen


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        ({"outcome": trade.OUTCOME_RELEASE}, 30),
        ({"outcome": trade.OUTCOME_HOLD}, 0),
        ({"trace_id": "f" * 32}, 0),
        ({"person_day": "nobody's"}, 0),
        ({"recorded_from": Timestamp(seconds=4_000_000_000)}, 0),
        ({"recorded_until": Timestamp(seconds=4_000_000_000)}, 30),
        ({"originator_code": "CARR1", "outcome": trade.OUTCOME_RELEASE, "shipment_id": shipment_id(1)}, 1),
    ],
    ids=str,
)
async def test_a_list_is_narrowed_by_what_is_given(log: Served, condition: dict[str, object], hits: int) -> None:
    await fill(log)

    found = await log.stub.ListDecisions(audit.ListDecisionsRequest(**condition))  # type: ignore[arg-type]

    assert hits == len(found.decisions)


@pytest.mark.parametrize(("size", "code"), [(-1, "INT32"), (0, ""), (1, ""), (1_000, ""), (1_001, "INT32")])
async def test_the_size_of_a_page_has_bounds(log: Served, size: int, code: str) -> None:
    call = log.stub.ListDecisions(audit.ListDecisionsRequest(page_size=size))
    if not code:
        await call
        return

    refused = await failure_of(call)

    assert Kind.INVALID is refused.kind
    assert ["page_size"] == [violation.field for violation in refused.violations]
    assert refused.violations[0].code.startswith(code)


async def test_a_watch_from_the_start_tells_everything_once_in_order_and_then_what_comes(log: Served) -> None:
    await fill(log)
    key = await key_of(log)
    watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token="earliest"))

    told = [await next_message(watch) for _ in range(31)]
    await log.append(record(100))
    later = await next_decision(watch)

    assert [decision_id(number) for number in range(30)] == [one.decision.decision_id for one in told[:30]]
    assert record(0).decision == told[0].decision
    assert 30 == verify_checkpoint(told[30].checkpoint, [key]).tree_size
    assert (decision_id(100), 30) == (later.decision.decision_id, later.leaf_index)
    watch.cancel()


async def next_message(watch: Any) -> audit.WatchDecisionsResponse:
    """The next of a stream that has not ended."""
    message = await watch.read()
    assert isinstance(message, audit.WatchDecisionsResponse)
    return message


async def next_decision(watch: Any) -> audit.WatchDecisionsResponse:
    """The next that is no sign of life."""
    while not (message := await next_message(watch)).HasField("decision"):
        pass
    return message


async def test_a_watch_goes_on_from_every_token_that_it_gave(log: Served) -> None:
    await fill(log, 12)
    watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token="earliest"))
    tokens = [(await next_message(watch)).resume_token for _ in range(13)]
    watch.cancel()

    for place, token in enumerate(tokens[:11]):
        resumed = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token=token))
        assert decision_id(place + 1) == (await next_decision(resumed)).decision.decision_id
        resumed.cancel()


async def test_a_watch_of_one_originator_tells_its_decisions_and_no_others_from_any_place(log: Served) -> None:
    numbers = range(450)
    for start in range(0, 450, 150):
        await log.append(*[record(n, filings=[f"CARR{n % 2}/r-{n}"]) for n in numbers[start : start + 150]])

    for token, first in (("earliest", 0), ("next.1", 1), ("next.441", 441)):
        watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token=token, originator_code="CARR1"))
        wanted = [n for n in numbers if n % 2 and n >= first]
        told = [await next_decision(watch) for _ in wanted]
        watch.cancel()

        assert [decision_id(n) for n in wanted] == [each.decision.decision_id for each in told]
        assert [f"next.{n + 1}" for n in wanted] == [each.resume_token for each in told]


async def test_a_watch_of_one_originator_comes_past_what_is_not_its_own(log: Served) -> None:
    await fill(log, 10)
    watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token="earliest", originator_code="NOBODY"))

    assert "next.10" == (await next_message(watch)).resume_token
    watch.cancel()


async def test_a_watch_without_a_token_tells_only_what_comes_and_shows_that_it_lives(log: Served) -> None:
    await fill(log, 10)
    watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest())

    signs = [await next_message(watch) for _ in range(3)]
    await log.append(record(50))
    told = await next_decision(watch)

    assert [False] * 3 == [sign.HasField("decision") for sign in signs]
    assert 1 == len({sign.checkpoint for sign in signs})
    assert decision_id(50) == told.decision.decision_id
    watch.cancel()


@pytest.mark.parametrize("token", ["x", "next.", "next.11", "next.-1", "EARLIEST"])
async def test_a_token_of_no_watch_is_refused(log: Served, token: str) -> None:
    await fill(log, 10)

    refused = await failure_of(log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token=token)).read())

    assert ["RESUME_TOKEN_UNKNOWN"] == [violation.code for violation in refused.violations]


async def test_a_watch_ends_when_the_service_drains(log: Served) -> None:
    watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest())
    await watch.read()

    await log.server.stop(5)

    while (message := await watch.read()) is not grpc.aio.EOF:
        assert isinstance(message, audit.WatchDecisionsResponse)
        assert not message.HasField("decision")


async def test_many_watchers_under_load_are_told_the_same(log: Served) -> None:
    async def follow() -> list[str]:
        watch = log.stub.WatchDecisions(audit.WatchDecisionsRequest(resume_token="earliest"))
        told = [(await next_decision(watch)).decision.decision_id for _ in range(300)]
        watch.cancel()
        return told

    watchers = [asyncio.create_task(follow()) for _ in range(5)]
    await fill(log, 300)

    assert [[decision_id(number) for number in range(300)]] * 5 == await asyncio.gather(*watchers)


async def test_every_pair_of_sizes_has_a_consistency_proof_that_verifies(log: Served) -> None:
    for number in range(9):
        await log.append(record(number))
    key = await key_of(log)

    for older, newer in itertools.combinations_with_replacement(range(1, 10), 2):
        proof = await log.stub.GetConsistencyProof(audit.GetConsistencyProofRequest(older_size=older, newer_size=newer))
        signed = verify_checkpoint(proof.checkpoint, [key])
        assert (newer, newer, proof.newer_root) == (signed.tree_size, proof.newer_size, signed.root)
        verify_consistency(older, newer, tuple(proof.hashes), proof.older_root, signed.root)


async def test_a_size_that_was_never_signed_is_proven_and_has_no_checkpoint(log: Served) -> None:
    await fill(log, 20)

    proof = await log.stub.GetConsistencyProof(audit.GetConsistencyProofRequest(older_size=3, newer_size=15))

    assert b"" == proof.checkpoint
    verify_consistency(3, 15, tuple(proof.hashes), proof.older_root, proof.newer_root)


@pytest.mark.parametrize(("older", "newer"), [(0, 0), (-1, 5), (11, 0), (6, 5), (1, 11)])
async def test_sizes_that_the_log_does_not_have_are_refused(log: Served, older: int, newer: int) -> None:
    await fill(log, 10)

    refused = await failure_of(
        log.stub.GetConsistencyProof(audit.GetConsistencyProofRequest(older_size=older, newer_size=newer))
    )

    assert Kind.INVALID is refused.kind


async def test_proofs_of_many_are_at_one_checkpoint_each_as_asked_and_an_unknown_one_fails_alone(log: Served) -> None:
    await fill(log)
    key = await key_of(log)
    request = audit.BatchGetProofsRequest(
        decision_ids=[decision_id(20), "unknown", decision_id(3)], leaf_indexes=[29, 30, 0]
    )

    results = (await log.stub.BatchGetProofs(request)).results

    assert [20, None, 3, 29, None, 0] == [
        one.proven.receipt.leaf_index if one.HasField("proven") else None for one in results
    ]
    for one in results:
        if one.HasField("proven"):
            verify(one.proven.receipt, one.proven.leaf, key)
    assert 1 == len({one.proven.receipt.checkpoint for one in results if one.HasField("proven")})
    assert CANARY.encode() not in b"".join(one.proven.leaf for one in results)


@pytest.mark.parametrize(
    "request_",
    [
        audit.BatchGetProofsRequest(),
        audit.BatchGetProofsRequest(leaf_indexes=range(501)),
        audit.BatchGetProofsRequest(decision_ids=["a"], leaf_indexes=range(500)),
        audit.BatchGetProofsRequest(decision_ids=["a", "a"]),
        audit.BatchGetProofsRequest(leaf_indexes=[-1]),
    ],
    ids=["none", "too many", "too many in all", "repeated", "negative"],
)
async def test_a_batch_of_names_has_bounds_and_no_repeats(log: Served, request_: audit.BatchGetProofsRequest) -> None:
    assert Kind.INVALID is (await failure_of(log.stub.BatchGetProofs(request_))).kind


async def test_what_is_answered_says_how_far_it_has_come(log: Served) -> None:
    (appended,) = await log.append(record(1))
    seen = await log.stub.GetDecision(audit.GetDecisionRequest(decision_id=decision_id(1)))

    assert [audit.ENTRY_STATE_PUBLISHED] * 2 == [appended.recorded.state, seen.state]

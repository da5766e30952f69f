"""Histories, erasure and retention over a loopback server, and what an auditor does with what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import keys
from tidewaiter_chassis.failures import Kind
from tidewaiter_tlog.history import VerifiedHistory, verify_history

from tests.audit_records import CANARY, party, record, shipment_id
from tests.audit_service import Served, failure_of, served


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as opened:
        yield opened


def erasure(**changes: object) -> audit.ErasePersonalDataRequest:
    fields: dict[str, object] = {"author": "privacy", "reason": "letter 17", "request_id": "L-17"}
    return audit.ErasePersonalDataRequest(**{**fields, **changes})  # type: ignore[arg-type]


async def history(log: Served, number: int, *, fresh: bool = True) -> VerifiedHistory:
    request = audit.GetShipmentHistoryRequest(shipment_id=shipment_id(number), fresh=fresh)
    answer = await log.stub.GetShipmentHistory(request)
    shown = verify_history(answer.history, [keys.read_verifier_key(log.folder / "audit.pub")])
    assert (answer.entries, answer.complete_to) == (len(shown.leaves), shown.complete_to)
    return shown


async def test_a_history_verifies_with_the_public_key_alone_and_names_an_erasure_too(log: Served) -> None:
    await log.append(record(1), record(2), record(1, 2))
    await log.stub.ErasePersonalData(erasure(shipment_id=shipment_id(1)))

    shown = await history(log, 1)

    assert ["decision", "decision", "erasure"] == [
        "erasure" if leaf.startswith(b'{"erasure"') else "decision" for leaf in shown.leaves
    ]
    assert 4 == shown.complete_to


async def test_entries_that_are_no_decisions_are_proven_and_read_without_harm(log: Served) -> None:
    await log.append(record(1))
    await log.stub.ErasePersonalData(erasure(shipment_id=shipment_id(1)))
    await history(log, 1)

    for index in (1, 2):
        proof = await log.stub.GetProof(audit.GetProofRequest(leaf_index=index))
        seen = await log.stub.GetDecision(audit.GetDecisionRequest(leaf_index=index))
        assert proof.leaf == seen.leaf
        assert not seen.HasField("decision")
    listed = await log.stub.ListDecisions(audit.ListDecisionsRequest())
    assert 1 == len(listed.decisions)
    assert "recorded" == (await log.append(record(2)))[0].WhichOneof("result")


async def test_erasures_that_come_together_do_not_hold_each_other_up(log: Served) -> None:
    await log.append(*[record(number) for number in range(8)])

    requests = [erasure(shipment_id=shipment_id(number), request_id=f"e{number}") for number in range(8)]
    done = await asyncio.gather(*[log.stub.ErasePersonalData(request) for request in requests])

    assert [[shipment_id(number)] for number in range(8)] == [
        [each.shipment_id for each in one.erasures] for one in done
    ]


async def test_a_person_s_shipments_are_erased_each_with_its_receipt(log: Served) -> None:
    await log.append(*[record(number) for number in range(3)])

    would = await log.stub.ErasePersonalData(erasure(person=party("buyer"), validate_only=True))
    done = await log.stub.ErasePersonalData(erasure(person=party("buyer")))

    assert [shipment_id(number) for number in range(3)] == [one.shipment_id for one in done.erasures]
    assert [one.shipment_id for one in would.erasures] == [one.shipment_id for one in done.erasures]
    assert [3, 4, 5] == [one.receipt.leaf_index for one in done.erasures]
    assert done.receipt == done.erasures[0].receipt
    assert not would.HasField("receipt")
    assert CANARY.encode() not in done.SerializeToString()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "ONE_OF_TWO"),
        ({"shipment_id": "S", "person": party("buyer")}, "ONE_OF_TWO"),
        ({"person": trade.Party(postal_code="10001")}, "ONE_OF_TWO"),
        ({"shipment_id": "S", "author": ""}, "STRING_MIN_LEN"),
        ({"shipment_id": "S", "reason": ""}, "STRING_MIN_LEN"),
        ({"shipment_id": "S", "reason": "x" * 1_001}, "STRING_MAX_LEN"),
        ({"shipment_id": "S", "request_id": "a/b"}, "STRING_PATTERN"),
    ],
)
async def test_an_erasure_says_who_why_and_of_whom(log: Served, changes: dict[str, object], code: str) -> None:
    refused = await failure_of(log.stub.ErasePersonalData(erasure(**changes)))

    assert Kind.INVALID is refused.kind
    assert code in {one.code for one in refused.violations}
    assert CANARY not in str(refused)


async def test_retention_shows_its_policy_and_a_dry_run_erases_nothing(log: Served) -> None:
    await log.append(record(1))

    would = await log.stub.ApplyRetention(audit.ApplyRetentionRequest(author="ops", validate_only=True))

    assert (0, 5, 90) == (would.decisions, would.years, would.grace_days)
    assert ("19 CFR 163.4(a)", trade.CONFIDENCE_UNVERIFIED) == (would.citation, would.confidence)
    assert 1 == await log.tree_size()


async def test_retention_refuses_to_keep_shorter_than_its_policy(log: Served) -> None:
    request = audit.ApplyRetentionRequest(author="ops")
    request.recorded_before.FromDatetime(datetime(2026, 2, 1, tzinfo=UTC))

    refused = await failure_of(log.stub.ApplyRetention(request))

    assert ["RETENTION_TOO_SHORT"] == [one.code for one in refused.violations]


async def test_after_an_erasure_no_file_and_no_span_has_the_person_and_all_had_none_in_telemetry_before(
    log: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    await log.append(record(1, traceparent=f"00-{'a' * 32}-{'b' * 16}-01"))
    await history(log, 1)
    kept_in = [path.name for path in log.folder.rglob("*") if CANARY.encode() in path.read_bytes()]
    assert kept_in, "beside the log it is kept until it is erased"

    await log.stub.ErasePersonalData(erasure(person=party("consignee")))

    left = [path.name for path in log.folder.rglob("*") if b"Canary" in path.read_bytes()]
    assert [] == left
    assert "Canary" not in repr(
        [(span.name, dict(span.attributes or {})) for span in log.exporter.get_finished_spans()]
    )
    assert "Canary" not in "".join(capsys.readouterr())
    assert "Canary" not in str((await history(log, 1)).leaves)

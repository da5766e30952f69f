"""What a filer, an SRE and an auditor see of one filing, by the public doors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.trace import SpanKind
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_tlog.keys import parse_verifier_key
from tidewaiter_tlog.receipt import verify_receipt

from tests.filings import goods, message, party
from tests.suite import Suite, suite, until

RELEASE, REVIEW, ENTRY = (
    trade_pb2.OUTCOME_RELEASE,
    trade_pb2.OUTCOME_REVIEW,
    trade_pb2.OUTCOME_ENTRY_REQUIRED,
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


async def test_a_filing_is_decided_recorded_and_provable_offline(house: Suite) -> None:
    answer = await house.submit(message("a"))

    assert (RELEASE, trade_pb2.ENTRY_PATH_SECTION_321_MANIFEST) == (
        answer.decision.outcome,
        answer.decision.entry_path,
    )
    assert f"{answer.decision.shipment_id}-1" == answer.decision.decision_id
    proof = await house.audit.GetProof(audit_pb2.GetProofRequest(decision_id=answer.decision.decision_id))
    key = parse_verifier_key((house.folder / "audit.pub").read_text().strip())
    checkpoint = verify_receipt(proof.tlog_proof, proof.leaf, [key])
    assert 1 == checkpoint.tree_size
    assert b"Ann Lee" not in proof.leaf
    assert answer.decision.trace_id.encode() in proof.leaf


async def test_the_same_filing_again_gets_its_first_answer_and_nothing_is_recorded(house: Suite) -> None:
    first = await house.submit(message("a"))

    again = await house.submit(message("a"))

    assert again.replayed
    assert first.decision == again.decision
    assert first.receipt == again.receipt
    assert 1 == await house.tree_size()


async def test_the_same_id_with_another_content_is_refused_naming_the_field(house: Suite) -> None:
    await house.submit(message("a"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.submit(message("a", order_id="O-2"))

    failure = answers.from_rpc_error(refused.value)
    assert (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED") == (refused.value.code(), failure.reason)
    assert "order_id" == failure.facts["field"]


async def test_validate_only_answers_the_same_and_leaves_no_trace(house: Suite) -> None:
    rehearsed = await house.submit(message("a"), validate_only=True)

    assert RELEASE == rehearsed.decision.outcome
    assert "" == rehearsed.decision.decision_id
    assert 0 == await house.tree_size()
    filed = await house.submit(message("a"))
    assert not filed.replayed
    assert [r.code for r in filed.decision.reasons] == [r.code for r in rehearsed.decision.reasons]


async def test_a_batch_of_rehearsals_is_answered_each_as_it_would_be_alone(house: Suite) -> None:
    await house.submit(message("a"))
    more = [message(name, tracking_number="TWa", order_id=f"O-{name}") for name in ("b", "c")]
    new = [message(name, consignee=party(f"Person {name}")) for name in ("d", "e")]
    requests = [intake_pb2.SubmitFilingRequest(filing=each, validate_only=True) for each in (*more, *new)]

    answer = await house.intake.BatchSubmitFilings(intake_pb2.BatchSubmitFilingsRequest(requests=requests))

    alone = [await house.submit(each, validate_only=True) for each in (*more, *new)]
    assert alone == [result.response for result in answer.results]
    assert [(RELEASE, False)] * 4 == [(one.decision.outcome, one.decision.degraded) for one in alone]
    assert 1 == await house.tree_size()


async def test_validate_only_of_a_filing_already_filed_is_answered_or_refused_like_it(house: Suite) -> None:
    filed = await house.submit(message("a"))

    again = await house.submit(message("a"), validate_only=True)

    assert again.replayed
    assert filed.decision == again.decision
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await house.submit(message("a", order_id="O-2"), validate_only=True)
    assert "REQUEST_ID_REUSED" == answers.from_rpc_error(reused.value).reason
    with pytest.raises(grpc.aio.AioRpcError) as stale:
        await house.submit(message("b", tracking_number="TWa", etag="old"), validate_only=True)
    assert "ETAG_STALE" == answers.from_rpc_error(stale.value).reason
    assert 1 == await house.tree_size()


async def test_an_amendment_of_what_moved_on_is_aborted_with_the_current_etag(house: Suite) -> None:
    filed = await house.submit(message("a"))
    amended = await house.submit(message("b", tracking_number="TWa", etag=filed.etag))

    with pytest.raises(grpc.aio.AioRpcError) as stale:
        await house.submit(message("c", tracking_number="TWa", etag=filed.etag))

    failure = answers.from_rpc_error(stale.value)
    assert (grpc.StatusCode.ABORTED, "ETAG_STALE") == (stale.value.code(), failure.reason)
    assert amended.etag == failure.facts["current"] != filed.etag
    taken = await house.submit(message("c", tracking_number="TWa", etag=failure.facts["current"]))
    assert 3 == taken.decision.revision


async def test_a_person_day_over_the_limit_turns_what_was_released_before(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(50_000)]))
    assert RELEASE == first.decision.outcome

    second = await house.submit(message("b", items=[goods(30_001)]))

    assert ENTRY == second.decision.outcome
    assert trade_pb2.REASON_CODE_PERSON_DAY_OVER_LIMIT in [r.code for r in second.decision.reasons]
    turned = await until(lambda: _turned(house))
    assert (first.decision.decision_id, f"{first.decision.shipment_id}-2") == (
        turned.supersedes,
        turned.decision_id,
    )
    assert 3 == await house.tree_size()
    replay = await house.submit(message("a", items=[goods(50_000)]))
    assert first.decision == replay.decision, "a retry gets the first answer, the watch tells the later ones"


async def _turned(house: Suite) -> trade_pb2.Decision | None:
    decision = await house.current("TWa")
    return decision if decision.outcome == ENTRY else None


async def test_eight_hundred_dollars_pass_and_one_cent_more_does_not(house: Suite) -> None:
    exact = await house.submit(message("a", items=[goods(80_000)], consignee=party("Zoe Poe")))
    over = await house.submit(message("b", items=[goods(80_001)], consignee=party("Bo Ek")))

    assert (RELEASE, ENTRY) == (exact.decision.outcome, over.decision.outcome)
    assert trade_pb2.ENTRY_PATH_TYPE_11 == over.decision.entry_path


async def test_filings_of_several_parties_make_one_shipment_with_one_standing_decision(house: Suite) -> None:
    await house.submit(message("c", tracking_number="TW-1"))
    sold = message(
        "m",
        tracking_number="tw 1",
        originator_code="MARK01",
        filer_type=trade_pb2.FILER_TYPE_ONLINE_MARKETPLACE,
        seller=party("Hemden GmbH", country_code="DE"),
        seller_account_id="S-9",
        listed_price=goods().unit_value,
    )

    answer = await house.submit(sold)

    assert (2, f"{answer.decision.shipment_id}-1") == (answer.decision.revision, answer.decision.supersedes)
    found = await house.intake.GetShipment(intake_pb2.GetShipmentRequest(tracking_number="TW1"))
    assert ["CARR01", "MARK01"] == [one.originator_code for one in found.filings]
    assert "S-9" == found.shipment.seller_account_id
    assert answer.decision == found.decision
    assert answer.etag == found.etag


async def test_a_filer_never_sees_score_list_or_evidence_and_the_log_keeps_them(house: Suite) -> None:
    answer = await house.submit(message("a", items=[goods(description="gift")]))

    assert not answer.decision.HasField("risk")
    told = answer.decision.eligibility
    assert ([], "", []) == (list(told.counted_shipment_ids), told.person_day, list(told.person_key_rules))
    assert trade_pb2.REASON_SOURCE_RISK not in [reason.source for reason in answer.decision.reasons]
    whole = await house.audit.GetDecision(audit_pb2.GetDecisionRequest(decision_id=answer.decision.decision_id))
    assert whole.decision.risk.score > 0
    assert sum(c.points for c in whole.decision.risk.contributions) == whole.decision.risk.score
    assert "DESCRIPTION_VAGUE" in str(whole.decision.risk)
    assert [answer.decision.shipment_id] == list(whole.decision.eligibility.counted_shipment_ids)
    assert whole.decision.eligibility.person_day


async def test_one_filing_is_one_trace_over_all_four_services(house: Suite) -> None:
    answer = await house.submit(message("a"))

    spans = await until(lambda: _whole(house, answer.decision.trace_id, 5))
    by_name = {span.name: span for span in spans}
    root = by_name["intake.file"]
    asked = by_name["eligibility.determine"], by_name["risk.assess"]
    appended = by_name["audit.append"]
    assert [root.context.span_id] * 3 == [child.parent.span_id for child in (*asked, appended)]
    assert max(one.end_time for one in asked) <= appended.end_time
    assert root.start_time <= min(one.start_time for one in asked)
    assert appended.end_time <= root.end_time
    calls = [
        span
        for span in house.spans.get_finished_spans()
        if span.kind is SpanKind.CLIENT and span.name.endswith(("/DetermineEligibility", "/AssessRisk"))
    ]
    assert 2 == len(calls)
    assert max(_ns(call.start_time) for call in calls) < min(_ns(call.end_time) for call in calls), "asked at once"
    assert root.parent.span_id == by_name["tidewaiter.intake.v1.IntakeService/SubmitFiling"].context.span_id


def _ns(time: int | None) -> int:
    assert time is not None
    return time


async def test_a_caller_s_trace_is_continued(house: Suite) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    metadata = (("traceparent", f"00-{trace_id}-b7ad6b7169203331-01"),)

    answer = await house.intake.SubmitFiling(intake_pb2.SubmitFilingRequest(filing=message("a")), metadata=metadata)

    assert trace_id == answer.decision.trace_id
    assert await until(lambda: _whole(house, trace_id, 5))


async def test_no_personal_data_is_in_any_span(house: Suite) -> None:
    canary = party("Canary Consignee", email="canary@example.com", phone="555-CANARY", address_lines=["9 Canary Rd"])
    await house.submit(message("a", consignee=canary, buyer=canary))

    assert "anary" not in "".join(span.to_json() for span in house.spans.get_finished_spans())


def _whole(house: Suite, trace_id: str, count: int) -> list[Any]:
    spans = house.of_trace(trace_id)
    return spans if len(spans) >= count else []

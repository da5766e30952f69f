"""Eligibility over a real wire: what it answers, refuses, traces and counts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_eligibility.__main__ import build

from tests.eligibility_service import batch, failure_of, settings_in, stub, telemetry
from tests.eligibility_shipments import CLOSED_DAY, law, message

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub

__all__ = ["stub", "telemetry"]

TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE_ID}-{PARENT_ID}-01"


async def test_a_what_if_is_answered_with_the_finding(stub: Stub) -> None:
    response = await stub.CheckEligibility(eligibility_pb2.CheckEligibilityRequest(shipment=message()))

    assert trade_pb2.VERDICT_ELIGIBLE == response.finding.verdict
    assert ("R01", "2025-01-15", "America/New_York") == (
        response.finding.regime_id, response.finding.local_day, response.finding.zone,
    )  # fmt: skip
    assert (775, "USD") == (response.finding.headroom.units, response.finding.headroom.currency_code)
    assert law().version == response.finding.law_version


async def test_a_no_is_an_answer_and_not_an_error(stub: Stub) -> None:
    request = eligibility_pb2.CheckEligibilityRequest(shipment=message(day=CLOSED_DAY))

    finding = (await stub.CheckEligibility(request)).finding

    assert (trade_pb2.VERDICT_NOT_ELIGIBLE, trade_pb2.ENTRY_PATH_TYPE_11) == (finding.verdict, finding.entry_path)
    assert not finding.HasField("limit")


async def test_an_empty_shipment_is_unknown_and_says_what_is_missing(stub: Stub) -> None:
    request = eligibility_pb2.CheckEligibilityRequest(shipment=trade_pb2.Shipment())

    finding = (await stub.CheckEligibility(request)).finding

    assert trade_pb2.VERDICT_UNKNOWN == finding.verdict
    assert ["mode", "estimated_arrival"] == [reason.field for reason in finding.reasons]
    assert {trade_pb2.REASON_SOURCE_DATA_QUALITY} == {reason.source for reason in finding.reasons}


async def test_a_batch_of_what_ifs_keeps_its_order_and_errors_stay_in_their_place(stub: Stub) -> None:
    shipments = [message(), message(port_of_entry="nowhere"), message(day=CLOSED_DAY), message()]
    request = eligibility_pb2.BatchCheckEligibilityRequest(
        requests=[eligibility_pb2.CheckEligibilityRequest(shipment=each) for each in shipments]
    )

    results = (await stub.BatchCheckEligibility(request)).results

    assert ["finding", "error", "finding", "finding"] == [result.WhichOneof("result") for result in results]
    failure = answers.from_status(results[1].error)
    assert (Kind.INVALID, "requests[1].shipment.port_of_entry") == (failure.kind, failure.violations[0].field)
    assert results[0].finding == results[3].finding


async def test_claims_are_determined_counted_and_repeated(stub: Stub) -> None:
    first = await stub.DetermineEligibility(batch(message("S1", cents=50_000), message("S2", cents=30_000)))
    second = await stub.DetermineEligibility(batch(message("S3", cents=1)))

    assert law().version == first.law_version
    assert [2, 2] == [result.finding.counted_shipments for result in first.results]
    assert trade_pb2.VERDICT_NOT_ELIGIBLE == second.results[0].finding.verdict
    assert [("S1", 1), ("S2", 1)] == [(each.shipment_id, each.revision) for each in second.results[0].turned]
    assert second == await stub.DetermineEligibility(batch(message("S3", cents=1)))


async def test_an_unsound_shipment_has_its_error_and_the_rest_is_claimed(stub: Stub) -> None:
    response = await stub.DetermineEligibility(batch(message("S1"), message(""), message("S3", revision=0)))

    assert ["finding", "error", "error"] == [result.WhichOneof("result") for result in response.results]
    assert 1 == response.results[0].finding.counted_shipments


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_outside_its_bounds_is_refused_before_any_work(stub: Stub, size: int) -> None:
    determine = batch(*(message(f"S{number}") for number in range(size)))
    check = eligibility_pb2.BatchCheckEligibilityRequest(
        requests=[eligibility_pb2.CheckEligibilityRequest(shipment=message())] * size
    )

    for call in (stub.DetermineEligibility(determine), stub.BatchCheckEligibility(check)):
        assert Kind.INVALID is (await failure_of(call)).kind
    answer = await stub.DetermineEligibility(batch(message("S0")))
    assert 1 == answer.results[0].finding.counted_shipments


async def test_the_largest_batch_is_answered_whole(stub: Stub) -> None:
    response = await stub.DetermineEligibility(batch(*(message(f"S{number}", cents=80) for number in range(1000))))

    assert {(trade_pb2.VERDICT_ELIGIBLE, 1000, 100)} == {
        (each.finding.verdict, each.finding.counted_shipments, len(each.finding.counted_shipment_ids))
        for each in response.results
    }


async def test_a_shipment_twice_in_a_batch_is_refused_before_any_work(stub: Stub) -> None:
    failure = await failure_of(
        stub.DetermineEligibility(batch(message("S1"), message("S2"), message("S1", revision=2)))
    )

    assert (Kind.INVALID, "SHIPMENT_REPEATED") == (failure.kind, failure.reason)
    assert "determinations[2].shipment.shipment_id" == failure.violations[0].field
    assert 1 == (await stub.DetermineEligibility(batch(message("S2")))).results[0].finding.counted_shipments


async def test_the_regimes_are_listed_and_filtered(stub: Stub) -> None:
    request = eligibility_pb2.ListRegimesRequest(
        on="2025-06-01", origin_country="CN", mode=trade_pb2.TRANSPORT_MODE_AIR
    )

    response = await stub.ListRegimes(request)

    assert ["GIFT", "R04"] == [regime.regime_id for regime in response.regimes]
    assert law().version == response.law_version
    assert 17 == len((await stub.ListRegimes(eligibility_pb2.ListRegimesRequest())).regimes)


@pytest.mark.parametrize("wrong", [{"on": "2025-02-30"}, {"on": "today"}, {"origin_country": "china"}, {"mode": 77}])
async def test_a_filter_that_cannot_be_is_refused(stub: Stub, wrong: dict[str, Any]) -> None:
    failure = await failure_of(stub.ListRegimes(eligibility_pb2.ListRegimesRequest(**wrong)))

    assert (Kind.INVALID, [*wrong]) == (failure.kind, [each.field for each in failure.violations])


async def test_each_traced_filing_has_a_span_of_its_own_linked_with_the_batch(stub: Stub, telemetry: Telemetry) -> None:
    traced = eligibility_pb2.Determination(shipment=message("S1"), traceparent=TRACEPARENT)
    unsound = eligibility_pb2.Determination(shipment=message("S2", mode=99), traceparent=TRACEPARENT)
    untraced = eligibility_pb2.Determination(shipment=message("S3"))
    await stub.DetermineEligibility(
        eligibility_pb2.DetermineEligibilityRequest(determinations=[traced, unsound, untraced])
    )

    spans: dict[str, list[Any]] = {}
    for span in telemetry.exporter.get_finished_spans():  # type: ignore[attr-defined]  # the one in memory
        spans.setdefault(span.name, []).append(span)
    refused, found = sorted(spans["eligibility.determine"], key=lambda span: bool(span.attributes))
    (rpc,) = (span for name, (span, *_) in spans.items() if name.endswith("DetermineEligibility"))
    assert {TRACE_ID} == {f"{span.context.trace_id:032x}" for span in (found, refused)}
    assert {PARENT_ID} == {f"{span.parent.span_id:016x}" for span in (found, refused)}
    assert ("S1", "ELIGIBLE") == (
        found.attributes["tidewaiter.shipment_id"], found.attributes["tidewaiter.eligibility.verdict"],
    )  # fmt: skip
    assert "ENUM_DEFINED_ONLY" == refused.status.description
    assert [rpc.context.span_id] == [link.context.span_id for link in found.links]
    assert {found.context.span_id, refused.context.span_id} == {link.context.span_id for link in rpc.links}
    assert 0 == telemetry.tracing.live


async def test_nothing_personal_is_in_a_span(stub: Stub, telemetry: Telemetry) -> None:
    await stub.DetermineEligibility(batch(message("S1"), traceparent=TRACEPARENT))

    said = repr([dict(span.attributes) for span in telemetry.exporter.get_finished_spans()])  # type: ignore[attr-defined]

    assert "S1" in said
    assert not any(personal in said for personal in ("Ann", "Lee", "Main", "12180", "shirt"))


async def test_claims_outlive_the_process(tmp_path: Path, telemetry: Telemetry) -> None:
    findings = []
    for name in ("S1", "S2"):
        server = await build(settings_in(tmp_path), telemetry)
        address = await server.start()
        async with grpc.aio.insecure_channel(address) as channel:
            response = await eligibility_pb2_grpc.EligibilityServiceStub(channel).DetermineEligibility(
                batch(message(name, cents=40_000))
            )
        await server.stop()
        findings.append(response.results[0].finding)

    assert [1, 2] == [finding.counted_shipments for finding in findings]
    assert findings[0].person_day == findings[1].person_day


async def test_a_hundred_callers_at_once_are_never_told_more_than_the_limit(stub: Stub) -> None:
    calls = [stub.DetermineEligibility(batch(message(f"S{number}", cents=10_000))) for number in range(100)]
    told = [(await call).results[0] for call in [asyncio.ensure_future(call) for call in calls]]

    released = {number for number, result in enumerate(told) if result.finding.verdict == trade_pb2.VERDICT_ELIGIBLE}
    named = {each.shipment_id for result in told for each in result.turned}
    assert 8 == len(released)
    assert {f"S{number}" for number in released} <= named

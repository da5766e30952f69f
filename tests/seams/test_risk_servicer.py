"""Risk behind its real server on loopback: batches, bad items, whole refusals, traces, start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_risk.assess import SIGNALS
from tidewaiter_risk.model import Shipment

from tests.listed_parties import lines, sdn_line, write_list
from tests.risk_examples import assessor
from tests.risk_service import assessment, batch, refusal, servicer_of, serving

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_a_batch_is_answered_in_order_with_the_versions_used(tmp_path: Path) -> None:
    async with serving(tmp_path) as stub:
        response = await stub.AssessRisk(
            batch(
                assessment("a"),
                assessment("b", buyer=trade_pb2.Party(name="Joskel Amrit Tavveron")),
                assessment("c", conflicts=[trade_pb2.FilerConflict(field="items.unit_value")]),
            )
        )

    calm, listed, disputed = [result.finding for result in response.results]
    assert (0, trade_pb2.RISK_ACTION_NONE) == (calm.score, calm.action)
    assert (350, trade_pb2.RISK_ACTION_HOLD) == (listed.score, listed.action)
    assert ["filers.disagree"] == [one.signal for one in disputed.contributions]
    for finding in (calm, listed, disputed):
        assert finding.score == sum(one.points for one in finding.contributions)
        assert 64 == len(finding.scorecard_version)
        assert [("sample", 20)] == [(one.list, one.entries) for one in finding.lists]


async def test_a_bad_item_has_its_error_in_its_place_and_the_rest_its_answers(tmp_path: Path) -> None:
    long_name = trade_pb2.Party(name="Dana " * 50)
    nothing = trade_pb2.Party(name="...")
    async with serving(tmp_path) as stub:
        response = await stub.AssessRisk(
            batch(
                assessment("a"),
                risk_pb2.Assessment(),
                assessment("", order_id="7"),
                assessment("d", seller=long_name, buyer=nothing),
                assessment("e", items=[trade_pb2.LineItem(quantity=0)]),
                assessment("f"),
            )
        )

    kinds = [result.WhichOneof("result") for result in response.results]
    assert ["finding", "error", "error", "error", "error", "finding"] == kinds
    failures = [answers.from_status(result.error) for result in response.results[1:5]]
    assert {Kind.INVALID} == {failure.kind for failure in failures}
    assert ["REQUIRED", "SHIPMENT_ID_MISSING", "STRING_MAX_LEN", "INT64_GTE_LTE"] == [
        failure.reason for failure in failures
    ]
    assert ["shipment.seller.name", "shipment.buyer.name"] == [one.field for one in failures[2].violations]
    assert all("Dana" not in one.message for one in failures[2].violations)


@pytest.mark.parametrize(
    ("request_of", "reason"),
    [
        (batch, "REPEATED_MIN_ITEMS"),
        (lambda: batch(*(assessment(str(number)) for number in range(1_001))), "REPEATED_MAX_ITEMS"),
        (lambda: batch(assessment("a"), assessment("b"), assessment("a")), "SHIPMENT_REPEATED"),
    ],
)
async def test_a_batch_that_is_wrong_as_a_whole_is_refused_before_any_work(
    tmp_path: Path, request_of: Callable[[], risk_pb2.AssessRiskRequest], reason: str
) -> None:
    async with serving(tmp_path) as stub:
        failure = await refusal(stub.AssessRisk(request_of()))

    assert (Kind.INVALID, reason) == (failure.kind, failure.reason)


async def test_a_full_batch_is_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as stub:
        response = await stub.AssessRisk(batch(*(assessment(str(number)) for number in range(1_000))))

    assert 1_000 == len(response.results)
    assert all(result.HasField("finding") for result in response.results)


async def test_each_traced_shipment_has_a_span_in_its_own_trace_and_the_others_none(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    telemetry = Telemetry.for_tests("risk", exporter)
    async with serving(tmp_path, telemetry=telemetry) as stub:
        await stub.AssessRisk(
            batch(
                assessment("a", traceparent=f"00-{TRACE}-b7ad6b7169203331-01"),
                assessment("b", traceparent=f"00-{TRACE}-b7ad6b7169203331-00"),
                assessment("c"),
                assessment("", traceparent=f"00-{TRACE}-b7ad6b7169203332-01"),
            )
        )

    spans = [span for span in exporter.get_finished_spans() if span.name == "risk.assess"]
    (rpc,) = [span for span in exporter.get_finished_spans() if span.name.endswith("/AssessRisk")]
    assert 2 == len(spans)
    good, bad = spans
    assert [span.context for span in spans] == [link.context for link in rpc.links]
    assert good.context
    assert good.parent
    assert good.attributes
    assert int(TRACE, 16) == good.context.trace_id
    assert 0xB7AD6B7169203331 == good.parent.span_id
    assert 1 == len(good.links)
    assert {"tidewaiter.shipment_id": "a", "tidewaiter.risk.score": 0} == {
        key: value
        for key, value in good.attributes.items()
        if key in {"tidewaiter.shipment_id", "tidewaiter.risk.score"}
    }
    assert not bad.status.is_ok
    assert 0 == telemetry.tracing.live
    assert all("Dana" not in str(span.to_json()) for span in spans)
    telemetry.stop()


async def test_an_empty_folder_of_lists_clears_nobody(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    async with serving(tmp_path, lists_dir=str(tmp_path / "lists")) as stub:
        response = await stub.AssessRisk(batch(assessment("a")))
        failure = await refusal(
            stub.ScreenParty(risk_pb2.ScreenPartyRequest(party=trade_pb2.Party(name="Dana Whitcombe")))
        )

    finding = response.results[0].finding
    assert trade_pb2.RISK_ACTION_REVIEW == finding.action
    assert {trade_pb2.REASON_CODE_SIGNAL_MISSING} == {one.reason.code for one in finding.contributions}
    assert (Kind.NOT_READY, "LISTS_INCOMPLETE") == (failure.kind, failure.reason)


async def test_the_users_own_lists_take_the_place_of_the_sample(tmp_path: Path) -> None:
    write_list(tmp_path / "lists" / "own", sdn=lines(sdn_line("5", "WHITCOMBE, Dana")))
    async with serving(tmp_path, lists_dir=str(tmp_path / "lists")) as stub:
        response = await stub.AssessRisk(batch(assessment("a")))

    finding = response.results[0].finding
    assert trade_pb2.RISK_ACTION_HOLD == finding.action
    assert ["own"] == [one.list for one in finding.lists]
    assert trade_pb2.CONFIDENCE_OFFICIAL == finding.contributions[0].reason.confidence


async def test_a_mistyped_folder_of_lists_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="LISTS_REFUSED"):
        async with serving(tmp_path, lists_dir=str(tmp_path / "mistyped")):
            pass


async def test_a_mistyped_folder_of_the_scorecard_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="SCORECARD_REFUSED"):
        async with serving(tmp_path, scorecard_dir=str(tmp_path / "mistyped")):
            pass


async def test_a_signal_that_breaks_is_told_once_a_batch_without_what_it_saw() -> None:
    def breaking(_rule: object, _evidence: object) -> Any:
        def look(shipment: Shipment) -> None:
            raise ValueError(shipment.consignee)

        return look

    telemetry = Telemetry.for_tests("risk")
    servicer = servicer_of(assessor(signals={**SIGNALS, "filers.disagree": breaking}), telemetry)
    with structlog.testing.capture_logs() as events:
        response = await servicer.AssessRisk(batch(assessment("a"), assessment("b")), None)
    telemetry.stop()

    assert [20, 20] == [result.finding.score for result in response.results]
    (event,) = [event for event in events if event["event"] == "signal broke"]
    assert ("filers.disagree", "ValueError", 2) == (event["signal"], event["error"], event["times"])
    assert "Dana" not in str(event)
    assert "Dana" not in str(response.results[0].finding)

"""The obvious wrong inputs: a clear refusal each, never INTERNAL, never a crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers

from tests.filings import goods, message, party
from tests.suite import Suite, suite


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


async def _refusal(call: Any) -> tuple[grpc.StatusCode, set[tuple[str, str]]]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    failure = answers.from_rpc_error(refused.value)
    return refused.value.code(), {(one.field, one.code) for one in failure.violations}


_UNKNOWN_ENUM = message("a")
_UNKNOWN_ENUM.MergeFromString(trade_pb2.Filing(mode=99).SerializeToString())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filing", "expected"),
    [
        (_UNKNOWN_ENUM, ("filing.mode", "ENUM_DEFINED_ONLY")),
        (message("a", mode=0), ("filing.mode", "ENUM_NOT_IN")),
        (message(""), ("filing.request_id", "STRING_PATTERN")),
        (message("a", originator_code=""), ("filing.originator_code", "STRING_PATTERN")),
        (
            message("a", estimated_arrival=Timestamp(seconds=253402300799)),
            ("filing.estimated_arrival", "TIMESTAMP_GTE_LT"),
        ),
        (message("a", consignee=party("😀")), ("filing.consignee.name", "STRING_PATTERN")),
        (message("a", items=[goods()] * 10_000), ("filing.items", "REPEATED_MAX_ITEMS")),
        (message("a", items=[goods(quantity=0)]), ("filing.items[0].quantity", "INT64_GTE_LTE")),
        (message("a", tracking_number="T" * 51), ("filing.tracking_number", "STRING_PATTERN")),
        (message("a", port_of_entry="JFK"), ("filing.port_of_entry", "STRING_PATTERN")),
        (message("a", country_of_shipment="Germany"), ("filing.country_of_shipment", "STRING_PATTERN")),
        (message("a", items=[goods(hts_code="62")]), ("filing.items[0].hts_code", "STRING_PATTERN")),
    ],
)
async def test_a_filing_that_breaks_a_rule_is_refused_naming_field_and_code(
    house: Suite, filing: trade_pb2.Filing, expected: tuple[str, str]
) -> None:
    code, violations = await _refusal(house.submit(filing))

    assert grpc.StatusCode.INVALID_ARGUMENT is code
    assert expected in violations
    assert 0 == await house.tree_size()


async def test_an_absent_filing_and_an_empty_message_are_refused(house: Suite) -> None:
    code, violations = await _refusal(house.intake.SubmitFiling(intake_pb2.SubmitFilingRequest()))

    assert grpc.StatusCode.INVALID_ARGUMENT is code
    assert {"filing.request_id", "filing.originator_code", "filing.filer_type", "filing.mode"} <= {
        field for field, _ in violations
    }


async def test_a_batch_of_a_thousand_and_one_an_empty_one_and_a_repeated_id_are_refused_whole(house: Suite) -> None:
    one = intake_pb2.SubmitFilingRequest(filing=message("a"))
    for requests, expected in (
        ([one] * 1001, "REPEATED_MAX_ITEMS"),
        ([], "REPEATED_MIN_ITEMS"),
        ([one, one], "REQUEST_ID_REPEATED"),
    ):
        batch = intake_pb2.BatchSubmitFilingsRequest(requests=requests)
        code, violations = await _refusal(house.intake.BatchSubmitFilings(batch))
        assert grpc.StatusCode.INVALID_ARGUMENT is code
        assert expected in {code for _, code in violations}
    assert 0 == await house.tree_size()


async def test_a_batch_answers_in_order_and_isolates_what_is_bad(house: Suite) -> None:
    names = [f"b{n}" for n in range(20)]
    requests = [
        intake_pb2.SubmitFilingRequest(
            filing=message(name, consignee=party(f"Person {name}"), mode=0 if index in {3, 7} else 1),
            validate_only=index == 11,
        )
        for index, name in enumerate(names)
    ]

    answer = await house.intake.BatchSubmitFilings(intake_pb2.BatchSubmitFilingsRequest(requests=requests))

    assert names == [result.request_id for result in answer.results]
    assert {3, 7} == {index for index, result in enumerate(answer.results) if result.HasField("error")}
    assert "" == answer.results[11].response.decision.decision_id
    assert 17 == await house.tree_size()


async def test_a_chunk_of_five_hundred_and_one_is_refused(house: Suite) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.stream([message(f"f{n}") for n in range(501)], chunk=501)

    assert grpc.StatusCode.INVALID_ARGUMENT is refused.value.code()


async def test_bytes_that_are_no_message_and_a_message_too_large_are_refused(house: Suite) -> None:
    channel = grpc.aio.insecure_channel(house.addresses["intake"])
    submit: Any = channel.unary_unary("/tidewaiter.intake.v1.IntakeService/SubmitFiling")

    with pytest.raises(grpc.aio.AioRpcError) as garbage:
        await submit(b"\xff\xfe garbage")
    with pytest.raises(grpc.aio.AioRpcError) as large:
        await submit(b"\x00" * (9 << 20))
    await channel.close()

    assert grpc.StatusCode.INVALID_ARGUMENT is garbage.value.code()
    assert grpc.StatusCode.RESOURCE_EXHAUSTED is large.value.code()


async def test_a_shipment_that_does_not_exist_and_a_request_that_names_none(house: Suite) -> None:
    code, _ = await _refusal(house.intake.GetShipment(intake_pb2.GetShipmentRequest(shipment_id="nope")))
    assert grpc.StatusCode.NOT_FOUND is code
    code, _ = await _refusal(house.intake.GetShipment(intake_pb2.GetShipmentRequest()))
    assert grpc.StatusCode.INVALID_ARGUMENT is code


def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def _odd_filings(draw: Any) -> trade_pb2.Filing:
    odd = message(draw(st.sampled_from(["r1", "r2", "", "ü"])))
    for name in ("tracking_number", "house_bill", "house_bill_issuer", "order_id", "etag", "port_of_entry"):
        if draw(st.booleans()):
            setattr(odd, name, draw(_texts()))
    odd.consignee.name = draw(_texts())
    odd.consignee.address_lines[:] = draw(st.lists(_texts(), max_size=6))
    odd.consignee.postal_code = draw(_texts())
    item = odd.items[0]
    item.description, item.hts_code, item.origin_country = draw(_texts()), draw(_texts()), draw(_texts())
    item.quantity = draw(st.integers(-(2**63), 2**63 - 1))
    item.weight_grams = draw(st.integers(-1, 2**40))
    item.unit_value.units = draw(st.integers(-(2**63), 2**63 - 1))
    item.unit_value.nanos = draw(st.integers(-(2**31), 2**31 - 1))
    item.unit_value.currency_code = draw(st.sampled_from(["USD", "JPY", "", "usd", "💰"]))
    odd.estimated_arrival.seconds = draw(st.integers(-62135596800, 253402300799))
    odd.mode = draw(st.integers(-5, 9))
    odd.filer_type = draw(st.integers(-5, 9))
    return odd


async def test_no_filing_however_odd_is_answered_with_our_own_fault(house: Suite) -> None:
    loop = asyncio.get_running_loop()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(_odd_filings(), min_size=1, max_size=8))
    def judge(filings: list[trade_pb2.Filing]) -> None:
        requests = [
            intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=filings)),
        ]

        async def answered() -> list[Any]:
            return [
                result
                async for response in house.intake.StreamFilings(iter(requests), timeout=20)
                for result in response.results
            ]

        results = asyncio.run_coroutine_threadsafe(answered(), loop).result(30)
        assert len(filings) == len(results)
        for result in results:
            if result.HasField("error"):
                assert result.error.code not in {2, 13, 15}, result.error
                assert answers.from_status(result.error).reason

    await asyncio.to_thread(judge)

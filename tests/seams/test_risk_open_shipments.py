"""ListOpenShipments behind risk's real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter_chassis.failures import Kind

from tests.risk_service import assessment, batch, refusal, serving

ARRIVAL = "2025-03-01"
"""Of every shipment of `assessment`."""


def asks(**fields: Any) -> risk_pb2.ListOpenShipmentsRequest:
    return risk_pb2.ListOpenShipmentsRequest(**fields)


async def test_pages_are_asked_for_by_token_until_there_is_none(tmp_path: Path) -> None:
    names = [f"S{number}" for number in range(5)]
    found: list[str] = []
    async with serving(tmp_path) as stub:
        await stub.AssessRisk(batch(*map(assessment, names), assessment("no", what_if=True)))
        request = asks(arriving_from=ARRIVAL, page_size=2)
        while True:
            page = await stub.ListOpenShipments(request)
            found.extend(page.shipment_ids)
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        after = await stub.ListOpenShipments(asks(arriving_from="2025-03-02"))
        since_yesterday = await stub.ListOpenShipments(asks())

    assert names == found
    assert [[], []] == [list(after.shipment_ids), list(since_yesterday.shipment_ids)]


@pytest.mark.parametrize(
    ("request_message", "reason"),
    [
        (asks(arriving_from="2025-02-30"), "DAY_UNKNOWN"),
        (asks(arriving_from="soon"), "STRING_PATTERN"),
        (asks(page_size=501), "INT32_GTE_LTE"),
        (asks(page_size=-1), "INT32_GTE_LTE"),
        (asks(page_token="x"), "STRING_PATTERN"),
        (asks(page_token="1" * 19), "STRING_PATTERN"),
    ],
)
async def test_a_request_that_breaks_a_rule_is_refused(
    tmp_path: Path, request_message: risk_pb2.ListOpenShipmentsRequest, reason: str
) -> None:
    async with serving(tmp_path) as stub:
        failure = await refusal(stub.ListOpenShipments(request_message))

    assert (Kind.INVALID, reason) == (failure.kind, failure.reason)

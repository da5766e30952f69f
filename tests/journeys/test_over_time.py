"""What only shows when parcels are seen together is on the log with the parcels, and hidden from those who file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import goods, message
from tests.suite import Suite, suite


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


def lot(number: int, **changes: Any) -> trade_pb2.Filing:
    """One parcel of an order of which two together pass the limit."""
    fields = {"order_id": "O-1", "seller_account_id": "SHOP-7", "items": [goods(45_000)], **changes}
    return message(f"r-{number}", **fields)


async def recorded(house: Suite, decision: trade_pb2.Decision) -> dict[str, trade_pb2.RiskContribution]:
    """The contributions as the log has them, by signal."""
    request = audit_pb2.GetDecisionRequest(decision_id=decision.decision_id)
    found = (await house.audit.GetDecision(request, timeout=10)).decision
    return {one.signal: one for one in found.risk.contributions}


async def test_an_order_split_over_carriers_and_days_is_on_the_log_with_its_other_parcels(house: Suite) -> None:
    first = await house.submit(lot(1))
    later = lot(2, originator_code="CARR02", estimated_arrival={"seconds": 1_736_942_400 + 3 * 86_400})
    second = await house.submit(later)

    split = (await recorded(house, second.decision))["history.split"]
    assert [first.decision.shipment_id] == list(split.shipment_ids)
    assert trade_pb2.REASON_CODE_ORDER_SPLIT == split.reason.code
    assert "history.split.value.under_800" == split.reason.rule_id
    assert "history.split" not in await recorded(house, first.decision)
    # Who files sees nothing of it, and neither does the answer's text.
    assert not second.decision.HasField("risk")
    assert "history" not in str(second)


async def test_what_was_only_rehearsed_is_no_part_of_any_history(house: Suite) -> None:
    rehearsed = await house.submit(lot(1), validate_only=True)
    filed = await house.submit(lot(2))

    assert "" == rehearsed.decision.decision_id
    assert "history.split" not in await recorded(house, filed.decision)


async def test_filers_of_one_parcel_count_once_and_the_history_outlives_risk(house: Suite) -> None:
    seen = await house.submit(lot(1, tracking_number="TW1"))
    await house.submit(lot(3, tracking_number="TW1", originator_code="BROK01", filer_type=trade_pb2.FILER_TYPE_BROKER))
    await house.stop("risk")
    await house.start("risk")
    other = await house.submit(lot(2))

    split = (await recorded(house, other.decision))["history.split"]
    assert [seen.decision.shipment_id] == list(split.shipment_ids)
    assert "2 shipments of one order" in split.reason.detail

"""Three parcels of $300 on three days are one order of $900: in the end all need an entry, until one is of another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import OPEN_DAY, goods, message
from tests.suite import Suite, suite, until

RELEASE, ENTRY_REQUIRED = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_ENTRY_REQUIRED
LOTS = trade_pb2.REASON_CODE_LOTS_OF_ONE_ORDER


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


def lot(name: str, number: int, *, request_id: str = "", order_id: str = "O-1", etag: str = "") -> trade_pb2.Filing:
    """A parcel of $300, so many days after the first."""
    return message(
        request_id or name,
        tracking_number=f"TW{name}",
        items=[goods(30_000)],
        order_id=order_id,
        seller_account_id="shop",
        estimated_arrival=Timestamp(seconds=OPEN_DAY + 86_400 * number),
        etag=etag,
    )


async def _are_all(house: Suite, outcome: trade_pb2.Outcome.ValueType) -> bool:
    outcomes = {(await house.current(f"TW{name}")).outcome for name in "abc"}
    return outcomes == {outcome} and house.at_rest()


async def test_lots_on_three_days_end_as_entry_required_and_pass_again_when_one_is_of_another_order(
    house: Suite,
) -> None:
    filed = [await house.submit(lot(name, number)) for number, name in enumerate("abc")]

    assert [RELEASE, RELEASE, ENTRY_REQUIRED] == [each.decision.outcome for each in filed]
    await until(lambda: _are_all(house, ENTRY_REQUIRED))
    for name, before in zip("ab", filed, strict=False):
        decision = await house.current(f"TW{name}")
        (reason,) = [each for each in decision.eligibility.reasons if each.code == LOTS]
        assert before.decision.decision_id == decision.supersedes
        assert "3 shipments" in reason.detail
        assert "$900.00" in reason.detail

    await house.submit(lot("c", 2, request_id="c2", order_id="O-2", etag=filed[2].etag))

    await until(lambda: _are_all(house, RELEASE))

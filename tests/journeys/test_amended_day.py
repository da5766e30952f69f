"""Whatever is amended and whoever is silent: at no entry of the log is more released than the limit of one day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import goods, message, party
from tests.suite import Suite, suite, until

LIMIT_CENTS = 80_000
RELEASE = trade_pb2.OUTCOME_RELEASE


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path, TIDEWAITER_INTAKE_PEER_DEADLINE_SECONDS="1") as built:
        yield built


async def _most_released(house: Suite, cents: dict[tuple[str, int], int]) -> int:
    """The most that stood released at any moment of the log, by the value of each (shipment, revision)."""
    released: dict[str, int] = {}
    most = 0
    for leaf_index in range(await house.tree_size()):
        request = audit_pb2.GetDecisionRequest(leaf_index=leaf_index)
        decision = (await house.audit.GetDecision(request)).decision
        value = cents[decision.shipment_id, decision.revision]
        released[decision.shipment_id] = value if decision.outcome == RELEASE else 0
        most = max(most, sum(released.values()))
    return most


async def _both_released(house: Suite) -> bool:
    outcomes = {(await house.current(tracking)).outcome for tracking in ("TWa", "TWb")}
    return outcomes == {RELEASE} and house.at_rest()


async def test_lowering_a_value_makes_room_only_once_it_is_on_record(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(70_000)]))
    assert RELEASE == first.decision.outcome
    await house.stop("audit")

    lowered = await house.submit(message("a2", tracking_number="TWa", items=[goods(10_000)], etag=first.etag))
    other = await house.submit(message("b", items=[goods(70_000)]))
    await house.start("audit")

    await until(lambda: _both_released(house))
    a, b = first.decision.shipment_id, other.decision.shipment_id
    assert trade_pb2.OUTCOME_PENDING == lowered.decision.outcome
    values = {(a, 1): 70_000, (a, 2): 10_000, (b, 1): 70_000}
    assert await _most_released(house, values) <= LIMIT_CENTS


async def test_moving_a_parcel_to_another_person_makes_room_only_once_it_is_on_record(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(70_000)]))
    await house.stop("audit")

    moved = message("a2", tracking_number="TWa", items=[goods(70_000)], consignee=party("Zoe Poe"), etag=first.etag)
    await house.submit(moved)
    other = await house.submit(message("b", items=[goods(70_000)]))
    await house.start("audit")

    await until(lambda: _both_released(house))
    a, b = first.decision.shipment_id, other.decision.shipment_id
    # Of the first person's day: once moved, the first parcel is none of it.
    values = {(a, 1): 70_000, (a, 2): 0, (b, 1): 70_000}
    assert await _most_released(house, values) <= LIMIT_CENTS


async def test_a_confirmation_that_eligibility_missed_is_made_when_it_is_back(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(70_000)]))

    lowered = await house.submit(message("a2", tracking_number="TWa", items=[goods(10_000)], etag=first.etag))
    await house.stop("eligibility")
    await house.start("eligibility")
    other = await house.submit(message("b", items=[goods(70_000)]))

    assert RELEASE == lowered.decision.outcome
    await until(lambda: _both_released(house))
    a, b = first.decision.shipment_id, other.decision.shipment_id
    values = {(a, 1): 70_000, (a, 2): 10_000, (b, 1): 70_000}
    assert await _most_released(house, values) <= LIMIT_CENTS
    confirmed = [s for s in house.of_trace(lowered.decision.trace_id) if s.name == "eligibility.confirm"]
    assert {2} == {(span.attributes or {})["tidewaiter.revision"] for span in confirmed}, "in the filing's own trace"

"""A service that does not answer: nothing released on silence, nothing lost, all decided when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import message, party
from tests.suite import Suite, suite, until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path, TIDEWAITER_INTAKE_PEER_DEADLINE_SECONDS="1") as built:
        yield built


async def _outcome(house: Suite, tracking_number: str) -> int:
    return (await house.current(tracking_number)).outcome


async def test_without_risk_a_parcel_is_reviewed_and_decided_again_when_risk_is_back(house: Suite) -> None:
    await house.stop("risk")

    answer = await house.submit(message("a"))

    assert (trade_pb2.OUTCOME_REVIEW, True) == (answer.decision.outcome, answer.decision.degraded)
    assert trade_pb2.REASON_CODE_RISK_SILENT in [reason.code for reason in answer.decision.reasons]
    assert 1 == await house.tree_size()
    await house.start("risk")

    async def released() -> bool:
        return await _outcome(house, "TWa") == trade_pb2.OUTCOME_RELEASE

    await until(released)
    current = await house.current("TWa")
    assert answer.decision.decision_id == current.supersedes
    assert not current.degraded


@pytest.mark.parametrize(
    ("silent", "why"),
    [
        ("eligibility", trade_pb2.REASON_CODE_ELIGIBILITY_SILENT),
        ("audit", trade_pb2.REASON_CODE_AUDIT_SILENT),
    ],
)
async def test_without_eligibility_or_audit_a_parcel_is_pending_and_decided_when_it_is_back(
    house: Suite, silent: str, why: int
) -> None:
    await house.stop(silent)

    answer = await house.submit(message("a"))

    assert trade_pb2.OUTCOME_PENDING == answer.decision.outcome
    assert [why] == [reason.code for reason in answer.decision.reasons]
    assert ("", b"") == (answer.decision.decision_id, answer.receipt.checkpoint)
    await house.start(silent)

    async def released() -> bool:
        return await _outcome(house, "TWa") == trade_pb2.OUTCOME_RELEASE

    await until(released)
    again = await house.submit(message("a"))
    assert again.replayed
    assert trade_pb2.OUTCOME_RELEASE == again.decision.outcome
    assert 1 == await house.tree_size()


async def test_what_was_accepted_before_intake_stopped_is_decided_after_it_starts_again(house: Suite) -> None:
    await house.stop("eligibility")
    await house.submit(message("a"))
    await house.stop("intake")
    await house.start("eligibility", "intake")

    async def released() -> bool:
        return await _outcome(house, "TWa") == trade_pb2.OUTCOME_RELEASE

    await until(released)


async def test_pending_filings_of_one_person_are_judged_together_when_eligibility_is_back(house: Suite) -> None:
    await house.stop("eligibility")
    for name, cents in (("a", 50_000), ("b", 50_000), ("c", 50_000)):
        item = trade_pb2.LineItem(description="woven cotton shirt", origin_country="DE", quantity=1)
        item.unit_value.currency_code, item.unit_value.units = "USD", cents // 100
        await house.submit(message(name, items=[item], consignee=party("Ann Lee")))
    await house.start("eligibility")

    async def denied() -> bool:
        return {trade_pb2.OUTCOME_ENTRY_REQUIRED} == {await _outcome(house, f"TW{name}") for name in "abc"}

    await until(denied)

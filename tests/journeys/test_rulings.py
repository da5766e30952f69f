"""An operator rules who is one person, and what was decided is decided again, on the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.json_format import MessageToJson
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_cli.__main__ import main

from tests.filings import goods, message, party
from tests.suite import Suite, suite

RELEASE, ENTRY = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_ENTRY_REQUIRED
BY = ("--author", "office 7", "--reason", "one account")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path, TIDEWAITER_INTAKE_PEER_DEADLINE_SECONDS="1") as built:
        yield built


async def _rule(house: Suite, *words: str) -> int:
    where = ("--eligibility", house.addresses["eligibility"], "--intake", house.addresses["intake"])
    return await asyncio.to_thread(main, ["persons", *words, *BY, *where])


async def _outcomes(house: Suite) -> list[int]:
    return [(await house.current(tracking)).outcome for tracking in ("TWa", "TWb")]


def _file(path: Path, *parties: trade_pb2.Party) -> str:
    path.write_text("\n".join(MessageToJson(each, indent=None) for each in parties), encoding="utf-8")
    return str(path)


async def test_a_merge_and_a_split_are_decided_again_and_recorded(house: Suite, tmp_path: Path) -> None:
    ann, ben = party("Ann Lee"), party("Ben Ode")
    await house.submit(message("a", items=[goods(50_000)], consignee=ann))
    await house.submit(message("b", items=[goods(50_000)], consignee=ben))
    assert [RELEASE, RELEASE] == await _outcomes(house)

    assert 0 == await _rule(house, "merge", _file(tmp_path / "both.jsonl", ann, ben))
    assert [ENTRY, ENTRY] == await _outcomes(house)
    assert 4 == await house.tree_size()

    assert 0 == await _rule(house, "split", _file(tmp_path / "ben.jsonl", ben))
    assert [RELEASE, RELEASE] == await _outcomes(house)
    assert 6 == await house.tree_size()


async def _redecided(house: Suite, *shipment_ids: str) -> list[intake_pb2.RedecisionResult]:
    request = intake_pb2.RedecideShipmentsRequest(shipment_ids=shipment_ids)
    return list((await house.intake.RedecideShipments(request)).results)


async def test_what_says_the_same_again_is_not_recorded_and_what_is_unknown_is_told(house: Suite) -> None:
    first = await house.submit(message("a"))

    same, unknown = await _redecided(house, first.decision.shipment_id, "0" * 26)

    assert first.decision.decision_id == same.decision.decision_id
    assert grpc.StatusCode.NOT_FOUND.value[0] == unknown.error.code
    assert 1 == await house.tree_size()


async def test_what_cannot_be_decided_again_now_is_decided_when_eligibility_is_back(house: Suite) -> None:
    first = await house.submit(message("a"))
    await house.stop("eligibility")

    (pending,) = await _redecided(house, first.decision.shipment_id)

    assert trade_pb2.OUTCOME_PENDING == pending.decision.outcome
    assert not house.at_rest()


@pytest.mark.parametrize("shipment_ids", [[], ["S"] * 2, [""], [f"S{number}" for number in range(501)]])
async def test_a_request_that_breaks_a_rule_is_refused_before_any_work(house: Suite, shipment_ids: list[str]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _redecided(house, *shipment_ids)

    assert answers.from_rpc_error(refused.value).violations

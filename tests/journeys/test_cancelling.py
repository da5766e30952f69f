"""Withdrawing a shipment through the front door: four services, one person-day, and whoever is silent."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_cli.__main__ import main
from tidewaiter_client import AsyncClient, Client, EtagStale

from tests.filings import goods, message
from tests.suite import Suite, suite, until

RELEASE, ENTRY_REQUIRED = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_ENTRY_REQUIRED
WITHDRAWN, PENDING = trade_pb2.OUTCOME_WITHDRAWN, trade_pb2.OUTCOME_PENDING
NOT_SENT = intake_pb2.CANCEL_REASON_NOT_SENT


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path, TIDEWAITER_INTAKE_PEER_DEADLINE_SECONDS="1") as built:
        yield built


async def cancel(house: Suite, shipment_id: str, **changes: Any) -> intake_pb2.CancelShipmentResponse:
    fields: dict[str, Any] = {"request_id": "c1", "reason": NOT_SENT, "author": "office 7"}
    request = intake_pb2.CancelShipmentRequest(shipment_id=shipment_id, **{**fields, **changes})
    return await house.intake.CancelShipment(request, timeout=10)


async def becomes(house: Suite, outcomes: dict[str, int]) -> None:
    async def holds() -> bool:
        return house.at_rest() and outcomes == {name: (await house.current(name)).outcome for name in outcomes}

    await until(holds)


async def test_a_broken_day_is_mended_by_a_withdrawal_and_broken_again_by_a_filing(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(50_000)]))
    await house.submit(message("b", items=[goods(50_000)]))
    await becomes(house, {"TWa": ENTRY_REQUIRED, "TWb": ENTRY_REQUIRED})

    answer = await cancel(house, first.decision.shipment_id)

    assert WITHDRAWN == answer.decision.outcome
    assert answer.receipt.leaf_hash
    await becomes(house, {"TWa": WITHDRAWN, "TWb": RELEASE})
    again = await cancel(house, first.decision.shipment_id)
    assert (answer.decision, True) == (again.decision, again.replayed)

    await house.submit(message("a2", tracking_number="TWa", items=[goods(50_000)]))
    await becomes(house, {"TWa": ENTRY_REQUIRED, "TWb": ENTRY_REQUIRED})
    history = audit_pb2.GetShipmentHistoryRequest(shipment_id=first.decision.shipment_id, fresh=True)
    assert 200 < len((await house.audit.GetShipmentHistory(history)).SerializeToString())


async def test_the_claim_is_kept_until_the_withdrawal_is_on_record(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(50_000)]))
    await house.stop("audit")

    answer = await cancel(house, first.decision.shipment_id)
    await house.submit(message("b", items=[goods(50_000)]))
    await house.start("audit")

    assert (PENDING, "") == (answer.decision.outcome, answer.decision.decision_id)
    await becomes(house, {"TWa": WITHDRAWN, "TWb": RELEASE})
    released: set[str] = set()
    for index in range(await house.tree_size()):
        decision = (await house.audit.GetDecision(audit_pb2.GetDecisionRequest(leaf_index=index))).decision
        released.discard(decision.shipment_id)
        if decision.outcome == RELEASE:
            released.add(decision.shipment_id)
        assert len(released) <= 1, "both are never released at once"


async def test_eligibility_away_means_the_claim_is_given_back_when_it_is_there(house: Suite) -> None:
    first = await house.submit(message("a", items=[goods(50_000)]))
    await house.submit(message("b", items=[goods(50_000)]))
    await becomes(house, {"TWa": ENTRY_REQUIRED, "TWb": ENTRY_REQUIRED})
    await house.stop("eligibility")

    answer = await cancel(house, first.decision.shipment_id)
    await house.start("eligibility")

    assert WITHDRAWN == answer.decision.outcome
    await becomes(house, {"TWa": WITHDRAWN, "TWb": RELEASE})


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"shipment_id": "nobody"}, grpc.StatusCode.NOT_FOUND, "SHIPMENT_NOT_FOUND"),
        ({"etag": "stale"}, grpc.StatusCode.ABORTED, "ETAG_STALE"),
        ({"reason": 0}, grpc.StatusCode.INVALID_ARGUMENT, "ENUM_NOT_IN"),
        ({"author": ""}, grpc.StatusCode.INVALID_ARGUMENT, "STRING_MIN_LEN"),
        ({"request_id": ""}, grpc.StatusCode.INVALID_ARGUMENT, "STRING_PATTERN"),
    ],
    ids=["unknown", "stale", "no reason", "no author", "no id"],
)
async def test_what_cannot_be_withdrawn_is_refused_with_why(
    house: Suite, changes: dict[str, Any], code: grpc.StatusCode, reason: str
) -> None:
    filed = await house.submit(message("a"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await cancel(house, **{"shipment_id": filed.decision.shipment_id, **changes})

    failure = answers.from_rpc_error(refused.value)
    assert (code, reason) == (refused.value.code(), failure.reason)
    if reason == "ETAG_STALE":
        assert filed.etag == failure.facts["current"]


async def test_both_clients_withdraw(house: Suite) -> None:
    filed = await house.submit(message("a"))
    name = filed.decision.shipment_id
    async with AsyncClient(house.addresses["intake"]) as client:
        first = await client.cancel_shipment(name, request_id="c1", reason=NOT_SENT, author="CARR01", etag=filed.etag)
        with pytest.raises(EtagStale):
            await client.cancel_shipment(name, request_id="c2", reason=NOT_SENT, author="CARR01", etag=filed.etag)

    def synchronously() -> intake_pb2.CancelShipmentResponse:
        with Client(house.addresses["intake"]) as client:
            return client.cancel_shipment(name, request_id="c1", reason=NOT_SENT, author="CARR01", etag=filed.etag)

    again = await asyncio.to_thread(synchronously)
    assert (first.decision, False, True) == (again.decision, first.replayed, again.replayed)


async def test_the_command_withdraws_by_any_name_and_explain_and_replay_know_it(
    house: Suite, capfd: pytest.CaptureFixture[str]
) -> None:
    await house.submit(message("a"))
    words = ["cancel", "CARR01/a", "--reason", "not-sent", "--author", "office 7"]
    intake, audit = ("--intake", house.addresses["intake"]), ("--audit", house.addresses["audit"])
    request_id = f"c-{uuid.uuid4()}"

    status = await asyncio.to_thread(main, [*words, "--request-id", request_id, *intake])
    said = capfd.readouterr().out
    assert (0, True, True) == (status, "WITHDRAWN  shipment" in said, request_id in said)
    assert "Withdrawn by office 7: the parcel does not travel." in said

    await asyncio.to_thread(main, [*words, "--request-id", request_id, "--json", *intake])
    told = next(line for line in capfd.readouterr().out.splitlines() if line.startswith("{"))
    assert (True, "OUTCOME_WITHDRAWN") == (json.loads(told)["replayed"], json.loads(told)["decision"]["outcome"])

    assert 2 == await asyncio.to_thread(main, [*words[:-1], "a" * 101, *intake])
    assert "--author" in capfd.readouterr().err

    assert 0 == await asyncio.to_thread(main, ["explain", "TWa", *intake, *audit])
    assert "WITHDRAWN" in capfd.readouterr().out

"""One filer lists its own shipments over the wire, by the client and by the command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import grpc
import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_cli.__main__ import main
from tidewaiter_client import AsyncClient, Client

from tests.filings import message
from tests.suite import Suite, suite


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


async def _filed(house: Suite) -> list[str]:
    """Three shipments of one filer and one of another; the ids of the three."""
    told = [await house.submit(message(name)) for name in ("a", "b", "c")]
    await house.submit(message("d", originator_code="OTHER1"))
    return [one.decision.shipment_id for one in told]


async def test_a_filer_sees_its_own_shipments_and_what_was_decided(house: Suite) -> None:
    mine = await _filed(house)
    address = house.addresses["intake"]

    async with AsyncClient(address) as client:
        listed = [one async for one in client.list_shipments("CARR01", page_size=2)]
        others = [one async for one in client.list_shipments("NOBODY")]

    assert sorted(mine) == [shipment.shipment_id for shipment, _ in listed]
    assert [] == others
    for shipment, decision in listed:
        got = await house.intake.GetShipment(intake_pb2.GetShipmentRequest(shipment_id=shipment.shipment_id))
        assert (got.shipment, got.decision) == (shipment, decision)
        assert not decision.HasField("risk")


async def test_the_list_is_narrowed_by_outcome_and_arrival(house: Suite) -> None:
    mine = await _filed(house)
    arrives = message("a").estimated_arrival.ToDatetime()

    def found(**conditions: object) -> list[str]:
        with Client(house.addresses["intake"]) as client:
            return [one.shipment_id for one, _ in client.list_shipments("CARR01", **conditions)]  # type: ignore[arg-type]

    asked: tuple[tuple[dict[str, object], list[str]], ...] = (
        ({"outcomes": [trade_pb2.OUTCOME_RELEASE]}, sorted(mine)),
        ({"outcomes": [trade_pb2.OUTCOME_HOLD]}, []),
        ({"arrival_from": arrives, "arrival_until": arrives + timedelta(seconds=1)}, sorted(mine)),
        ({"arrival_until": arrives}, []),
    )
    for conditions, expected in asked:
        assert expected == await asyncio.to_thread(partial(found, **conditions)), conditions


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "originator_code"),
        ({"originator_code": "C", "page_size": 1_001}, "page_size"),
        ({"originator_code": "C", "outcomes": [0]}, "outcomes[0]"),
        ({"originator_code": "C", "page_token": "x"}, "page_token"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_field(house: Suite, asked: dict[str, object], field: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.intake.ListShipments(intake_pb2.ListShipmentsRequest(**asked))  # type: ignore[arg-type]

    assert [field] == [each.field for each in answers.from_rpc_error(refused.value).violations]


async def test_the_command_lists_them(house: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    mine = await _filed(house)
    capsys.readouterr()
    day = message("a").estimated_arrival.ToJsonString()[:10]
    asked = ["shipments", "--filer", "CARR01", "--arriving-from", day, "--arriving-to", day]
    asked += ["--outcome", "release", "--intake", house.addresses["intake"]]

    assert 0 == await asyncio.to_thread(main, asked)
    shown = capsys.readouterr()
    assert 0 == await asyncio.to_thread(main, [*asked, "--json", "--limit", "2"])
    rows = capsys.readouterr()

    nobody = ["shipments", "--filer", "NOBODY", "--limit", "0", "--intake", house.addresses["intake"]]
    assert 0 == await asyncio.to_thread(main, nobody)
    assert "0 shipments\n" == capsys.readouterr().err

    listed = [line for line in shown.out.splitlines() if line.startswith(day)]
    assert [(f"{day}  RELEASE       ", one) for one in sorted(mine)] == [(line[:26], line[28:54]) for line in listed]
    assert "3 shipments" in shown.err
    lines = [line for line in rows.out.splitlines() if line.startswith("{")]
    assert sorted(mine)[:2] == [json.loads(line)["shipment"]["shipment_id"] for line in lines]
    assert "2 shipments, as many as were asked for" in rows.err

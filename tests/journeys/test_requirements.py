"""The table that is shown is the table that filings are checked by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_cli.__main__ import main
from tidewaiter_client import AsyncClient
from tidewaiter_intake.model import FilerType

from tests.filings import message
from tests.suite import Suite, suite

CARRIER, AIR = trade_pb2.FILER_TYPE_CARRIER, trade_pb2.TRANSPORT_MODE_AIR


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


async def _listed(house: Suite, **asked: object) -> list[intake_pb2.Requirement]:
    request = intake_pb2.ListRequirementsRequest(**asked)  # type: ignore[arg-type]
    return list((await house.intake.ListRequirements(request)).requirements)


async def test_an_empty_filing_lacks_exactly_what_is_listed_as_required_of_its_kind(house: Suite) -> None:
    for kind in FilerType:
        bare = trade_pb2.Filing(request_id="r", originator_code="O1", filer_type=int(kind), mode=AIR)  # type: ignore[arg-type]
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await house.submit(bare)

        rows = await _listed(house, filer_type=int(kind), mode=AIR)
        required = {row.code for row in rows if row.presence == "required" and not row.when}
        # A rule for each line of goods has nothing to say of a filing without goods.
        of_lines = {row.code for row in rows if row.field.startswith("items.")}
        told = {violation.code for violation in answers.from_rpc_error(refused.value).violations}
        assert required - of_lines == told, kind


async def test_rows_are_narrowed_by_filer_mode_and_day(house: Suite) -> None:
    every = await _listed(house)
    of_carriers = await _listed(house, filer_type=CARRIER, mode=AIR)

    assert {"SECURITY_SCAN_MISSING"} <= {row.code for row in of_carriers}
    assert len(of_carriers) < len(every)
    assert all(not row.filer_types or CARRIER in row.filer_types for row in of_carriers)
    assert all(row.citation and row.confidence and row.rule_id and row.fix for row in every)
    assert [] == await _listed(house, day="2019-08-21"), "the pilot had not begun"


@pytest.mark.parametrize(("day", "code"), [("2025-02-30", "DAY_UNKNOWN"), ("soon", "STRING_PATTERN")])
async def test_a_day_that_is_none_is_refused(house: Suite, day: str, code: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _listed(house, day=day)

    assert [("day", code)] == [(v.field, v.code) for v in answers.from_rpc_error(refused.value).violations]


async def test_the_client_and_the_command_show_it(house: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    address = house.addresses["intake"]
    asked = ["requirements", "--filer", "carrier", "--mode", "air", "--intake", address]

    async with AsyncClient(address) as client:
        response = await client.list_requirements(filer_type=CARRIER, mode=AIR)
    assert 0 == await asyncio.to_thread(main, asked)
    page = capsys.readouterr().out
    assert 0 == await asyncio.to_thread(main, [*asked, "--json"])
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert [row.rule_id for row in response.requirements] == [row["ruleId"] for row in rows]
    assert all(row["ruleId"] in page and row["fix"] in " ".join(page.split()) for row in rows)
    assert f"{len(rows)} data elements." in page
    assert "estimated_arrival, 240 minutes before it, of carrier, by air" in " ".join(page.split()).lower()


async def test_a_filing_that_has_all_that_is_required_is_filed(house: Suite) -> None:
    assert trade_pb2.OUTCOME_RELEASE == (await house.submit(message("a"))).decision.outcome

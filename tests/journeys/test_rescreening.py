"""A list of denied parties changes while a parcel is on its way, and the parcel is decided again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.__main__ import main

from tests.filings import message, party
from tests.listed_parties import lines, sdn_line, write_list
from tests.suite import Suite, suite

RELEASE, HOLD = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_HOLD
ALPHA, VASTIMIR = sdn_line("1", "ALPHA ONE"), sdn_line("2", "BRELLOCHT, Vastimir Oduya")
LONG_AGO = "1994-01-01"
"""The filings of these tests arrive in the past: what is open is a matter of where one begins."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    write_list(tmp_path / "lists" / "own", sdn=lines(ALPHA))
    async with suite(tmp_path, TIDEWAITER_RISK_LISTS_DIR=str(tmp_path / "lists")) as built:
        yield built


async def _lists(house: Suite, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    where = ("--risk", house.addresses["risk"], "--intake", house.addresses["intake"])
    assert 0 == await asyncio.to_thread(main, ["lists", *words, "--json", *where])
    # The services of this process say what they do on the same standard output.
    out = capsys.readouterr().out
    return json.JSONDecoder().raw_decode(out, out.index("{"))[0]


async def test_what_is_open_is_held_once_its_consignee_is_listed_and_released_once_it_is_not(
    house: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = await house.submit(message("a", consignee=party("Vastimir Oduya Brellocht")))
    await house.submit(message("b", consignee=party("Ann Lee")))
    assert RELEASE == listed.decision.outcome

    write_list(tmp_path / "lists" / "own", sdn=lines(ALPHA, VASTIMIR))
    told = await _lists(house, capsys, "refresh", "--arriving-from", LONG_AGO)

    shipment_id = listed.decision.shipment_id
    assert {"shipments": 2, "changed": {shipment_id: "HOLD"}, "undecided": []} == told["rescreened"]
    assert HOLD == (await house.current("TWa")).outcome
    assert 3 == await house.tree_size()

    write_list(tmp_path / "lists" / "own", sdn=lines(ALPHA))
    assert {shipment_id: "RELEASE"} == (await _lists(house, capsys, "refresh", "--arriving-from", LONG_AGO))[
        "rescreened"
    ]["changed"]
    assert 4 == await house.tree_size()


async def test_what_has_arrived_and_what_did_not_change_is_left_alone(
    house: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.submit(message("a"))

    assert 0 == (await _lists(house, capsys, "rescreen"))["shipments"]
    assert {"shipments": 1, "changed": {}, "undecided": []} == await _lists(
        house, capsys, "rescreen", "--arriving-from", LONG_AGO
    )
    assert "rescreened" not in await _lists(house, capsys, "refresh", "--arriving-from", LONG_AGO)
    again = await _lists(house, capsys, "refresh", "--rescreen", "--arriving-from", LONG_AGO)
    assert (False, 1) == (again["changed"], again["rescreened"]["shipments"])
    assert 1 == await house.tree_size()


async def test_an_intake_that_does_not_answer_is_told_with_what_to_do(
    house: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.submit(message("a"))
    await house.stop("intake")

    where = ("--risk", house.addresses["risk"], "--intake", house.addresses["intake"])
    words = ["lists", "rescreen", "--arriving-from", LONG_AGO, *where]
    assert 1 == await asyncio.to_thread(main, words)
    assert "tidewaiter lists rescreen" in capsys.readouterr().err


async def test_a_person_is_told_how_many_and_which(
    house: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await house.submit(message("a", consignee=party("Vastimir Oduya Brellocht")))
    write_list(tmp_path / "lists" / "own", sdn=lines(ALPHA, VASTIMIR))

    where = ("--risk", house.addresses["risk"], "--intake", house.addresses["intake"])
    assert 0 == await asyncio.to_thread(main, ["lists", "refresh", "--arriving-from", LONG_AGO, *where])
    told = capsys.readouterr().out
    assert "1 open shipment decided again; 1 got another decision: 1 HOLD" in told
    assert f"{answer.decision.shipment_id}  HOLD" in told
    assert "Brellocht" not in told

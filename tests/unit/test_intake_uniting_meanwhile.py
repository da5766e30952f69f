"""While the younger of two shipments is withdrawn, what began beside it may move on: it is decided as it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.model import Cancellation, CancelReason, Outcome, ShipmentId
from tidewaiter_intake.submit import Submit

from tests.filings import filing, goods
from tests.intake_house import House
from tests.model.test_intake_orders import PERSONS, JudgingPeers
from tests.unit.test_intake_uniting import BILLED, BRIDGE, TRACKED, answers


async def test_what_began_beside_a_bridge_is_decided_as_it_stands_when_its_turn_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, peers=JudgingPeers())
    for one in (TRACKED, BILLED):
        await answers(house, one)
    reached, gate = asyncio.Event(), asyncio.Event()
    withdraw = Submit._withdraw

    async def held(submit: Submit, younger: Sequence[ShipmentId]) -> None:
        reached.set()
        await gate.wait()
        await withdraw(submit, younger)

    monkeypatch.setattr(Submit, "_withdraw", held)
    dear: dict[str, Any] = {"items": [goods(60_000)], "consignee": PERSONS["Zoe Poe"]}
    filing_both = asyncio.ensure_future(answers(house, BRIDGE, filing("new", tracking_number="T9", **dear)))
    await reached.wait()

    begun = house.journal.find(filing=("CARR01", "new"))
    assert begun is not None
    cancellation = Cancellation(begun, "c1", CancelReason.NOT_SENT, "office")
    await Cancel(journal=house.journal, desk=house.desk).shipment(cancellation)
    gate.set()
    _, told = await filing_both

    assert Outcome.WITHDRAWN is told.decision.outcome
    (next_one,) = await answers(house, filing("next", tracking_number="T8", **dear))
    assert Outcome.RELEASE is next_one.decision.outcome, "what was withdrawn claims nothing"
    await house.close()

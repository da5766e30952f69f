"""Sightings for the tests of risk's history, ordinary by default, and both stores to keep them in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tidewaiter_risk.history.keys import Keyring, Parties
from tidewaiter_risk.history.record import Sighting, Windows, observe
from tidewaiter_risk.model import Past
from tidewaiter_risk.observe import windows_of
from tidewaiter_risk.store.memory import MemoryHistory
from tidewaiter_risk.store.rows import Bounds
from tidewaiter_risk.store.sqlite import SqliteHistory

from tests.risk_examples import SCORECARD, day

BOUNDS = Bounds(days_kept=120, trails_max=1_000_000, shipments_max=1_000_000)
WINDOWS: Windows = windows_of(SCORECARD)
SECRET = b"k" * 32
"""Of every history here, so that a sighting of the tests and an observer hash alike."""
KEYRING = Keyring(SECRET)
TODAY = day("2025-03-01")
DANA = Parties(
    consignee="Dana Whitcombe",
    address=("12 Quay Street", "Fargo", "58102"),
    phone="+1 701 555 0100",
    shipper="Hanoi Knitwear",
    shipper_country="VN",
    seller="SHOP-7",
)

AnyHistory = MemoryHistory | SqliteHistory


def sighting(
    shipment_id: str, *, revision: int = 1, parties: Parties = DANA, cents: int | None = 2_000, **changes: Any
) -> Sighting:
    """One shipment to Dana, worth 20 USD."""
    fields: dict[str, Any] = {
        "shipment_id": shipment_id,
        "revision": revision,
        "day": TODAY,
        "keys": KEYRING.keys(parties),
        "currency": "USD",
        "nanos": None if cents is None else cents * 10_000_000,
        "crowded": False,
    }
    return Sighting(**(fields | changes))


async def pasts(history: AnyHistory, *sightings: Sighting, today: int = TODAY) -> list[Past]:
    """What the history shows of each, asked for at once."""
    return await history.change(lambda rows: observe(rows, sightings, WINDOWS, today=today))


@asynccontextmanager
async def opened(store: str, folder: Path, **changes: Any) -> AsyncIterator[AnyHistory]:
    """An empty history of that store, or the one that lies in the folder."""
    settings: dict[str, Any] = {"bounds": BOUNDS, "random_bytes": lambda count: SECRET[:count], **changes}
    history: AnyHistory
    if store == "memory":
        history = MemoryHistory(**settings)
    else:
        history = await SqliteHistory.open(folder / "risk.db", **settings)
    try:
        yield history
    finally:
        await history.close()

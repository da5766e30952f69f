"""Real goods of a marketplace, converted on the fly, through the whole suite."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from google.type.money_pb2 import Money
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import message, party
from tests.suite import suite


def _filing(number: int, row: dict[str, Any]) -> trade_pb2.Filing:
    attributes = json.loads(row["product_attributes"] or "{}")
    written = attributes.get("Package weight")
    weight = round(float(written) * 1000) if written not in {None, "", "null"} else 0
    item = trade_pb2.LineItem(
        description=row["product_name"][:1000],
        hts_code=f"{int(row['hs_code']):010d}",
        origin_country="CN",
        quantity=1,
        unit_value=_price(row),
        weight_grams=weight,
    )
    return message(
        f"goods-{number}",
        items=[item],
        country_of_shipment="CN",
        shipper=party("Yiwu Trading Co", country_code="CN", city="Yiwu", region="", postal_code="322000"),
        consignee=party(f"Consignee {number}"),
    )


def _price(row: dict[str, Any]) -> Money | None:
    if row["price"] is None:
        return None
    cents = round(float(row["price"]) * 100)
    return Money(currency_code=row["currency_code"], units=cents // 100, nanos=cents % 100 * 10_000_000)


async def test_every_real_parcel_is_decided_and_none_by_our_own_fault(tmp_path: Path, shared_data: Path) -> None:
    lines = (shared_data / "goods" / "marketplace_parcels.jsonl").read_text("utf-8").splitlines()
    filings = [_filing(number, json.loads(line)) for number, line in enumerate(lines)]

    async with suite(tmp_path) as house:
        results = await house.stream(filings)
        size = await house.tree_size()

    assert len(filings) == len(results) == size
    outcomes = Counter(trade_pb2.Outcome.Name(r.response.decision.outcome) for r in results.values())
    # Open law, mostly a few dollars each: what has a price in dollars within the limit is released, unless its
    # description says too little; what has none, or is in a currency without a rate, needs a person.
    prices = [_price(json.loads(line)) for line in lines]
    dollars = [price for price in prices if price is not None and price.currency_code == "USD"]
    over = sum(1 for price in dollars if price.units >= 800)
    assert over == outcomes["OUTCOME_ENTRY_REQUIRED"]
    assert len(lines) - len(dollars) <= outcomes["OUTCOME_REVIEW"]
    assert 0.95 * (len(dollars) - over) <= outcomes["OUTCOME_RELEASE"]

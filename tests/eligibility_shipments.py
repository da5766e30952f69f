"""Shipments for the tests of eligibility: sound by themselves, changed one field at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money as MoneyMessage
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_eligibility.law import Law, load_law
from tidewaiter_eligibility.model import Item, Mode, Money, Party, Shipment

OPEN_DAY = date(2025, 1, 15)
"""Open to every origin, at 800 dollars."""
CLOSED_DAY = date(2025, 10, 1)
"""Closed to every origin and mode."""


@lru_cache(1)
def law() -> Law:
    """The law that ships with the service."""
    return load_law()


def usd(cents: int) -> Money:
    """An amount of U.S. dollars."""
    return Money(currency_code="USD", units=cents // 100, nanos=cents % 100 * 10_000_000)


def noon(day: date) -> int:
    """Noon of that day in New York's winter, in seconds from 1970."""
    return int(datetime.combine(day, time(17), UTC).timestamp())


def party(name: str = "Ann Lee", **changes: Any) -> Party:
    """A consumer in Troy, unless changed."""
    fields: dict[str, Any] = {
        "name": name,
        "address_lines": ("12 Main St",),
        "postal_code": "12180",
        "country_code": "US",
    }
    return Party(**{**fields, **changes})


def goods(cents: int = 2_500, **changes: Any) -> Item:
    """One shirt from Germany."""
    fields: dict[str, Any] = {
        "description": "men's long-sleeved shirt of woven cotton",
        "hts_code": "62052020",
        "origin_country": "DE",
        "quantity": 1,
        "unit_value": usd(cents),
    }
    return Item(**{**fields, **changes})


def shipment(
    shipment_id: str = "S1", *, day: date = OPEN_DAY, cents: int = 2_500, origin: str = "DE", **changes: Any
) -> Shipment:
    """One shirt by air to Ann Lee, arriving at New York on an open day."""
    fields: dict[str, Any] = {
        "shipment_id": shipment_id,
        "revision": 1,
        "mode": Mode.AIR,
        "port_of_entry": "4701",
        "arrival_seconds": noon(day),
        "country_of_shipment": "DE",
        "buyer": None,
        "consignee": party(),
        "has_seller": False,
        "items": (goods(cents, origin_country=origin),),
        "order_id": "",
        "has_listed_price": False,
        "seller_account_id": "",
        "gift": False,
    }
    return Shipment(**{**fields, **changes})


def message(shipment_id: str = "S1", *, day: date = OPEN_DAY, cents: int = 2_500, **changes: Any) -> trade_pb2.Shipment:
    """The same shipment as it travels."""
    fields: dict[str, Any] = {
        "shipment_id": shipment_id,
        "revision": 1,
        "mode": trade_pb2.TRANSPORT_MODE_AIR,
        "port_of_entry": "4701",
        "estimated_arrival": Timestamp(seconds=noon(day)),
        "country_of_shipment": "DE",
        "consignee": trade_pb2.Party(
            name="Ann Lee", address_lines=["12 Main St"], postal_code="12180", country_code="US"
        ),
        "items": [
            trade_pb2.LineItem(
                description="men's long-sleeved shirt of woven cotton",
                hts_code="6205.20.20",
                origin_country="DE",
                quantity=1,
                unit_value=money_message(cents),
            )
        ],
    }
    return trade_pb2.Shipment(**{**fields, **changes})


def money_message(cents: int) -> MoneyMessage:
    """An amount of U.S. dollars as it travels."""
    return MoneyMessage(currency_code="USD", units=cents // 100, nanos=cents % 100 * 10_000_000)

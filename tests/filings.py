"""Filings for tests: sound by themselves, changed one field at a time."""

from __future__ import annotations

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_intake.model import Decision, Filing, Shipment
from tidewaiter_intake.wire.decisions import fill_decision
from tidewaiter_intake.wire.filings import filing_from
from tidewaiter_intake.wire.shipments import fill_shipment

OPEN_DAY = 1_736_942_400
"""2025-01-15T12:00:00Z, when the exemption was open for every origin."""


def dollars(cents: int) -> Money:
    """An amount of U.S. dollars."""
    return Money(currency_code="USD", units=cents // 100, nanos=cents % 100 * 10_000_000)


def party(name: str = "Ann Lee", **changes: Any) -> trade_pb2.Party:
    """A consumer in New York, unless changed."""
    fields: dict[str, Any] = {
        "name": name,
        "address_lines": ["12 Main St"],
        "city": "Troy",
        "region": "NY",
        "postal_code": "12180",
        "country_code": "US",
    }
    return trade_pb2.Party(**{**fields, **changes})


def goods(cents: int = 2_500, **changes: Any) -> trade_pb2.LineItem:
    """One specific line of goods from Germany."""
    fields: dict[str, Any] = {
        "description": "men's long-sleeved shirt of woven cotton",
        "hts_code": "6205.20.20",
        "origin_country": "DE",
        "quantity": 1,
        "unit_value": dollars(cents),
        "weight_grams": 300,
    }
    return trade_pb2.LineItem(**{**fields, **changes})


def message(request_id: str = "r-1", **changes: Any) -> trade_pb2.Filing:
    """A carrier's sound filing of one shirt by air, arriving at New York while the exemption was open."""
    fields: dict[str, Any] = {
        "request_id": request_id,
        "originator_code": "CARR01",
        "filer_type": trade_pb2.FILER_TYPE_CARRIER,
        "tracking_number": f"TW{request_id}",
        "mode": trade_pb2.TRANSPORT_MODE_AIR,
        "port_of_entry": "4701",
        "estimated_arrival": Timestamp(seconds=OPEN_DAY),
        "country_of_shipment": "DE",
        "shipper": party("Hemden GmbH", country_code="DE", city="Köln", region="", postal_code="50667"),
        "consignee": party(),
        "items": [goods()],
        "security_scan": trade_pb2.SecurityScan(performed=True, method="X-ray", reference="S1"),
    }
    return trade_pb2.Filing(**{**fields, **changes})


def filing(request_id: str = "r-1", **changes: Any) -> Filing:
    """The same as intake's model."""
    return filing_from(message(request_id, **changes))


def shipment_message(shipment: Shipment) -> trade_pb2.Shipment:
    """A merged view as it goes to the peers."""
    written = trade_pb2.Shipment()
    fill_shipment(written, shipment)
    return written


def decision_message(decision: Decision) -> trade_pb2.Decision:
    """A decision as it goes to the log."""
    written = trade_pb2.Decision()
    fill_decision(written, decision)
    return written

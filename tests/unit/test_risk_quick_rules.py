"""The quick tests of a shipment, judged by the rules of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk import wire

TEXTS = st.text(max_size=6) | st.sampled_from(["", "Dana", "...", "x" * 200, "x" * 201, "Ǆ", "²", "-1", "\u0301a"])
CODES = st.sampled_from(["", "US", "us", "USA", "U1", "\u00c5A", "6110202079", "6110.20.2079", "611020", "61102"])
PARTY_MESSAGES = st.builds(
    trade_pb2.Party,
    name=TEXTS,
    address_lines=st.lists(TEXTS, max_size=6),
    city=st.sampled_from(["", "Fargo", "x" * 100, "x" * 101]),
    postal_code=st.sampled_from(["", "5" * 20, "5" * 21]),
    country_code=CODES,
    email=st.sampled_from(["", "x" * 254, "x" * 255]),
    phone=st.sampled_from(["", "x" * 40, "x" * 41]),
)
ITEM_MESSAGES = st.builds(
    trade_pb2.LineItem,
    description=st.sampled_from(["", "x" * 1000, "x" * 1001]),
    hts_code=CODES,
    origin_country=CODES,
    quantity=st.sampled_from([-1, 0, 1, 1_000_000, 1_000_001]),
    weight_grams=st.sampled_from([-1, 0, 100_000_000, 100_000_001]),
)


def refused_by(check: Callable[[risk_pb2.Assessment], None], message: risk_pb2.Assessment) -> str:
    try:
        check(message)
    except Failure as failure:
        return str([(one.field, one.code, one.message) for one in failure.violations])
    return ""


@settings(max_examples=200)
@given(st.builds(dict, seller=PARTY_MESSAGES, consignee=PARTY_MESSAGES, items=st.lists(ITEM_MESSAGES, max_size=2)))
def test_the_quick_tests_refuse_what_the_rules_refuse_and_nothing_else(parts: dict[str, Any]) -> None:
    message = risk_pb2.Assessment(shipment=trade_pb2.Shipment(shipment_id="x", **parts))

    assert refused_by(validation.refuse_invalid, message) == refused_by(wire.refuse_invalid, message)


def test_what_is_not_read_is_not_looked_at_and_is_told_with_the_rest() -> None:
    unread = trade_pb2.LineItem(quantity=1, listing_url="x" * 2_001)
    message = risk_pb2.Assessment(shipment=trade_pb2.Shipment(shipment_id="x", items=[unread]))

    assert "" == refused_by(wire.refuse_invalid, message)
    message.shipment.items[0].quantity = 0
    assert "listing_url" in refused_by(wire.refuse_invalid, message)
    assert "REQUIRED" in refused_by(wire.refuse_invalid, risk_pb2.Assessment())

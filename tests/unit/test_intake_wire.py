"""Messages become model and back, losing nothing."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Failure, Violation, invalid
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import Conflict, FieldSource, ShipmentId
from tidewaiter_intake.wire.decisions import decision_from_bytes
from tidewaiter_intake.wire.filings import differing_field, filing_from, filing_from_bytes
from tidewaiter_intake.wire.requests import filing_given
from tidewaiter_intake.wire.shipments import fill_shipment_for_filer

from tests.filings import decision_message, dollars, filing, goods, message, party, shipment_message

FULL = message(
    "full",
    house_bill="H-1",
    house_bill_issuer="ABCD",
    master_bill="123-12345675",
    seller=party("Shop", email="s@example.com", phone="1"),
    buyer=party("Buyer"),
    items=[goods(), goods(1, listing_url="https://example.com/1", picture_sha256=b"p" * 32, flags=[2, 4])],
    order_id="O1",
    listed_price=dollars(2_600),
    seller_account_id="A1",
    known_seller=True,
    known_carrier_customer=True,
    gift=True,
    etag="e",
)


def test_every_field_of_a_filing_reaches_the_merged_view() -> None:
    shipment = shipment_message(merge(ShipmentId("S"), 1, [filing_from(FULL)]))

    given: set[str] = {field.name for field, _ in FULL.ListFields()}
    shown: set[str] = {field.name for field, _ in shipment.ListFields()}
    assert {"request_id", "originator_code", "filer_type", "etag"} == given - shown
    for name in given & shown - {"house_bill", "master_bill", "tracking_number"}:
        assert getattr(FULL, name) == getattr(shipment, name), name
    assert ("H1", "12312345675", "TWFULL") == (
        shipment.house_bill,
        shipment.master_bill,
        shipment.tracking_number,
    )


def test_a_filing_is_read_back_from_its_bytes_exactly() -> None:
    read = filing_from(FULL)

    assert read == filing_from_bytes(read.content)


def test_every_field_that_differs_is_named_and_none_when_none_does() -> None:
    """Each field in turn, so that one that is added to the contract cannot be forgotten."""
    changes: dict[str, Any] = {
        "filer_type": trade_pb2.FILER_TYPE_BROKER,
        "mode": trade_pb2.TRANSPORT_MODE_OCEAN,
        "estimated_arrival": Timestamp(seconds=1),
        "items": [goods(9)],
        "listed_price": dollars(1),
        "security_scan": trade_pb2.SecurityScan(performed=False),
        "known_seller": False,
        "known_carrier_customer": False,
        "gift": False,
        **{name: party("Else") for name in ("seller", "shipper", "buyer", "consignee")},
    }
    content = FULL.SerializeToString()
    assert "" == differing_field(content, content)
    for field in trade_pb2.Filing.DESCRIPTOR.fields:
        other = trade_pb2.Filing()
        other.CopyFrom(FULL)
        other.ClearField(field.name)  # type: ignore[arg-type]
        value = changes.get(field.name, "else")
        other.MergeFrom(trade_pb2.Filing(**{field.name: value}))
        assert field.name == differing_field(content, other.SerializeToString())


def test_an_absent_message_differs_from_an_empty_one() -> None:
    without, empty = message(seller=None), message(seller=trade_pb2.Party())

    assert "seller" == differing_field(without.SerializeToString(), empty.SerializeToString())


def test_a_decision_is_read_back_as_it_was_written() -> None:
    written = trade_pb2.Decision(
        decision_id="S-2",
        shipment_id="S",
        revision=3,
        supersedes="S-1",
        outcome=trade_pb2.OUTCOME_HOLD,
        entry_path=trade_pb2.ENTRY_PATH_TYPE_11,
        trace_id="t" * 32,
        decided_at=Timestamp(seconds=5, nanos=7),
        degraded=True,
        filings=["A/1", "B/2"],
        versions=trade_pb2.Versions(law="l", scorecard="s", code="c"),
        eligibility=trade_pb2.EligibilityFinding(
            verdict=trade_pb2.VERDICT_NOT_ELIGIBLE, entry_path=trade_pb2.ENTRY_PATH_TYPE_11, law_version="l"
        ),
        risk=trade_pb2.RiskFinding(score=700, action=trade_pb2.RISK_ACTION_HOLD, scorecard_version="s"),
    )
    written.reasons.add(
        code=trade_pb2.REASON_CODE_PARTY_LISTED,
        source=trade_pb2.REASON_SOURCE_RISK,
        rule_id="party.listed",
        detail="d",
        citation="c",
        confidence=trade_pb2.CONFIDENCE_OFFICIAL,
        field="consignee",
    )

    assert written == decision_message(decision_from_bytes(written.SerializeToString()))


def test_evidence_of_conflict_goes_to_the_peers_and_not_to_filers() -> None:
    shipment = merge(ShipmentId("S"), 1, [filing()])._replace(
        conflicts=(Conflict("consignee", ("A", "B")),), sources=(FieldSource("A", "1", ("mode",)),)
    )

    assert ["A", "B"] == list(shipment_message(shipment).conflicts[0].originator_codes)
    shown = trade_pb2.Shipment()
    fill_shipment_for_filer(shown, shipment)
    assert [] == list(shown.conflicts)
    assert [["mode"]] == [list(source.fields) for source in shown.sources]


def test_all_that_is_wrong_is_told_at_once_whatever_finds_it() -> None:
    given = filing_given(
        message(originator_code="x", port_of_entry="JFK"),
        lambda _filing: invalid(Violation("filing.items", "GOODS_ODD", "odd")),
    )

    assert given.failure is not None
    assert ["filing.originator_code", "filing.port_of_entry", "filing.items"] == [
        violation.field for violation in given.failure.violations
    ]


@pytest.mark.parametrize("name", ["mode", "filer_type"])
def test_a_filing_that_cannot_be_read_is_refused_by_the_rules_of_its_fields_alone(name: str) -> None:
    def never(_filing: object) -> Failure | None:
        raise AssertionError("it cannot be read")

    unread: dict[str, Any] = {name: 0}

    given = filing_given(message(**unread), never)

    assert given.failure is not None
    assert [f"filing.{name}"] == [violation.field for violation in given.failure.violations]

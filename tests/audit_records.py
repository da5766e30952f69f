"""Decisions to record, for tests: each sound by itself, with every party marked as personal."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit.model import Submission
from tidewaiter_audit.wire.into_facts import decision_from, personal_from, shipment_from

CANARY = "Zoë Canary"
"""Stands in every text of every party, so that a search for it finds personal data."""


def shipment_id(number: int) -> str:
    """An id like those that intake gives: 26 characters."""
    return f"01J8Z{number:021d}"


def decision_id(number: int, count: int = 1) -> str:
    """The id of a decision on that shipment."""
    return f"{shipment_id(number)}-{count}"


def dollars(cents: int) -> Money:
    """An amount of U.S. dollars."""
    return Money(currency_code="USD", units=cents // 100, nanos=cents % 100 * 10_000_000)


def party(role: str) -> trade.Party:
    """A person, all of it marked."""
    return trade.Party(
        name=f"{CANARY} {role}",
        address_lines=[f"1 {CANARY} St", f"Apt {CANARY}"],
        city=f"{CANARY} City",
        region="NY",
        postal_code=f"1{CANARY}",
        country_code="US",
        email=f"{role}.{CANARY}@example.org",
        phone=f"+1 {CANARY}",
    )


def reason(code: trade.ReasonCode.ValueType = trade.REASON_CODE_EXEMPTION_MET, **changes: Any) -> trade.Reason:
    """One reason of the law."""
    fields: dict[str, Any] = {
        "code": code,
        "source": trade.REASON_SOURCE_LAW,
        "rule_id": "exemption",
        "detail": "The exemption is open and every test of it is met.",
        "citation": "19 USC 1321(a)(2)(C)",
        "confidence": trade.CONFIDENCE_OFFICIAL,
    }
    return trade.Reason(**{**fields, **changes})


def decision(number: int = 1, count: int = 1, **changes: Any) -> trade.Decision:
    """A release, with what eligibility and risk found."""
    fields: dict[str, Any] = {
        "decision_id": decision_id(number, count),
        "shipment_id": shipment_id(number),
        "revision": count,
        "outcome": trade.OUTCOME_RELEASE,
        "entry_path": trade.ENTRY_PATH_SECTION_321_MANIFEST,
        "reasons": [reason()],
        "eligibility": trade.EligibilityFinding(
            verdict=trade.VERDICT_ELIGIBLE,
            regime_id="us-open",
            reasons=[reason()],
            local_day="2025-01-15",
            value=dollars(2_500),
            limit=dollars(80_000),
        ),
        "risk": trade.RiskFinding(
            score=40,
            action=trade.RISK_ACTION_NONE,
            contributions=[
                trade.RiskContribution(signal="vague", points=40, reason=reason(trade.REASON_CODE_DESCRIPTION_VAGUE))
            ],
        ),
        "versions": trade.Versions(law="a" * 64, scorecard="b" * 64, code="0.1.0"),
        "decided_at": Timestamp(seconds=1_736_942_400, nanos=123_456_000),
        "filings": [f"CARR1/r-{number}"],
    }
    return trade.Decision(**{**fields, **changes})


def shipment(number: int = 1, revision: int = 1, **changes: Any) -> trade.Shipment:
    """The merged view of a shirt by air, with all four parties."""
    fields: dict[str, Any] = {
        "shipment_id": shipment_id(number),
        "revision": revision,
        "tracking_number": f"1Z{number:09d}",
        "mode": trade.TRANSPORT_MODE_AIR,
        "estimated_arrival": Timestamp(seconds=1_736_942_400),
        "country_of_shipment": "DE",
        "items": [trade.LineItem(description="cotton shirt", quantity=1, unit_value=dollars(2_500))],
        **{role: party(role) for role in ("seller", "shipper", "buyer", "consignee")},
    }
    return trade.Shipment(**{**fields, **changes})


def record(number: int = 1, count: int = 1, *, traceparent: str = "", **changes: Any) -> audit.DecisionRecord:
    """The `count`-th decision on a shipment with its merged view; changes are to the decision."""
    return audit.DecisionRecord(
        decision=decision(number, count, **changes), shipment=shipment(number, count), traceparent=traceparent
    )


def submission(number: int = 1, count: int = 1, **changes: Any) -> Submission:
    """The same, as the verb takes it; changes are to the decision."""
    view = shipment(number, count)
    return Submission(
        decision=decision_from(decision(number, count, **changes)),
        shipment=shipment_from(view),
        personal=personal_from(view),
    )


def fill_every_field(message: Message, *, depth: int = 0) -> Message:
    """Sets every field of a message and of all within it to something that is not its default."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp":
            getattr(message, field.name).FromNanoseconds(1_700_000_000_000_000_000 + field.number)
        elif field.message_type is not None:
            value = getattr(message, field.name)
            for _ in range(2 if field.is_repeated else 1):
                fill_every_field(value.add() if field.is_repeated else value, depth=depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend([_scalar(field, 1), _scalar(field, 2)])
        else:
            setattr(message, field.name, _scalar(field, 1))
    return message


def _scalar(field: Any, step: int) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[step].number
    if field.type == field.TYPE_BYTES:
        return bytes([field.number]) * 32
    if field.type == field.TYPE_BOOL:
        return True
    if field.type == field.TYPE_STRING:
        return f"{field.name}-{step}"
    return field.number * 10 + step

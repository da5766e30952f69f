"""Messages of the contract into the facts of a leaf, field by field: the hot path, so by hand.

Nothing is judged here but whether a leaf can say it; what it cannot say raises Unsayable, and `violations` then
finds out where. An empty field becomes an absent one.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from tidewaiter.trade.v1 import trade_pb2 as trade

from tidewaiter_audit import facts
from tidewaiter_audit.wire.names import (
    CONFIDENCES,
    DUTY_METHODS,
    ENTRY_PATHS,
    FILER_TYPES,
    GOODS_FLAGS,
    OUTCOMES,
    PERSON_KEY_RULES,
    REASON_CODES,
    REASON_SOURCES,
    RISK_ACTIONS,
    TRANSPORT_MODES,
    VERDICTS,
    Unsayable,
)
from tidewaiter_audit.wire.remembering import Remembered

EXACT_MAX: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 7493 section 2.2)."""

SECONDS_MIN: Final = -62_135_596_800
SECONDS_MAX: Final = 253_402_300_799
"""0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, as google.protobuf.Timestamp has it."""

NANOS_MAX: Final = 999_999_999


def decision_from(message: trade.Decision) -> facts.Decision:
    """The decision with all its findings; Unsayable when a leaf cannot hold it."""
    return facts.Decision(
        decided_at=_instant(message.decided_at) if message.HasField("decided_at") else "",
        decision_id=message.decision_id,
        degraded=message.degraded,
        eligibility=_eligibility(message.eligibility) if message.HasField("eligibility") else None,
        entry_path=ENTRY_PATHS[message.entry_path],
        filings=tuple(message.filings),
        outcome=OUTCOMES[message.outcome],
        reasons=tuple(map(_reason, message.reasons)),
        revision=_exact(message.revision),
        risk=_risk(message.risk) if message.HasField("risk") else None,
        shipment_id=message.shipment_id,
        supersedes=message.supersedes,
        trace_id=message.trace_id,
        united_into=message.united_into,
        versions=_versions(message.versions) if message.HasField("versions") else None,
    )


def shipment_from(message: trade.Shipment) -> facts.Shipment:
    """The merged view without its parties; Unsayable when a leaf cannot hold it."""
    return facts.Shipment(
        conflicts=tuple(map(_conflict, message.conflicts)),
        country_of_shipment=message.country_of_shipment,
        estimated_arrival=_instant(message.estimated_arrival) if message.HasField("estimated_arrival") else "",
        filer_types=tuple([FILER_TYPES[number] for number in message.filer_types]),
        gift=message.gift,
        house_bill=message.house_bill,
        house_bill_issuer=message.house_bill_issuer,
        items=tuple(map(_line_item, message.items)),
        known_carrier_customer=message.known_carrier_customer,
        known_seller=message.known_seller,
        listed_price=_money(message.listed_price) if message.HasField("listed_price") else None,
        master_bill=message.master_bill,
        mode=TRANSPORT_MODES[message.mode],
        order_id=message.order_id,
        port_of_entry=message.port_of_entry,
        revision=_exact(message.revision),
        security_scan=_scan(message.security_scan) if message.HasField("security_scan") else None,
        seller_account_id=message.seller_account_id,
        shipment_id=message.shipment_id,
        sources=tuple(map(_source, message.sources)),
        tracking_number=message.tracking_number,
    )


def personal_from(message: trade.Shipment) -> bytes:
    """The parties of the merged view, serialised: a Shipment message that has nothing else."""
    parts: list[bytes] = []
    for role, tag in _PARTY_TAGS:
        if message.HasField(role):  # type: ignore[arg-type]  # its roles are fields of it
            party = getattr(message, role).SerializeToString()
            parts += (tag, _varint(len(party)), party)
    return b"".join(parts)


def _varint(number: int) -> bytes:
    """A number as protobuf writes it before a field, or before so many bytes."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


_PARTY_TAGS: Final = [
    (field.name, _varint(field.number << 3 | 2))
    for field in sorted(trade.Shipment.DESCRIPTOR.fields, key=lambda field: field.number)
    if field.message_type is trade.Party.DESCRIPTOR
]
"""The roles of the parties in the order in which they are written, each with the bytes that begin its field."""


def _make_reason(message: trade.Reason) -> facts.Reason:
    return facts.Reason(
        citation=message.citation,
        code=REASON_CODES[message.code],
        confidence=CONFIDENCES[message.confidence],
        detail=message.detail,
        field=message.field,
        rule_id=message.rule_id,
        source=REASON_SOURCES[message.source],
    )


def _eligibility(message: trade.EligibilityFinding) -> facts.EligibilityFinding:
    return facts.EligibilityFinding(
        conversions=tuple(map(_conversion, message.conversions)),
        counted_shipment_ids=tuple(message.counted_shipment_ids),
        counted_shipments=_exact(message.counted_shipments),
        day_total=_money(message.day_total) if message.HasField("day_total") else None,
        duties=tuple(map(_duty, message.duties)),
        entry_path=ENTRY_PATHS[message.entry_path],
        entry_reason=_reason(message.entry_reason) if message.HasField("entry_reason") else None,
        headroom=_money(message.headroom) if message.HasField("headroom") else None,
        law_version=message.law_version,
        limit=_money(message.limit) if message.HasField("limit") else None,
        local_day=message.local_day,
        order_shipments=_exact(message.order_shipments),
        order_total=_money(message.order_total) if message.HasField("order_total") else None,
        person_day=message.person_day,
        person_key_rules=tuple([PERSON_KEY_RULES[number] for number in message.person_key_rules]),
        reasons=tuple(map(_reason, message.reasons)),
        regime_id=message.regime_id,
        unlisted=tuple([GOODS_FLAGS[number] for number in message.unlisted]),
        value=_money(message.value) if message.HasField("value") else None,
        verdict=VERDICTS[message.verdict],
        zone=message.zone,
    )


def _duty(message: trade.DutyFinding) -> facts.DutyFinding:
    return facts.DutyFinding(
        amount=_money(message.amount) if message.HasField("amount") else None,
        citation=message.citation,
        confidence=CONFIDENCES[message.confidence],
        formula=message.formula,
        method=DUTY_METHODS[message.method],
        rule_id=message.rule_id,
    )


def _conversion(message: trade.Conversion) -> facts.Conversion:
    return facts.Conversion(
        currency_code=message.currency_code,
        end_day=message.end_day,
        first_day=message.first_day,
        rate=message.rate,
        rule_id=message.rule_id,
        source=message.source,
    )


def _make_risk(message: trade.RiskFinding) -> facts.RiskFinding:
    return facts.RiskFinding(
        action=RISK_ACTIONS[message.action],
        contributions=tuple(map(_contribution, message.contributions)),
        counterfactual=_counterfactual(message.counterfactual) if message.HasField("counterfactual") else None,
        lists=tuple(map(_list_version, message.lists)),
        score=message.score,
        scorecard_version=message.scorecard_version,
    )


def _make_contribution(message: trade.RiskContribution) -> facts.RiskContribution:
    return facts.RiskContribution(
        data_version=message.data_version,
        points=message.points,
        reason=_reason(message.reason) if message.HasField("reason") else None,
        shipment_ids=tuple(message.shipment_ids),
        signal=message.signal,
        suppression_id=message.suppression_id,
    )


def _counterfactual(message: trade.RiskCounterfactual) -> facts.RiskCounterfactual:
    return facts.RiskCounterfactual(
        action=RISK_ACTIONS[message.action],
        detail=message.detail,
        score=message.score,
        signals=tuple(message.signals),
    )


def _make_list_version(message: trade.ListVersion) -> facts.ListVersion:
    return facts.ListVersion(
        entries=_exact(message.entries),
        list=message.list,
        sha256=message.sha256,
        stale=message.stale,
        version=message.version,
    )


def _make_versions(message: trade.Versions) -> facts.Versions:
    return facts.Versions(code=message.code, law=message.law, scorecard=message.scorecard)


def _line_item(message: trade.LineItem) -> facts.LineItem:
    return facts.LineItem(
        description=message.description,
        flags=tuple([GOODS_FLAGS[number] for number in message.flags]) if message.flags else (),
        hts_code=message.hts_code,
        listing_url=message.listing_url,
        origin_country=message.origin_country,
        picture_sha256=message.picture_sha256.hex(),
        quantity=_exact(message.quantity),
        unit_value=_money(message.unit_value) if message.HasField("unit_value") else None,
        weight_grams=_exact(message.weight_grams),
    )


def _scan(message: trade.SecurityScan) -> facts.SecurityScan:
    return facts.SecurityScan(method=message.method, performed=message.performed, reference=message.reference)


def _conflict(message: trade.FilerConflict) -> facts.FilerConflict:
    return facts.FilerConflict(field=message.field, originator_codes=tuple(message.originator_codes))


def _source(message: trade.FieldSource) -> facts.FieldSource:
    return facts.FieldSource(
        fields=tuple(message.fields), originator_code=message.originator_code, request_id=message.request_id
    )


def _money(message: Money) -> facts.Money:
    return facts.Money(currency_code=message.currency_code, nanos=message.nanos, units=_exact(message.units))


def _exact(number: int) -> int:
    if -EXACT_MAX <= number <= EXACT_MAX:
        return number
    raise Unsayable("a number that some JSON readers would round")


def _instant(message: Timestamp) -> str:
    """RFC 3339 in UTC, with 0, 3, 6 or 9 digits after the second, as few as say it: as protobuf's own JSON has it."""
    nanos = message.nanos
    if not nanos:
        return _second(message.seconds) + "Z"
    if not 0 < nanos <= NANOS_MAX:
        raise Unsayable("a fraction of a second out of range")
    if nanos % 1_000:
        return f"{_second(message.seconds)}.{nanos:09d}Z"
    if nanos % 1_000_000:
        return f"{_second(message.seconds)}.{nanos // 1_000:06d}Z"
    return f"{_second(message.seconds)}.{nanos // 1_000_000:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    # Decisions of a batch share their second, and parcels of a flight their hour.
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise Unsayable("a time before the year 1 or after 9999")
    moment = time.gmtime(seconds)
    return f"{moment.tm_year:04d}-{moment.tm_mon:02d}-{moment.tm_mday:02d}T" + time.strftime("%H:%M:%S", moment)


_reason: Final = Remembered(_make_reason)
_risk: Final = Remembered(_make_risk)
_contribution: Final = Remembered(_make_contribution)
_list_version: Final = Remembered(_make_list_version)
_versions: Final = Remembered(_make_versions)

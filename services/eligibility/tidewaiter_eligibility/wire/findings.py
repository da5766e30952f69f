"""From findings to messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from google.type import money_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import (
    CURRENCY,
    DATA_QUALITY,
    Conversion,
    Determined,
    Duty,
    Finding,
    Reason,
    Turned,
    Verdict,
)
from tidewaiter_eligibility.path import entry_reason
from tidewaiter_eligibility.person.basis import rules_in
from tidewaiter_eligibility.worth import CENTS_PER_DOLLAR, NANOS_PER_CENT

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
    from tidewaiter.eligibility.v1.eligibility_pb2 import TurnedShipment

_LAW = trade_pb2.REASON_SOURCE_LAW
_MENDABLE = trade_pb2.REASON_SOURCE_DATA_QUALITY


def write_finding(finding: Finding, message: trade_pb2.EligibilityFinding, *, law: Law) -> None:
    """Fill `message`, which is empty, with the finding by that law."""
    message.verdict = finding.verdict  # type: ignore[assignment]  # a test compares the numbers
    message.regime_id = finding.regime_id
    message.entry_path = finding.entry_path  # type: ignore[assignment]
    for reason in finding.reasons:
        _write_reason(reason, message.reasons.add())
    message.local_day = finding.local_day
    message.zone = finding.zone
    message.law_version = finding.law_version
    if finding.value_minor is not None:
        write_money(finding.value_minor, message.value)
    if finding.limit_minor is not None:
        write_money(finding.limit_minor, message.limit)
    if finding.why and (why := entry_reason(finding.why, law)) is not None:
        _write_reason(why, message.entry_reason)
    for duty in finding.duties:
        _write_duty(duty, message.duties.add())
    for conversion in finding.conversions:
        _write_conversion(conversion, message.conversions.add())
    if finding.verdict is Verdict.ELIGIBLE:
        message.unlisted.extend(finding.unlisted)  # type: ignore[arg-type]
    if finding.person_day:
        message.person_day = finding.person_day
        message.person_key_rules.extend(rules_in(finding.basis))  # type: ignore[arg-type]  # a test compares them
        message.counted_shipment_ids.extend(finding.counted_shipment_ids)
        message.counted_shipments = finding.counted_shipments
        write_money(finding.headroom_minor or 0, message.headroom)
        write_money(finding.day_total_minor or 0, message.day_total)
    if finding.order_total_minor is not None:
        write_money(finding.order_total_minor, message.order_total)
        message.order_shipments = finding.order_shipments


def write_determined(determined: Determined, result: eligibility_pb2.DeterminationResult, *, law: Law) -> None:
    """Fill `result`, which is empty, with the answer and those that turned."""
    write_finding(determined.finding, result.finding, law=law)
    write_turned(determined.turned, result.turned)
    result.revision = determined.revision
    result.confirm_wanted = determined.confirm_wanted


def write_turned(turned: Iterable[Turned], field: RepeatedCompositeFieldContainer[TurnedShipment]) -> None:
    """Fill `field`, which is empty, with those that turned."""
    for each in turned:
        field.add(shipment_id=each.shipment_id, revision=each.revision)


def _write_reason(reason: Reason, message: trade_pb2.Reason) -> None:
    message.code = reason.code  # type: ignore[assignment]
    message.source = _MENDABLE if reason.code in DATA_QUALITY else _LAW
    message.rule_id = reason.rule_id
    message.detail = reason.detail
    message.citation = reason.citation
    message.confidence = reason.confidence  # type: ignore[assignment]
    message.field = reason.field


def _write_duty(duty: Duty, message: trade_pb2.DutyFinding) -> None:
    message.method = duty.method  # type: ignore[assignment]
    if duty.amount_minor is not None:
        write_money(duty.amount_minor, message.amount)
    message.formula = duty.formula
    message.rule_id = duty.rule_id
    message.citation = duty.citation
    message.confidence = duty.confidence  # type: ignore[assignment]


def _write_conversion(conversion: Conversion, message: trade_pb2.Conversion) -> None:
    message.currency_code = conversion.currency_code
    message.rate = conversion.rate
    message.first_day = conversion.first_day
    message.end_day = conversion.end_day
    message.source = conversion.source
    message.rule_id = conversion.rule_id


def write_money(minor: int, message: money_pb2.Money) -> None:
    """Fill `message`, which is empty, with cents as dollars."""
    message.currency_code = CURRENCY
    message.units = minor // CENTS_PER_DOLLAR
    message.nanos = minor % CENTS_PER_DOLLAR * NANOS_PER_CENT

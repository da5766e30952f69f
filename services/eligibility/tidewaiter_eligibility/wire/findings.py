"""From findings and rows of law to messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from google.type import money_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_eligibility.list_regimes import ListedRegime
from tidewaiter_eligibility.model import CURRENCY, DATA_QUALITY, Determined, Finding, Mode, Reason, Turned
from tidewaiter_eligibility.worth import CENTS_PER_DOLLAR, NANOS_PER_CENT

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
    from tidewaiter.eligibility.v1.eligibility_pb2 import TurnedShipment

_LAW = trade_pb2.REASON_SOURCE_LAW
_MENDABLE = trade_pb2.REASON_SOURCE_DATA_QUALITY


def write_finding(finding: Finding, message: trade_pb2.EligibilityFinding) -> None:
    """Fill `message`, which is empty, with the finding."""
    message.verdict = finding.verdict.value  # type: ignore[assignment]  # a test compares the numbers
    message.regime_id = finding.regime_id
    message.entry_path = finding.entry_path.value  # type: ignore[assignment]
    for reason in finding.reasons:
        _write_reason(reason, message.reasons.add())
    message.local_day = finding.local_day
    message.zone = finding.zone
    message.law_version = finding.law_version
    if finding.value_minor is not None:
        _write_money(finding.value_minor, message.value)
    if finding.limit_minor is not None:
        _write_money(finding.limit_minor, message.limit)
    if finding.person_day:
        message.person_day = finding.person_day
        message.counted_shipment_ids.extend(finding.counted_shipment_ids)
        message.counted_shipments = finding.counted_shipments
        _write_money(finding.headroom_minor or 0, message.headroom)
        _write_money(finding.day_total_minor or 0, message.day_total)


def write_determined(determined: Determined, result: eligibility_pb2.DeterminationResult) -> None:
    """Fill `result`, which is empty, with the answer and those that turned."""
    write_finding(determined.finding, result.finding)
    write_turned(determined.turned, result.turned)
    result.revision = determined.revision
    result.confirm_wanted = determined.confirm_wanted


def write_turned(turned: Sequence[Turned], field: RepeatedCompositeFieldContainer[TurnedShipment]) -> None:
    """Fill `field`, which is empty, with those that turned."""
    for each in turned:
        field.add(shipment_id=each.shipment_id, revision=each.revision)


def regimes_to(rows: Sequence[ListedRegime], *, law_version: str) -> eligibility_pb2.ListRegimesResponse:
    """The answer to ListRegimes."""
    return eligibility_pb2.ListRegimesResponse(regimes=[_regime(row) for row in rows], law_version=law_version)


def day_from(text: str, *, field: str) -> date | None:
    """A day as YYYY-MM-DD, None for "". Failure INVALID when the calendar has no such day."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text} is not a day of the calendar. Give one as YYYY-MM-DD."
        raise invalid(Violation(field=field, code="DAY_UNKNOWN", message=message)) from None


def mode_from(number: int) -> Mode | None:
    """The mode of transport, None when it is not said."""
    return Mode(number) if number else None


def _write_reason(reason: Reason, message: trade_pb2.Reason) -> None:
    message.code = reason.code.value  # type: ignore[assignment]
    message.source = _MENDABLE if reason.code in DATA_QUALITY else _LAW
    message.rule_id = reason.rule_id
    message.detail = reason.detail
    message.citation = reason.citation
    message.confidence = reason.confidence.value  # type: ignore[assignment]
    message.field = reason.field


def _write_money(minor: int, message: money_pb2.Money) -> None:
    message.currency_code = CURRENCY
    message.units = minor // CENTS_PER_DOLLAR
    message.nanos = minor % CENTS_PER_DOLLAR * NANOS_PER_CENT


def _regime(row: ListedRegime) -> eligibility_pb2.Regime:
    message = eligibility_pb2.Regime(
        regime_id=row.regime_id,
        to="" if row.end_day is None else row.end_day.isoformat(),
        modes=[mode.value for mode in row.modes],  # type: ignore[misc]
        origin_countries=row.origin_countries,
        exemption=row.exemption,
        entry_paths=[path.value for path in row.entry_paths],  # type: ignore[misc]
        citation=row.citation,
        confidence=row.confidence.value,  # type: ignore[arg-type]
        note=row.note,
    )
    # The field's name is a keyword of the language.
    setattr(message, "from", row.first_day.isoformat())
    if row.limit_minor is not None:
        _write_money(row.limit_minor, message.limit)
    return message

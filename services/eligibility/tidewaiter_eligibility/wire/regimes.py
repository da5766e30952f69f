"""From rows of law to messages, and from a question about them to a day and a mode."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_eligibility.list_regimes import ListedRegime, ListedRow
from tidewaiter_eligibility.model import Mode
from tidewaiter_eligibility.wire.findings import write_money


def regimes_to(
    regimes: Sequence[ListedRegime], rows: Sequence[ListedRow], *, law_version: str
) -> eligibility_pb2.ListRegimesResponse:
    """The answer to ListRegimes."""
    return eligibility_pb2.ListRegimesResponse(
        regimes=map(_regime, regimes), rows=map(_row, rows), law_version=law_version
    )


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


def _regime(listed: ListedRegime) -> eligibility_pb2.Regime:
    row = listed.row
    message = eligibility_pb2.Regime(
        regime_id=row.id,
        to=_text(row.end_day),
        modes=[mode.value for mode in listed.modes],  # type: ignore[misc]
        origin_countries=listed.origin_countries,
        exemption=listed.exemption,
        entry_paths=[path.value for path in listed.entry_paths],  # type: ignore[misc]
        citation=row.citation,
        confidence=row.confidence.value,  # type: ignore[arg-type]
        note=row.note,
        clock=row.clock.value,
        standing=row.standing.value,
    )
    # The field's name is a keyword of the language.
    setattr(message, "from", row.first_day.isoformat())
    if listed.limit_minor is not None:
        write_money(listed.limit_minor, message.limit)
    return message


def _row(listed: ListedRow) -> eligibility_pb2.LawRow:
    row = listed.row
    message = eligibility_pb2.LawRow(
        kind=listed.kind,
        rule_id=row.id,
        to=_text(row.end_day),
        clock=row.clock.value,
        modes=[mode.value for mode in listed.modes],  # type: ignore[misc]
        countries=listed.countries,
        says=listed.says,
        citation=row.citation,
        confidence=row.confidence.value,  # type: ignore[arg-type]
        note=row.note,
        standing=row.standing.value,
    )
    setattr(message, "from", row.first_day.isoformat())
    return message


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()

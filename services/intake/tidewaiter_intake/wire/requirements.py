"""The table of data elements on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_intake.requirements import Element


def day_from(written: str) -> date | None:
    """The day of a request, None when it names none; Failure INVALID, DAY_UNKNOWN, for one of no calendar."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        message = f"{written} is no day of the calendar: give one as YYYY-MM-DD"
        raise invalid(Violation(field="day", code="DAY_UNKNOWN", message=message)) from None


def requirements_to(elements: Iterable[Element]) -> intake_pb2.ListRequirementsResponse:
    """The answer: one requirement for each row."""
    response = intake_pb2.ListRequirementsResponse()
    for element in elements:
        response.requirements.add(
            field=element.fields[0],
            presence=element.presence,
            citation=element.citation,
            confidence=element.confidence,
            rule_id=element.rule_id,
            code=element.code,
            fields=element.fields,
            when=element.when,
            filer_types=sorted(element.filers),
            modes=sorted(element.modes),
            first_day=element.first.isoformat(),
            end_day="" if element.end == date.max else element.end.isoformat(),
            fix=element.fix,
            minutes_before_arrival=element.minutes_before_arrival or 0,
        )
    return response

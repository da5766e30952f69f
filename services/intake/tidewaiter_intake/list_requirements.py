"""ListRequirements: the rows that filings are checked by."""

from __future__ import annotations

from datetime import date

from tidewaiter_intake.model import FilerType, Mode
from tidewaiter_intake.requirements import Element, Requirements


def list_requirements(
    table: Requirements, *, filer_type: FilerType | None, mode: Mode | None, day: date
) -> tuple[Element, ...]:
    """The rows in force for filings received on `day`, in the order of the table; None for any filer or mode."""
    return tuple(
        element
        for element in table.elements
        if element.first <= day < element.end
        and (filer_type is None or not element.filers or filer_type in element.filers)
        and (mode is None or not element.modes or mode in element.modes)
    )

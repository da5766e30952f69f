"""ListRequirements: the rows that filings are checked by."""

from __future__ import annotations

from datetime import date

from tidewaiter_intake.model import FilerType, Mode
from tidewaiter_intake.requirements import Element, Requirements


def list_requirements(
    table: Requirements, *, filer_type: FilerType | None, mode: Mode | None, day: date
) -> tuple[Element, ...]:
    """The rows in force for filings received on `day`, in the order of the table; None for any filer or mode."""
    return tuple(element for element in table.elements if element.covers(filer_type, mode, day))

"""What passes for a country (ISO 3166-1)."""

from __future__ import annotations

from collections.abc import Iterator

from tidewaiter_chassis.countries import CODES
from tidewaiter_chassis.failures import Violation

from tidewaiter_intake.model import Filing


def violations(filing: Filing) -> Iterator[Violation]:
    """Every country of the goods and of the way that is none. Parties' countries decide nothing and stay as written."""
    facts = filing.facts
    if facts.country_of_shipment and facts.country_of_shipment not in CODES:
        yield _unknown("filing.country_of_shipment", facts.country_of_shipment)
    for index, item in enumerate(facts.items):
        if item.origin_country and item.origin_country not in CODES:
            yield _unknown(f"filing.items[{index}].origin_country", item.origin_country)


def _unknown(field: str, code: str) -> Violation:
    return Violation(
        field, "COUNTRY_UNKNOWN", f"{code!r} is no country of ISO 3166-1: give its two-letter code, such as GB"
    )

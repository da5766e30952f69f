"""By what two filings are known to speak of one shipment (law.md 3.3).

A tracking number joins by itself; a house bill only within its issuer; a master bill
covers many shipments and never joins.
"""

from __future__ import annotations

from tidewaiter_intake.model import Filing


def normalised(identifier: str) -> str:
    """Upper case, without spaces and dashes: two spellings of one identifier become equal."""
    return identifier.replace(" ", "").replace("-", "").upper()


def tracking_key(tracking_number: str) -> str:
    """The join key of a tracking number."""
    return f"T:{normalised(tracking_number)}"


def join_keys(filing: Filing) -> tuple[str, ...]:
    """The strong keys of a filing, strongest first; none when it holds weak ones only."""
    found = []
    facts = filing.facts
    if normalised(facts.tracking_number):
        found.append(tracking_key(facts.tracking_number))
    house_bill = normalised(facts.house_bill)
    if house_bill and facts.house_bill_issuer:
        found.append(f"H:{facts.house_bill_issuer.upper()}:{house_bill}")
    return tuple(found)

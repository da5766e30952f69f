"""What makes an amount of money well formed (ISO 4217, google.type.Money)."""

from __future__ import annotations

from collections.abc import Iterator

from iso4217 import Currency
from tidewaiter_chassis.failures import Violation

from tidewaiter_intake.model import Filing, Money

UNITS_MAX = {"USD": 10_000_000}
FOREIGN_UNITS_MAX = 10_000_000_000
"""Largest amount of one line or listing, in whole units: some currencies have units worth far less than a cent."""

_NANOS = 1_000_000_000
_FINEST = {currency.code: 10 ** (9 - currency.exponent) for currency in Currency if currency.exponent is not None}


def violations(filing: Filing) -> Iterator[Violation]:
    """Every malformed amount of the filing."""
    for index, item in enumerate(filing.facts.items):
        if item.unit_value:
            yield from _of(item.unit_value, f"filing.items[{index}].unit_value")
    if filing.facts.listed_price:
        yield from _of(filing.facts.listed_price, "filing.listed_price")


def _of(money: Money, path: str) -> Iterator[Violation]:
    finest = _FINEST.get(money.currency_code)
    if finest is None:
        yield Violation(
            f"{path}.currency_code",
            "CURRENCY_UNKNOWN",
            f"{money.currency_code!r} is no currency of ISO 4217: give its three-letter code",
        )
        finest = 1
    if money.units < 0 or money.nanos < 0:
        yield Violation(path, "AMOUNT_NEGATIVE", "an amount is never negative: give units and nanos of 0 or more")
    elif money.nanos >= _NANOS:
        yield Violation(f"{path}.nanos", "AMOUNT_NANOS", f"{money.nanos} nanos are a whole unit: at most 999999999")
    elif money.nanos % finest:
        yield Violation(
            f"{path}.nanos",
            "AMOUNT_TOO_FINE",
            f"{money.nanos} nanos are finer than the minor unit of {money.currency_code}: round to it",
        )
    most = UNITS_MAX.get(money.currency_code, FOREIGN_UNITS_MAX)
    if money.units > most:
        yield Violation(
            f"{path}.units",
            "AMOUNT_TOO_LARGE",
            f"{money.units} is over {most}: no parcel is worth that; check the decimal point",
        )

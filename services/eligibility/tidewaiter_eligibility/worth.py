"""What a shipment is worth: whole cents throughout, never a float."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tidewaiter_eligibility.model import CURRENCY, Item, Money, Reason
from tidewaiter_eligibility.reasons import input_missing, rate_unknown

CENTS_PER_DOLLAR = 100
NANOS_PER_CENT = 10_000_000


class Worth(Struct, frozen=True, kw_only=True, gc=False):
    """What a shipment is worth, in cents; None when that cannot be told, and `unclear` then says why."""

    minor: int | None
    unclear: tuple[Reason, ...]


def worth(items: Sequence[Item]) -> Worth:
    """The sum of quantity × unit value over all lines, exact. Only dollars count: no rate is on record."""
    total = 0
    unclear = []
    for number, item in enumerate(items):
        value = item.unit_value
        if value is not None and value.currency_code == CURRENCY:
            total += item.quantity * (value.units * CENTS_PER_DOLLAR + value.nanos // NANOS_PER_CENT)
        else:
            unclear.append(_unclear(f"items[{number}].unit_value", value))
    if not items:
        unclear.append(input_missing("items", "a shipment without goods has no value"))
    return Worth(minor=None if unclear else total, unclear=tuple(unclear))


def _unclear(field: str, value: Money | None) -> Reason:
    if value is None:
        return input_missing(field, "the value of every line is needed")
    if value.currency_code == "":
        return input_missing(f"{field}.currency_code", "an amount without a currency has no value")
    return rate_unknown(f"{field}.currency_code", value)

"""What a shipment is worth: whole cents throughout, never a float.

Dollars are added exactly. Amounts in other currencies are converted by the rate in force on the local day of arrival,
added exactly over all lines, and the sum of the shipment is rounded up to a whole cent, once: a limit is in whole
cents, so that the rounded sum of one shipment is over it exactly when the true one is. Shipments that count together
are each rounded up by themselves, so that together they may be over a limit that they truly reach by less than a cent
for each: never the other way round.
"""

from __future__ import annotations

from msgspec import Struct

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.exchange import RATE_PLACES, Rate
from tidewaiter_eligibility.law.rows import Conversion as ConversionRule
from tidewaiter_eligibility.model import CURRENCY, Conversion, LocalDay, Money, Reason, Shipment
from tidewaiter_eligibility.reasons import input_missing, port_missing, rate_unknown, value_absurd

CENTS_PER_DOLLAR = 100
NANOS_PER_CENT = 10_000_000
VALUE_MINOR_MAX = (2**53 - 1) * CENTS_PER_DOLLAR
"""The most whole dollars that every reader of JSON keeps exactly; what is filed in dollars stays far below."""
_NANOS = 1_000_000_000
_SCALED_PER_CENT = _NANOS * 10**RATE_PLACES // CENTS_PER_DOLLAR


class Worth(Struct, frozen=True, kw_only=True, gc=False):
    """What a shipment is worth, in cents; None when that cannot be told, and `unclear` then says why.

    `conversions` are the rates that were used, one for each other currency.
    """

    minor: int | None
    unclear: tuple[Reason, ...]
    conversions: tuple[Conversion, ...] = ()


def worth(shipment: Shipment, *, day: LocalDay, law: Law) -> Worth:
    """The sum of quantity × unit value over all lines, exact but for the one rounding that conversion needs."""
    if shipment.worth_minor is not None:
        return Worth(minor=shipment.worth_minor, unclear=())
    items = shipment.items
    total = 0
    foreign = []
    unclear = []
    for number, item in enumerate(items):
        value = item.unit_value
        if value is None:
            unclear.append(input_missing(f"items[{number}].unit_value", "the value of every line is needed"))
        elif value.currency_code == CURRENCY:
            total += item.quantity * (value.units * CENTS_PER_DOLLAR + value.nanos // NANOS_PER_CENT)
        else:
            foreign.append((number, item.quantity, value))
    if not items:
        unclear.append(input_missing("items", "a shipment without goods has no value"))
    if not foreign:
        return Worth(minor=None if unclear else total, unclear=tuple(unclear))
    return _with_foreign(total, foreign, unclear, day, shipment.port_of_entry, law)


def _with_foreign(
    total: int, foreign: list[tuple[int, int, Money]], unclear: list[Reason], day: LocalDay, port: str, law: Law
) -> Worth:
    scaled = 0
    used: dict[str, Conversion] = {}
    for number, quantity, value in foreign:
        found = _rate(f"items[{number}].unit_value.currency_code", value, day, port, law)
        if isinstance(found, Reason):
            unclear.append(found)
        else:
            rate, rule = found
            scaled += quantity * (value.units * _NANOS + value.nanos) * rate.scaled
            used[value.currency_code] = _conversion(rate, rule)
    unclear.sort(key=lambda reason: reason.field)
    minor = total - (-scaled // _SCALED_PER_CENT)
    if minor > VALUE_MINOR_MAX:
        unclear.append(value_absurd())
    minor_known = None if unclear else minor
    return Worth(minor=minor_known, unclear=tuple(unclear), conversions=tuple(used[each] for each in sorted(used)))


def _rate(field: str, value: Money, day: LocalDay, port: str, law: Law) -> tuple[Rate, ConversionRule] | Reason:
    if value.currency_code == "":
        return input_missing(field, "an amount without a currency has no value")
    rates = {law.exchange.rate(value.currency_code, candidate) for candidate in day.candidates}
    rate, rule = rates.pop(), law.conversion(day.candidates[0])
    if rates:
        return port_missing(port, "the local day of arrival decides which rate of exchange is in force", rule)
    if rate is None or rule is None:
        return rate_unknown(field, value.currency_code, day.candidates[0], rule)
    return rate, rule


def _conversion(rate: Rate, rule: ConversionRule) -> Conversion:
    return Conversion(
        currency_code=rate.currency_code,
        rate=rate.text,
        first_day=rate.first_day.isoformat(),
        end_day="" if rate.end_day is None else rate.end_day.isoformat(),
        source=rate.source,
        rule_id=rule.id,
    )

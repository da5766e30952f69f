"""What the goods are said to be worth."""

from __future__ import annotations

from tidewaiter_risk.model import Contribution, Item, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule, ValueBand
from tidewaiter_risk.signals.evidence import Evidence, Look


def value_under_threshold(rule: SignalRule, evidence: Evidence) -> Look:
    """The whole value lies just under a limit of the law in force on the day of arrival, the limit included.

    Missing without an arrival, without goods, with a line without value, or in a currency that no row knows:
    risk holds no rates.
    """
    bands: dict[str, list[ValueBand]] = {}
    for band in evidence.scorecard.value_bands:
        bands.setdefault(band.currency, []).append(band)

    def look(shipment: Shipment) -> Contribution | None:
        day = shipment.arrival_day
        if day is None:
            return rule.missing("the expected arrival is not given, so the limit of the day is not known")
        nanos, currency = _total(shipment.items)
        if nanos is None:
            return rule.missing("the value is not given for every line, or in more than one currency")
        if currency not in bands:
            return rule.missing("the value is in a currency for which there is no row, and risk holds no rates")
        for band in bands[currency]:
            if band.least_nanos <= nanos <= band.limit_nanos and band.holds_on(day):
                return _contribution(band, rule)
        return None

    return look


def _contribution(band: ValueBand, rule: SignalRule) -> Contribution:
    return rule.seen(
        points=band.points,
        code=ReasonCode.VALUE_UNDER_THRESHOLD,
        rule_id=band.id,
        detail=f"The value of the shipment lies within {band.shown}, just under a limit.",
        citation=band.citation,
        confidence=band.confidence,
        field="items",
    )


def _total(items: tuple[Item, ...]) -> tuple[int | None, str]:
    """The value of all lines in billionths of their one currency; None when it cannot be told."""
    currency = items[0].currency if items else ""
    nanos = 0
    for item in items:
        if item.unit_nanos is None or item.currency != currency:
            return None, ""
        nanos += item.quantity * item.unit_nanos
    return (nanos if items else None), currency

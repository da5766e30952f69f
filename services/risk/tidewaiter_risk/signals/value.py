"""What the goods are said to be worth."""

from __future__ import annotations

from functools import lru_cache

from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.values import Standing, Values

from tidewaiter_risk.model import Contribution, Item, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule, ValueBand
from tidewaiter_risk.signals.evidence import Evidence, Look

_ABSTENTIONS_CACHED_MAX = 4_096


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
        nanos, currency = total_of(shipment.items)
        if nanos is None:
            return rule.missing("the value is not given for every line, or in more than one currency")
        if currency not in bands:
            return rule.missing("the value is in a currency for which there is no row, and risk holds no rates")
        for band in bands[currency]:
            if band.least_nanos <= nanos <= band.limit_nanos and band.span.holds_on(day):
                return _just_under(band, rule)
        return None

    return look


def undervalued(rule: SignalRule, evidence: Evidence) -> Look:
    """A unit value is low beside those that the user filed before for the same six digits, origin and currency.

    The lowest line counts. Abstains, with a contribution of no points that says so, when of no line there are values
    enough; says nothing at all while no distributions are loaded.
    """
    policy = evidence.scorecard.undervaluation
    if evidence.values is None:
        return lambda _shipment: None
    values: Values = evidence.values

    @lru_cache(_ABSTENTIONS_CACHED_MAX)
    def abstention(count: int) -> Contribution:
        return rule.seen(
            points=0,
            code=ReasonCode.NO_SIGNAL,
            rule_id=f"{rule.id}.abstains",
            detail=f"Not judged: {count} values of such goods are known, and {policy.sample_min} are needed.",
            citation="",
            confidence=Confidence.INFERRED,
            field="",
            data_version=values.version,
        )

    def look(shipment: Shipment) -> Contribution | None:
        lowest, most = _lowest(shipment.items, values, policy.sample_min)
        if lowest is None:
            return abstention(most)
        standing, place = lowest
        for under, points in policy.steps:
            if standing.percentile < under:
                return rule.seen(
                    points=points,
                    code=ReasonCode.VALUE_LOW,
                    rule_id=f"{rule.id}.percentile_{under}",
                    detail=_low(shipment.items[place], standing),
                    citation=policy.citation,
                    confidence=policy.confidence,
                    field=f"items[{place}].unit_value",
                    data_version=values.version,
                )
        return None

    return look


def _lowest(items: tuple[Item, ...], values: Values, sample_min: int) -> tuple[tuple[Standing, int] | None, int]:
    """The lowest standing among values enough, with its line; and how many values there are at most where too few."""
    lowest: tuple[Standing, int] | None = None
    most = 0
    for place, item in enumerate(items):
        if item.unit_nanos is None or not item.hts_code or not item.origin_country:
            continue
        standing = values.standing(item.hts_code, item.origin_country, item.currency, item.unit_nanos)
        if standing is None or standing.count < sample_min:
            most = max(most, standing.count if standing else 0)
        elif lowest is None or standing.percentile < lowest[0].percentile:
            lowest = (standing, place)
    return lowest, most


def _low(item: Item, standing: Standing) -> str:
    digits = item.hts_code.replace(".", "")[:6]
    return (
        f"The unit value stands at percentile {standing.percentile} of {standing.count:,} values filed before "
        f"for {digits} from {item.origin_country} in {item.currency}."
    )


def _just_under(band: ValueBand, rule: SignalRule) -> Contribution:
    return rule.seen(
        points=band.points,
        code=ReasonCode.VALUE_UNDER_THRESHOLD,
        rule_id=band.id,
        detail=f"The value of the shipment lies within {band.shown}, just under a limit.",
        citation=band.citation,
        confidence=band.confidence,
        field="items",
    )


def total_of(items: tuple[Item, ...]) -> tuple[int | None, str]:
    """The value of all lines in billionths of their one currency; None when it cannot be told."""
    currency = items[0].currency if items else ""
    nanos = 0
    for item in items:
        if item.unit_nanos is None or item.currency != currency:
            return None, ""
        nanos += item.quantity * item.unit_nanos
    return (nanos if items else None), currency

"""What earlier shipments show. Each signal names the shipments that it rests on."""

from __future__ import annotations

from collections.abc import Callable

from tidewaiter_risk.model import Contribution, Past, ReasonCode, Shipment, Traces
from tidewaiter_risk.scorecard.rules import Pattern, SignalRule, ValueBand
from tidewaiter_risk.signals.evidence import Evidence, Look
from tidewaiter_risk.signals.value import total_of

Tell = Callable[[Shipment, Past], Contribution | None]


def crowded_address(rule: SignalRule, evidence: Evidence) -> Look:
    """Many consignees at the address of this one."""
    pattern = _pattern(rule, evidence)

    def tell(_shipment: Shipment, past: Past) -> Contribution | None:
        count = past.consignees_at_address.count + 1
        if count < pattern.count_min:
            return None
        detail = f"{count} consignees at one address within {pattern.days} days."
        return _told(rule, pattern, count, past.consignees_at_address, detail, ReasonCode.ADDRESS_CROWDED, "consignee")

    return _look(rule, tell)


def many_names(rule: SignalRule, evidence: Evidence) -> Look:
    """One telephone number or e-mail address under many names."""
    pattern = _pattern(rule, evidence)

    def tell(_shipment: Shipment, past: Past) -> Contribution | None:
        count = past.names_of_contact.count + 1
        if count < pattern.count_min:
            return None
        detail = f"{count} names under one e-mail address or telephone number within {pattern.days} days."
        return _told(rule, pattern, count, past.names_of_contact, detail, ReasonCode.NAMES_MANY, "consignee.name")

    return _look(rule, tell)


def new_shipper(rule: SignalRule, evidence: Evidence) -> Look:
    """The shipper was first seen a short while ago."""
    pattern = _pattern(rule, evidence)

    def tell(_shipment: Shipment, past: Past) -> Contribution | None:
        if past.shipper_days is None or past.shipper_days > pattern.days:
            return None
        when = "with this shipment" if not past.shipper_days else f"{past.shipper_days} days ago"
        detail = f"The shipper was first seen {when}."
        return _told(rule, pattern, 1, Traces(count=0), detail, ReasonCode.SHIPPER_NEW, "shipper")

    return _look(rule, tell)


def frequent_consignee(rule: SignalRule, evidence: Evidence) -> Look:
    """One consignee receives unusually often."""
    pattern = _pattern(rule, evidence)

    def tell(_shipment: Shipment, past: Past) -> Contribution | None:
        count = past.received.count + 1
        if count < pattern.count_min:
            return None
        detail = f"{count} shipments to one consignee within {pattern.days} days."
        return _told(rule, pattern, count, past.received, detail, ReasonCode.SHIPMENTS_FREQUENT, "consignee")

    return _look(rule, tell)


def crowded_values(rule: SignalRule, evidence: Evidence) -> Look:
    """The values of one shipper crowd just under a limit, this shipment's among them."""
    pattern = _pattern(rule, evidence)
    bands = evidence.scorecard.value_bands

    def tell(shipment: Shipment, past: Past) -> Contribution | None:
        count = past.shipper_crowded.count + 1
        of = past.shipper_sent + 1
        if count < pattern.count_min or 100 * count < pattern.share_min * of or not just_under(shipment, bands):
            return None
        detail = f"{count} of {of} values of one shipper lie just under a limit, within {pattern.days} days."
        return _told(rule, pattern, count, past.shipper_crowded, detail, ReasonCode.VALUES_CROWDED, "items")

    return _look(rule, tell)


def split_order(rule: SignalRule, evidence: Evidence) -> Look:
    """One order, or one buyer's purchases of one seller, in several shipments that pass a limit together only.

    Several shipments of one order that pass none count `points_each` for each of the others.
    """
    pattern = _pattern(rule, evidence)
    bands = evidence.scorecard.value_bands

    def tell(shipment: Shipment, past: Past) -> Contribution | None:
        count = past.order_lots.count + 1
        if count < pattern.count_min:
            return None
        band = _passed_together(shipment, past.order_nanos, bands)
        if band is None and past.order_by != "order":
            return None
        together = f"{count} shipments of one {past.order_by} within {pattern.days} days"
        if band is None:
            points, rule_id, detail = pattern.points_each * past.order_lots.count, "order", f"{together}."
        else:
            points, rule_id = pattern.points_for(count), band.id
            detail = f"{together} pass the limit of {band.id} together, and each alone does not."
        if not points:
            return None
        return rule.seen(
            points=points,
            code=ReasonCode.ORDER_SPLIT,
            rule_id=f"{rule.id}.{rule_id}",
            detail=detail,
            citation=pattern.citation,
            confidence=pattern.confidence,
            field="order_id" if past.order_by == "order" else "items",
            shipment_ids=past.order_lots.shipment_ids,
        )

    return _look(rule, tell)


def just_under(shipment: Shipment, bands: tuple[ValueBand, ...]) -> bool:
    """Whether the value of the shipment lies in a band that is in force on its day."""
    nanos, currency = total_of(shipment.items)
    return nanos is not None and any(
        band.currency == currency
        and band.least_nanos <= nanos <= band.limit_nanos
        and band.span.holds_on(shipment.arrival_day)
        for band in bands
    )


def _passed_together(shipment: Shipment, others: int, bands: tuple[ValueBand, ...]) -> ValueBand | None:
    """The lowest limit in force that this shipment alone keeps and all together pass."""
    own, currency = total_of(shipment.items)
    if own is None:
        return None
    passed = (
        band
        for band in bands
        if band.currency == currency
        and own <= band.limit_nanos < own + others
        and band.span.holds_on(shipment.arrival_day)
    )
    return min(passed, key=lambda band: band.limit_nanos, default=None)


def _pattern(rule: SignalRule, evidence: Evidence) -> Pattern:
    return next(pattern for pattern in evidence.scorecard.patterns if pattern.id == rule.id)


def _look(rule: SignalRule, tell: Tell) -> Look:
    unanswered = rule.missing("the history of shipments did not answer")

    def look(shipment: Shipment) -> Contribution | None:
        return unanswered if shipment.past is None else tell(shipment, shipment.past)

    return look


def _told(
    rule: SignalRule, pattern: Pattern, count: int, traces: Traces, detail: str, code: ReasonCode, field: str
) -> Contribution | None:
    points = pattern.points_for(count)
    if not points:
        return None
    return rule.seen(
        points=points,
        code=code,
        rule_id=rule.id,
        detail=detail,
        citation=pattern.citation,
        confidence=pattern.confidence,
        field=field,
        shipment_ids=traces.shipment_ids,
    )

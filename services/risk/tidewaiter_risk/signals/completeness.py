"""What a complete filing carries, and this one does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from tidewaiter_risk.model import Contribution, Item, Mode, Party, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import Element, SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look

Has = Callable[[Shipment], object]
"""Whether a shipment carries an element, as a truth value."""

_COMBINATIONS_CACHED_MAX = 1_024


def _every(has: Callable[[Item], object]) -> Has:
    def all_have(shipment: Shipment) -> bool:
        for item in shipment.items:  # noqa: SIM110 - on one or two lines of goods a loop is twice as fast as all()
            if not has(item):
                return False
        return True

    return all_have


def _addressed(party: Party | None) -> bool:
    return party is not None and party.addressed and bool(party.name)


def _reachable(party: Party | None) -> bool:
    return party is not None and party.reachable


ELEMENTS: Mapping[str, Has] = MappingProxyType(
    {
        "items": lambda shipment: shipment.items,
        "items.description": _every(lambda item: item.description and not item.description.isspace()),
        "items.unit_value": _every(lambda item: item.unit_nanos is not None),
        "items.weight_grams": _every(lambda item: item.weight_grams > 0),
        "items.hts_code": _every(lambda item: item.hts_code),
        "items.origin_country": _every(lambda item: item.origin_country),
        "consignee.address": lambda shipment: _addressed(shipment.consignee),
        "consignee.contact": lambda shipment: _reachable(shipment.consignee),
        "shipper.address": lambda shipment: _addressed(shipment.shipper),
        "shipper.contact": lambda shipment: _reachable(shipment.shipper),
        "seller.address": lambda shipment: _addressed(shipment.seller),
        "buyer.address": lambda shipment: _addressed(shipment.buyer),
        "security_scan": lambda shipment: shipment.scanned,
    }
)
"""What can be looked at, by the id under which a scorecard asks for it. Of no goods every line is complete: that
there are none is an element of its own."""


def incomplete_data(rule: SignalRule, evidence: Evidence) -> Look:
    """Elements that a complete filing by this mode of transport carries are absent. Their points add up."""
    elements = evidence.scorecard.elements
    expected = {
        mode: tuple((place, ELEMENTS[one.id]) for place, one in enumerate(elements) if mode in one.modes)
        for mode in Mode
    }

    # The same few combinations are absent again and again.
    @lru_cache(_COMBINATIONS_CACHED_MAX)
    def contribution(places: tuple[int, ...]) -> Contribution:
        return _contribution([elements[place] for place in places], rule)

    def look(shipment: Shipment) -> Contribution | None:
        absent = tuple([place for place, has in expected[shipment.mode] if not has(shipment)])
        return contribution(absent) if absent else None

    return look


def _contribution(absent: list[Element], rule: SignalRule) -> Contribution:
    worst = max(absent, key=lambda element: element.points)
    return rule.seen(
        points=sum(element.points for element in absent),
        code=ReasonCode.DATA_INCOMPLETE,
        rule_id=f"{rule.id}.{worst.id}",
        detail="Not given: " + "; ".join(element.name for element in absent) + ".",
        citation=worst.citation,
        confidence=worst.confidence,
        field=worst.field,
    )

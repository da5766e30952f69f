"""The merged view of a shipment: a pure function of the set of its filings.

Each group of fields trusts the kind of filer that knows it best. A later filing of the
same originator replaces its earlier one; between originators the order of arrival never
counts, so the same filings in any order give the same view. What filers contradict one
another in is kept as evidence.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from tidewaiter_intake.keys import normalised
from tidewaiter_intake.model import Conflict, Facts, FieldSource, FilerType, Filing, Shipment, ShipmentId

_GOODS = (
    FilerType.ONLINE_MARKETPLACE,
    FilerType.BROKER,
    FilerType.LOGISTICS_PLATFORM,
    FilerType.FREIGHT_FORWARDER,
    FilerType.CARRIER,
)
_MOVEMENT = tuple(reversed(_GOODS))

_TRUSTED: dict[str, tuple[FilerType, ...]] = {
    # The carrier sees the parcel move; the marketplace sees it sold.
    "mode": _MOVEMENT,
    "tracking_number": _MOVEMENT,
    "house_bill": _MOVEMENT,
    "house_bill_issuer": _MOVEMENT,
    "master_bill": _MOVEMENT,
    "port_of_entry": _MOVEMENT,
    "arrival_ns": _MOVEMENT,
    "country_of_shipment": _MOVEMENT,
    "shipper": _MOVEMENT,
    "consignee": _MOVEMENT,
    "security_scan": _MOVEMENT,
    "known_carrier_customer": _MOVEMENT,
    "seller": _GOODS,
    "buyer": _GOODS,
    "items": _GOODS,
    "order_id": _GOODS,
    "listed_price": _GOODS,
    "seller_account_id": _GOODS,
    "known_seller": _GOODS,
    "gift": _GOODS,
}
_IDENTIFIERS = frozenset({"tracking_number", "house_bill", "master_bill"})
_HEADING_DIGITS = 4
_GRAMS_ALIKE = 100
_WIRE_NAMES = {"arrival_ns": "estimated_arrival"}
# Flags say yes or nothing: a filer that does not set one does not deny it.
_FLAGS = frozenset({"known_seller", "known_carrier_customer", "gift"})
_FIELDS = tuple(
    (name, _WIRE_NAMES.get(name, name), Facts._fields.index(name), trusted is _GOODS)
    for name, trusted in _TRUSTED.items()
)


def merge(shipment_id: ShipmentId, revision: int, filings: Sequence[Filing]) -> Shipment:
    """The merged view of `filings`, oldest first and at least one, as revision `revision`."""
    if len(filings) == 1:
        return _only(shipment_id, revision, filings[0])
    standing = list({filing.originator_code: filing for filing in filings}.values())
    of_movement, of_goods = _ranked(standing, _MOVEMENT), _ranked(standing, _GOODS)
    values: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    taken: dict[tuple[str, str], list[str]] = {}
    for name, wire_name, place, is_of_goods in _FIELDS:
        speakers = [filing for filing in (of_goods if is_of_goods else of_movement) if filing.facts[place]]
        if not speakers:
            continue
        first = speakers[0]
        values[name] = _value(first, name)
        taken.setdefault((first.originator_code, first.request_id), []).append(wire_name)
        if len(speakers) > 1 and any(speaker.facts[place] != first.facts[place] for speaker in speakers):
            conflicts += _conflicts(wire_name, name, speakers)
    return Shipment(
        shipment_id=shipment_id,
        revision=revision,
        facts=Facts(**values),
        filer_types=tuple(sorted({filing.filer_type for filing in standing})),
        conflicts=tuple(conflicts),
        sources=tuple(FieldSource(*name, tuple(fields)) for name, fields in sorted(taken.items())),
        filings=tuple(sorted(_name(filing) for filing in standing)),
    )


def _only(shipment_id: ShipmentId, revision: int, filing: Filing) -> Shipment:
    said = filing.facts
    facts = said._replace(
        tracking_number=normalised(said.tracking_number),
        house_bill=normalised(said.house_bill),
        master_bill=normalised(said.master_bill),
    )
    return Shipment(shipment_id, revision, facts, (filing.filer_type,), filings=(_name(filing),))


def _name(filing: Filing) -> str:
    return f"{filing.originator_code}/{filing.request_id}"


def _value(filing: Filing, name: str) -> Any:
    value = getattr(filing.facts, name)
    return normalised(value) if name in _IDENTIFIERS else value


def _ranked(filings: list[Filing], trusted: tuple[FilerType, ...]) -> list[Filing]:
    """The filings, the most trusted first."""
    return sorted(filings, key=lambda filing: (trusted.index(filing.filer_type), filing.originator_code))


def _conflicts(wire_name: str, name: str, speakers: list[Filing]) -> list[Conflict]:
    if name in _FLAGS:
        return []
    if name == "items":
        return _goods_conflicts(speakers)
    first = _comparable(_value(speakers[0], name))
    others = [speaker for speaker in speakers[1:] if _comparable(_value(speaker, name)) != first]
    return [_conflict(wire_name, speakers[0], others)] if others else []


def _goods_conflicts(speakers: list[Filing]) -> list[Conflict]:
    """Filers word goods differently; what must agree is their worth, weight, origin and what the numbers name."""
    first = speakers[0]
    found = []
    for aspect, measure, differs in _ASPECTS:
        expected = measure(first)
        if not expected:
            continue
        measures = [(speaker, measure(speaker)) for speaker in speakers[1:]]
        others = [speaker for speaker, measured in measures if measured is not None and differs(expected, measured)]
        if others:
            found.append(_conflict(aspect, first, others))
    return found


def _conflict(name: str, first: Filing, others: list[Filing]) -> Conflict:
    return Conflict(name, (first.originator_code, *(other.originator_code for other in others)))


def _worth(filing: Filing) -> tuple[str, int] | None:
    """Currency and billionths of all goods, or None when any is unknown or currencies differ."""
    monies = [item.unit_value for item in filing.facts.items]
    currencies = {money.currency_code for money in monies if money}
    if not all(monies) or len(currencies) != 1:
        return None
    total = sum(
        item.quantity * (item.unit_value.units * 1_000_000_000 + item.unit_value.nanos)
        for item in filing.facts.items
        if item.unit_value
    )
    return currencies.pop(), total


def _origins(filing: Filing) -> frozenset[str] | None:
    return frozenset(item.origin_country for item in filing.facts.items if item.origin_country) or None


def _weight(filing: Filing) -> int | None:
    """Grams of all goods, or None when any is unknown."""
    grams = [item.weight_grams for item in filing.facts.items]
    return sum(grams) if grams and all(grams) else None


def _headings(filing: Filing) -> frozenset[str] | None:
    """The tariff headings of the goods, as far as numbers are given."""
    numbers = (item.hts_code.replace(".", "") for item in filing.facts.items)
    return frozenset(number[:_HEADING_DIGITS] for number in numbers if number) or None


def _weighs_otherwise(one: int, other: int) -> bool:
    """Scales and packing differ a little: by up to a tenth, and by up to 100 grams."""
    return abs(one - other) > max(_GRAMS_ALIKE, max(one, other) // 10)


# What is measured of all goods together, under which name, and when two measures contradict one another. Two filers may
# number a bundle line by line or as one: only headings that have none in common do.
_ASPECTS: tuple[tuple[str, Callable[[Filing], Any], Callable[[Any, Any], bool]], ...] = (
    ("items.unit_value", _worth, operator.ne),
    ("items.origin_country", _origins, operator.ne),
    ("items.weight_grams", _weight, _weighs_otherwise),
    ("items.hts_code", _headings, frozenset.isdisjoint),
)


def _comparable(value: Any) -> Any:
    """Parties are compared by who they are, not by spelling of case or by contact details."""
    name, postal_code = getattr(value, "name", None), getattr(value, "postal_code", None)
    if name is None or postal_code is None:
        return value
    return name.casefold().strip(), postal_code.replace(" ", "").upper()

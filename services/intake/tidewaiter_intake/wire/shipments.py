"""Shipments: the merged view as trade.v1.Shipment, for the peers and for filers."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_intake.model import Item, Money, Party, Shipment

_NANOS = 1_000_000_000


def shipment_to(shipment: Shipment) -> trade_pb2.Shipment:
    """The message of a merged view, whole."""
    facts = shipment.facts
    message = trade_pb2.Shipment(
        shipment_id=shipment.shipment_id,
        revision=shipment.revision,
        tracking_number=facts.tracking_number,
        house_bill=facts.house_bill,
        house_bill_issuer=facts.house_bill_issuer,
        master_bill=facts.master_bill,
        mode=facts.mode,  # type: ignore[arg-type]  # same numbers
        port_of_entry=facts.port_of_entry,
        estimated_arrival=timestamp_to(facts.arrival_ns) if facts.arrival_ns is not None else None,
        country_of_shipment=facts.country_of_shipment,
        seller=_party_to(facts.seller),
        shipper=_party_to(facts.shipper),
        buyer=_party_to(facts.buyer),
        consignee=_party_to(facts.consignee),
        items=[_item_to(item) for item in facts.items],
        order_id=facts.order_id,
        listed_price=_money_to(facts.listed_price),
        seller_account_id=facts.seller_account_id,
        known_seller=facts.known_seller,
        known_carrier_customer=facts.known_carrier_customer,
        gift=facts.gift,
        filer_types=shipment.filer_types,  # type: ignore[arg-type]  # same numbers
    )
    if facts.security_scan:
        scan = facts.security_scan
        message.security_scan.performed = scan.performed
        message.security_scan.method = scan.method
        message.security_scan.reference = scan.reference
    for conflict in shipment.conflicts:
        message.conflicts.add(field=conflict.field, originator_codes=conflict.originator_codes)
    for source in shipment.sources:
        message.sources.add(originator_code=source.originator_code, request_id=source.request_id, fields=source.fields)
    return message


def shipment_for_filer(shipment: Shipment) -> trade_pb2.Shipment:
    """The message of a merged view without the evidence that only operators and auditors may see."""
    message = shipment_to(shipment)
    message.ClearField("conflicts")
    return message


def timestamp_to(ns: int) -> Timestamp:
    """The message of an instant in nanoseconds since 1970 UTC."""
    return Timestamp(seconds=ns // _NANOS, nanos=ns % _NANOS)


def _party_to(party: Party | None) -> trade_pb2.Party | None:
    if party is None:
        return None
    return trade_pb2.Party(
        name=party.name,
        address_lines=party.address_lines,
        city=party.city,
        region=party.region,
        postal_code=party.postal_code,
        country_code=party.country_code,
        email=party.email,
        phone=party.phone,
    )


def _money_to(money: Money | None) -> money_pb2.Money | None:
    if money is None:
        return None
    return money_pb2.Money(currency_code=money.currency_code, units=money.units, nanos=money.nanos)


def _item_to(item: Item) -> trade_pb2.LineItem:
    return trade_pb2.LineItem(
        description=item.description,
        hts_code=item.hts_code,
        origin_country=item.origin_country,
        quantity=item.quantity,
        unit_value=_money_to(item.unit_value),
        weight_grams=item.weight_grams,
        listing_url=item.listing_url,
        picture_sha256=item.picture_sha256,
    )

"""Shipments: the merged view as trade.v1.Shipment, for the peers and for filers."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_intake.model import Facts, Item, Money, Party, Shipment

_NANOS = 1_000_000_000


def fill_shipment(message: trade_pb2.Shipment, shipment: Shipment) -> None:
    """Write a merged view, whole, into an empty message.

    In place, here and below: a message given to the constructor of another one is copied, once a level.
    """
    facts = shipment.facts
    message.shipment_id = shipment.shipment_id
    message.revision = shipment.revision
    message.tracking_number = facts.tracking_number
    message.house_bill = facts.house_bill
    message.house_bill_issuer = facts.house_bill_issuer
    message.master_bill = facts.master_bill
    message.mode = facts.mode  # type: ignore[assignment]  # same numbers
    message.port_of_entry = facts.port_of_entry
    if facts.arrival_ns is not None:
        fill_timestamp(message.estimated_arrival, facts.arrival_ns)
    message.country_of_shipment = facts.country_of_shipment
    message.order_id = facts.order_id
    message.seller_account_id = facts.seller_account_id
    message.known_seller = facts.known_seller
    message.known_carrier_customer = facts.known_carrier_customer
    message.gift = facts.gift
    message.filer_types.extend(shipment.filer_types)  # type: ignore[arg-type]  # same numbers
    _fill_parties(message, facts)
    for item in facts.items:
        _fill_item(message.items.add(), item)
    if facts.listed_price:
        _fill_money(message.listed_price, facts.listed_price)
    if facts.security_scan:
        scan = message.security_scan
        scan.SetInParent()
        scan.performed, scan.method, scan.reference = facts.security_scan
    for conflict in shipment.conflicts:
        message.conflicts.add(field=conflict.field, originator_codes=conflict.originator_codes)
    for source in shipment.sources:
        message.sources.add(originator_code=source.originator_code, request_id=source.request_id, fields=source.fields)


def fill_shipment_for_filer(message: trade_pb2.Shipment, shipment: Shipment) -> None:
    """The same without the evidence that only operators and auditors may see."""
    fill_shipment(message, shipment._replace(conflicts=()))


def fill_timestamp(message: Timestamp, ns: int) -> None:
    """Write an instant in nanoseconds since 1970 UTC."""
    message.seconds, message.nanos = divmod(ns, _NANOS)


def _fill_parties(message: trade_pb2.Shipment, facts: Facts) -> None:
    if facts.seller:
        _fill_party(message.seller, facts.seller)
    if facts.shipper:
        _fill_party(message.shipper, facts.shipper)
    if facts.buyer:
        _fill_party(message.buyer, facts.buyer)
    if facts.consignee:
        _fill_party(message.consignee, facts.consignee)


def _fill_party(message: trade_pb2.Party, party: Party) -> None:
    message.SetInParent()
    message.name = party.name
    message.address_lines.extend(party.address_lines)
    message.city = party.city
    message.region = party.region
    message.postal_code = party.postal_code
    message.country_code = party.country_code
    message.email = party.email
    message.phone = party.phone


def _fill_money(message: money_pb2.Money, money: Money) -> None:
    message.SetInParent()
    message.currency_code, message.units, message.nanos = money


def _fill_item(message: trade_pb2.LineItem, item: Item) -> None:
    message.description = item.description
    message.hts_code = item.hts_code
    message.origin_country = item.origin_country
    message.quantity = item.quantity
    if item.unit_value:
        _fill_money(message.unit_value, item.unit_value)
    message.weight_grams = item.weight_grams
    message.listing_url = item.listing_url
    message.picture_sha256 = item.picture_sha256
    if item.flags:
        message.flags.extend(item.flags)  # type: ignore[arg-type]  # same numbers

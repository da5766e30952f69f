"""Filings: trade.v1.Filing to model, from a request or from the bytes it was filed as."""

from __future__ import annotations

import hashlib

from google.type import money_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_intake.model import Facts, FilerType, Filing, Item, Mode, Money, Party, SecurityScan

_FILER_TYPES = {int(kind): kind for kind in FilerType}
_MODES = {int(mode): mode for mode in Mode}


def filing_from(message: trade_pb2.Filing) -> Filing:
    """The model of a checked filing, with its bytes and their digest."""
    content = message.SerializeToString(deterministic=True)
    return Filing(
        message.request_id,
        message.originator_code,
        _FILER_TYPES[message.filer_type],
        _facts_from(message),
        message.etag,
        content,
        hashlib.sha256(content).digest(),
    )


def filing_from_bytes(content: bytes) -> Filing:
    """The model of a filing as the journal keeps it."""
    return filing_from(trade_pb2.Filing.FromString(content))


def differing_field(one: bytes, other: bytes) -> str:
    """The first field, in the order of the contract, in which two filings differ; empty when none does.

    Compared field by field, since equal messages may be serialised differently by two releases.
    """
    first, second = trade_pb2.Filing.FromString(one), trade_pb2.Filing.FromString(other)
    for field in trade_pb2.Filing.DESCRIPTOR.fields:
        if getattr(first, field.name) != getattr(second, field.name):
            return field.name
        if field.has_presence and first.HasField(field.name) != second.HasField(field.name):  # type: ignore[arg-type]
            return field.name
    return ""


def party_from(message: trade_pb2.Party) -> Party:
    """The model of a party."""
    return Party(
        message.name,
        tuple(message.address_lines),
        message.city,
        message.region,
        message.postal_code,
        message.country_code,
        message.email,
        message.phone,
    )


def money_from(message: money_pb2.Money) -> Money:
    """The model of an amount."""
    return Money(message.currency_code, message.units, message.nanos)


def _facts_from(message: trade_pb2.Filing) -> Facts:
    return Facts(
        mode=_MODES[message.mode],
        tracking_number=message.tracking_number,
        house_bill=message.house_bill,
        house_bill_issuer=message.house_bill_issuer,
        master_bill=message.master_bill,
        port_of_entry=message.port_of_entry,
        arrival_ns=_arrival_ns(message),
        country_of_shipment=message.country_of_shipment,
        seller=party_from(message.seller) if message.HasField("seller") else None,
        shipper=party_from(message.shipper) if message.HasField("shipper") else None,
        buyer=party_from(message.buyer) if message.HasField("buyer") else None,
        consignee=party_from(message.consignee) if message.HasField("consignee") else None,
        items=tuple(map(_item_from, message.items)),
        order_id=message.order_id,
        listed_price=money_from(message.listed_price) if message.HasField("listed_price") else None,
        seller_account_id=message.seller_account_id,
        known_seller=message.known_seller,
        security_scan=_scan_from(message.security_scan) if message.HasField("security_scan") else None,
        known_carrier_customer=message.known_carrier_customer,
        gift=message.gift,
    )


def _item_from(message: trade_pb2.LineItem) -> Item:
    return Item(
        message.description,
        message.hts_code,
        message.origin_country,
        message.quantity,
        money_from(message.unit_value) if message.HasField("unit_value") else None,
        message.weight_grams,
        message.listing_url,
        message.picture_sha256,
        tuple(sorted(message.flags)),
    )


def _scan_from(message: trade_pb2.SecurityScan) -> SecurityScan:
    return SecurityScan(message.performed, message.method, message.reference)


def _arrival_ns(message: trade_pb2.Filing) -> int | None:
    if not message.HasField("estimated_arrival"):
        return None
    return message.estimated_arrival.seconds * 1_000_000_000 + message.estimated_arrival.nanos

"""The columns of a CSV manifest, and what each becomes in a Filing; documented in docs/cli.md."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.trade.v1 import trade_pb2

NANOS: Final = 1_000_000_000
_UNITS_MAX: Final = Decimal(2**63 - 1)
_YES: Final = frozenset({"true", "yes", "1", "y"})
_NO: Final = frozenset({"false", "no", "0", "n"})
_LINES_APART: Final = "|"


class CellRefused(ValueError):
    """A cell that does not hold what its column says; the message does not repeat the cell."""


Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a cell goes (a path in the filing's protojson, `items` for the current line of goods) and how."""

    path: tuple[str, ...]
    read: Read


def _text(cell: str) -> Any:
    return cell


def _truth(cell: str) -> Any:
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise CellRefused("must be yes or no")


def _whole(cell: str) -> Any:
    digits = cell.replace(",", "")
    if not digits.removeprefix("-").isdigit() or not digits.isascii():
        raise CellRefused("must be a whole number")
    return digits


def _lines(cell: str) -> Any:
    return [line.strip() for line in cell.split(_LINES_APART)]


def _hex_bytes(cell: str) -> Any:
    try:
        return base64.b64encode(binascii.unhexlify(cell)).decode("ascii")
    except ValueError as error:
        raise CellRefused("must be hex digits") from error


def _amount(cell: str) -> Any:
    """A decimal amount as units and nanos, exactly; a currency is a column of its own."""
    try:
        amount = Decimal(cell)
    except InvalidOperation as error:
        raise CellRefused("must be an amount such as 23.99, without a currency sign") from error
    if not amount.is_finite() or abs(amount) > _UNITS_MAX:
        raise CellRefused("must be an amount such as 23.99")
    units = int(amount)
    nanos = (amount - units) * NANOS
    if nanos != int(nanos):
        raise CellRefused("must have at most 9 digits after the point")
    return {"units": str(units), "nanos": int(nanos)}


def _instant(cell: str) -> Any:
    try:
        Timestamp().FromJsonString(cell)
    except ValueError as error:
        raise CellRefused("must be a time such as 2025-08-28T10:00:00Z") from error
    return cell


def _named(prefix: str, names: Iterable[str]) -> Read:
    """An enum's value with or without its prefix, in any case; what stands for none is not among them."""
    words = [word for name in names if (word := name.removeprefix(prefix)) != "UNSPECIFIED"]

    def read(cell: str) -> Any:
        word = cell.upper().replace(" ", "_").replace("-", "_").removeprefix(prefix)
        if word not in words:
            raise CellRefused(f"must be one of {', '.join(words)}")
        return prefix + word

    return read


def _each_named(prefix: str, names: Iterable[str]) -> Read:
    """Several of an enum's values, a vertical bar between them."""
    read = _named(prefix, names)
    return lambda cell: [read(word.strip()) for word in cell.split("|")]


_PARTY: Final[Mapping[str, tuple[str, Read]]] = {
    "name": ("name", _text),
    "address": ("addressLines", _lines),
    "city": ("city", _text),
    "region": ("region", _text),
    "postal_code": ("postalCode", _text),
    "country": ("countryCode", _text),
    "email": ("email", _text),
    "phone": ("phone", _text),
}

_ITEM: Final[Mapping[str, Column]] = {
    "item_description": Column(("items", "description"), _text),
    "item_hts_code": Column(("items", "htsCode"), _text),
    "item_origin_country": Column(("items", "originCountry"), _text),
    "item_quantity": Column(("items", "quantity"), _whole),
    "item_unit_value": Column(("items", "unitValue"), _amount),
    "item_currency": Column(("items", "unitValue", "currencyCode"), _text),
    "item_weight_grams": Column(("items", "weightGrams"), _whole),
    "item_listing_url": Column(("items", "listingUrl"), _text),
    "item_picture_sha256": Column(("items", "pictureSha256"), _hex_bytes),
    "item_flags": Column(("items", "flags"), _each_named("GOODS_FLAG_", trade_pb2.GoodsFlag.keys())),
}

COLUMNS: Final[Mapping[str, Column]] = {
    "request_id": Column(("requestId",), _text),
    "originator_code": Column(("originatorCode",), _text),
    "filer_type": Column(("filerType",), _named("FILER_TYPE_", trade_pb2.FilerType.keys())),
    "tracking_number": Column(("trackingNumber",), _text),
    "house_bill": Column(("houseBill",), _text),
    "house_bill_issuer": Column(("houseBillIssuer",), _text),
    "master_bill": Column(("masterBill",), _text),
    "mode": Column(("mode",), _named("TRANSPORT_MODE_", trade_pb2.TransportMode.keys())),
    "port_of_entry": Column(("portOfEntry",), _text),
    "estimated_arrival": Column(("estimatedArrival",), _instant),
    "country_of_shipment": Column(("countryOfShipment",), _text),
    **{
        f"{party}_{name}": Column((party, field), read)
        for party in ("seller", "shipper", "buyer", "consignee")
        for name, (field, read) in _PARTY.items()
    },
    **_ITEM,
    "order_id": Column(("orderId",), _text),
    "listed_price": Column(("listedPrice",), _amount),
    "listed_price_currency": Column(("listedPrice", "currencyCode"), _text),
    "seller_account_id": Column(("sellerAccountId",), _text),
    "known_seller": Column(("knownSeller",), _truth),
    "security_scan_performed": Column(("securityScan", "performed"), _truth),
    "security_scan_method": Column(("securityScan", "method"), _text),
    "security_scan_reference": Column(("securityScan", "reference"), _text),
    "known_carrier_customer": Column(("knownCarrierCustomer",), _truth),
    "gift": Column(("gift",), _truth),
    "etag": Column(("etag",), _text),
}
"""Every column there is; an empty cell is an absent field."""

ITEM_COLUMNS: Final = frozenset(_ITEM)


_PARTIES: Final = frozenset({"seller", "shipper", "buyer", "consignee"})
_SHOWN_LETTERS_MAX: Final = 40


def shown(column: Column, cell: str) -> str:
    """The cell for a complaint about it, cut to 40 letters and a space behind; empty when it may be personal."""
    return "" if column.path[0] in _PARTIES else f"{cell[:_SHOWN_LETTERS_MAX]!r} "


def place(filing: dict[str, Any], column: Column, cell: str) -> None:
    """Puts one cell into the filing's protojson; CellRefused when it cannot be read."""
    value = column.read(cell)
    target: Any = filing
    for step in column.path[:-1]:
        target = target["items"][-1] if step == "items" else target.setdefault(step, {})
    last = column.path[-1]
    if isinstance(value, dict):
        target.setdefault(last, {}).update(value)
    else:
        target[last] = value

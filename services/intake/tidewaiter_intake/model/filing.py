"""What filers say: a filing as filed, and the merged view of all filings on one parcel.

Text fields are empty and times are None when not known.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, NewType

ShipmentId = NewType("ShipmentId", str)


class FilerType(IntEnum):
    """The participant's kind; numbers as in trade.v1.FilerType."""

    CARRIER = 1
    BROKER = 2
    FREIGHT_FORWARDER = 3
    ONLINE_MARKETPLACE = 4
    LOGISTICS_PLATFORM = 5


class Mode(IntEnum):
    """How the parcel arrives; numbers as in trade.v1.TransportMode."""

    AIR = 1
    TRUCK = 2
    RAIL = 3
    OCEAN = 4
    MAIL = 5


class Money(NamedTuple):
    """An amount as on the wire: whole units and billionths, of an ISO 4217 currency."""

    currency_code: str
    units: int
    nanos: int


class Party(NamedTuple):
    """A person or company with an address. Personal: never logged."""

    name: str = ""
    address_lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country_code: str = ""
    email: str = ""
    phone: str = ""


class Item(NamedTuple):
    """One line of goods. `flags` are numbers of trade.v1.GoodsFlag, in their order."""

    description: str = ""
    hts_code: str = ""
    origin_country: str = ""
    quantity: int = 1
    unit_value: Money | None = None
    weight_grams: int = 0
    listing_url: str = ""
    picture_sha256: bytes = b""
    flags: tuple[int, ...] = ()


class SecurityScan(NamedTuple):
    """Screening before departure."""

    performed: bool = False
    method: str = ""
    reference: str = ""


class Facts(NamedTuple):
    """What can be said of a parcel, by one filer or in the merged view. `arrival_ns`: nanoseconds since 1970 UTC."""

    mode: Mode
    tracking_number: str = ""
    house_bill: str = ""
    house_bill_issuer: str = ""
    master_bill: str = ""
    port_of_entry: str = ""
    arrival_ns: int | None = None
    country_of_shipment: str = ""
    seller: Party | None = None
    shipper: Party | None = None
    buyer: Party | None = None
    consignee: Party | None = None
    items: tuple[Item, ...] = ()
    order_id: str = ""
    listed_price: Money | None = None
    seller_account_id: str = ""
    known_seller: bool = False
    security_scan: SecurityScan | None = None
    known_carrier_customer: bool = False
    gift: bool = False


class Filing(NamedTuple):
    """What one filer says of one shipment, with the bytes it was filed as. `digest`: SHA-256 of `content`."""

    request_id: str
    originator_code: str
    filer_type: FilerType
    facts: Facts
    etag: str = ""
    content: bytes = b""
    digest: bytes = b""


class Conflict(NamedTuple):
    """One field on which filers contradict one another; the one whose value stands comes first."""

    field: str
    originator_codes: tuple[str, ...]


class FieldSource(NamedTuple):
    """Which fields of the merged view were taken from one filing."""

    originator_code: str
    request_id: str
    fields: tuple[str, ...]


class Shipment(NamedTuple):
    """The merged view of all filings on one parcel, whatever the order in which they came.

    Identifiers in `facts` are normalised; `filings` are the names of those it rests on, "ORIGINATOR/request_id".
    """

    shipment_id: ShipmentId
    revision: int
    facts: Facts
    filer_types: tuple[FilerType, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sources: tuple[FieldSource, ...] = ()
    filings: tuple[str, ...] = ()


def etag(shipment_id: str, revision: int) -> str:
    """The revision of a shipment, as a filer quotes it when amending."""
    return f"{shipment_id}.{revision}"


class FilingName(NamedTuple):
    """Names a filing and its content, without saying it: `digest` is the first 16 hex digits of the filing's, empty
    for one that could not be read.
    """

    originator_code: str
    request_id: str
    digest: str

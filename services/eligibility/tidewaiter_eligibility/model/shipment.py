"""What eligibility reads of a shipment, and the day it arrives on."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from tidewaiter_eligibility.model.codes import NO_FLAGS, GoodsFlag, Mode

CURRENCY = "USD"
"""The currency in which the law states its limits (19 USC 1321); others are converted to it."""


class Money(Struct, frozen=True, kw_only=True, gc=False):
    """An amount as google.type.Money states it: `units` and `nanos`, never negative."""

    currency_code: str
    units: int
    nanos: int


class Party(Struct, frozen=True, kw_only=True, gc=False):
    """A person or company with an address, as declared. Personal data: it never leaves this process."""

    name: str
    address_lines: tuple[str, ...]
    postal_code: str
    country_code: str
    city: str = ""
    region: str = ""


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One line of goods. `hts_code` is digits only, "" when the filer has none; `unit_value` None when not given."""

    description: str
    hts_code: str
    origin_country: str
    quantity: int
    unit_value: Money | None
    flags: frozenset[GoodsFlag] = NO_FLAGS


class Shipment(Struct, frozen=True, kw_only=True, gc=False):
    """What eligibility reads of a shipment. What is not known is None or empty, never a default.

    `arrival_seconds` counts from 1970-01-01T00:00:00Z. `as_of`: the day to judge by instead of that of arrival.
    `worth_minor`: the cents to judge by, whatever the lines say. `seller` is read only when an order is named and no
    account of its seller.
    """

    shipment_id: str
    revision: int
    mode: Mode | None
    port_of_entry: str
    arrival_seconds: int | None
    country_of_shipment: str
    buyer: Party | None
    consignee: Party | None
    has_seller: bool
    items: tuple[Item, ...]
    order_id: str
    has_listed_price: bool
    seller_account_id: str
    gift: bool
    as_of: date | None = None
    worth_minor: int | None = None
    seller: Party | None = None


class LocalDay(Struct, frozen=True, kw_only=True, gc=False):
    """The calendar day of arrival in the port's zone, and the day of the law's own clock.

    `candidates` are the days it may be: one when the port is known, and `text` is then that day as YYYY-MM-DD; up to
    two otherwise, and `zone` and `text` are then "". `law_day` is known without the port.
    """

    candidates: tuple[date, ...]
    zone: str
    text: str
    law_day: date

    @property
    def is_known(self) -> bool:
        """Whether there is exactly one day."""
        return self.text != ""

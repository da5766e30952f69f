"""What each filer says of a parcel: carrier, marketplace, broker, each what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tidewaiter_cli.generator import identifiers
from tidewaiter_cli.generator.dice import Dice
from tidewaiter_cli.generator.parcels import Item, Parcel

CENTS_PER_DOLLAR: Final = 100
NANOS_PER_CENT: Final = 10_000_000

_MARKETPLACES: Final = ("BAZAARA", "LANTERN", "TWELVE9")
_BROKERS: Final = ("BRKEAST", "GATEWAYB")
_FORWARDERS: Final = ("HALCYFWD",)
_CARRIERS: Final = {"AIR": ("SKYTIDE", "MERIDEX"), "MAIL": ("POSTLNK",), "TRUCK": ("LONGHAUL",), "OCEAN": ("KEELNAV",)}
_AIRLINES: Final = ("123", "456", "789")

Filing = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """By what the filings on one parcel find together."""

    tracking_number: str
    house_bill: str
    house_bill_issuer: str
    master_bill: str


def filings(dice: Dice, parcel: Parcel, *, seed: int, number: int, wrong_check_digit: bool) -> Iterator[Filing]:
    """The filings on one parcel, in the order in which their filers come to know of it."""
    carrier = dice.pick(_CARRIERS[parcel.mode])
    keys = _keys(dice, parcel, carrier, number=number, wrong=wrong_check_digit)
    # Of the seed too: two manifests filed with the same services must not reuse each other's request_ids.
    name = f"{seed}-{number:07d}"
    if parcel.kind != "gift" and dice.chance(0.72):
        yield _marketplace(dice, parcel, keys, name)
    yield _carrier(dice, parcel, keys, carrier, name)
    if parcel.mode != "MAIL" and dice.chance(0.38):
        yield _agent(dice, parcel, keys, name)


def _keys(dice: Dice, parcel: Parcel, carrier: str, *, number: int, wrong: bool) -> Keys:
    if parcel.mode == "MAIL":
        tracking = identifiers.postal_item(dice, parcel.country, wrong=wrong)
    else:
        tracking = identifiers.express_parcel(dice, wrong=wrong)
    return Keys(
        tracking_number=tracking,
        house_bill=f"H{number:07d}{dice.digits(6)}",
        house_bill_issuer=carrier[:4],
        master_bill=identifiers.air_waybill(dice, dice.pick(_AIRLINES)) if parcel.mode == "AIR" else "",
    )


def _marketplace(dice: Dice, parcel: Parcel, keys: Keys, name: str) -> Filing:
    return {
        "requestId": f"m-{name}",
        "originatorCode": dice.pick(_MARKETPLACES),
        "filerType": "FILER_TYPE_ONLINE_MARKETPLACE",
        "trackingNumber": keys.tracking_number,
        **_movement(parcel),
        "seller": parcel.seller,
        "buyer": parcel.consignee,
        "consignee": parcel.consignee,
        "items": [_goods(item, with_code=True) for item in parcel.items],
        "orderId": f"ORD-{name}",
        "listedPrice": _money(parcel.cents),
        "sellerAccountId": f"S{dice.digits(6)}",
        **({"knownSeller": True} if dice.chance(0.6) else {}),
        **({"gift": True} if parcel.kind == "sold gift" else {}),
    }


def _carrier(dice: Dice, parcel: Parcel, keys: Keys, carrier: str, name: str) -> Filing:
    items = [_goods(item, with_code=dice.chance(0.5)) for item in parcel.items]
    if parcel.kind == "plain" and dice.chance(0.03):
        # Declared to the carrier for less than it was sold for.
        items[0]["unitValue"] = _money(max(100, parcel.items[0]["cents"] // 3))
    scan = {"performed": True, "method": "X-ray", "reference": f"XR{dice.digits(8)}"}
    return {
        "requestId": f"c-{name}",
        "originatorCode": carrier,
        "filerType": "FILER_TYPE_CARRIER",
        **_bills(keys),
        **_movement(parcel),
        "shipper": parcel.donor or parcel.seller,
        "consignee": parcel.consignee,
        "items": items,
        **({"securityScan": scan} if dice.chance(0.9) else {}),
        **({"knownCarrierCustomer": True} if dice.chance(0.4) else {}),
        **({"gift": True} if parcel.kind in ("gift", "sold gift") else {}),
    }


def _agent(dice: Dice, parcel: Parcel, keys: Keys, name: str) -> Filing:
    is_forwarder = dice.chance(0.2)
    return {
        "requestId": f"b-{name}",
        "originatorCode": dice.pick(_FORWARDERS if is_forwarder else _BROKERS),
        "filerType": "FILER_TYPE_FREIGHT_FORWARDER" if is_forwarder else "FILER_TYPE_BROKER",
        **_bills(keys),
        **_movement(parcel),
        "shipper": parcel.donor or parcel.seller,
        "consignee": parcel.consignee,
        "items": [_goods(item, with_code=True) for item in parcel.items],
        **({"gift": True} if parcel.kind == "gift" else {}),
    }


def _bills(keys: Keys) -> Filing:
    bills = {
        "trackingNumber": keys.tracking_number,
        "houseBill": keys.house_bill,
        "houseBillIssuer": keys.house_bill_issuer,
        "masterBill": keys.master_bill,
    }
    return {name: value for name, value in bills.items() if value}


def _movement(parcel: Parcel) -> Filing:
    return {
        "mode": f"TRANSPORT_MODE_{parcel.mode}",
        "portOfEntry": parcel.port,
        "estimatedArrival": parcel.arrival,
        "countryOfShipment": parcel.country,
    }


def _goods(item: Item, *, with_code: bool) -> Filing:
    return {
        "description": item["description"],
        **({"htsCode": item["hts_code"]} if with_code else {}),
        "originCountry": item["origin"],
        "quantity": str(item["quantity"]),
        "unitValue": _money(item["cents"]),
        "weightGrams": str(item["grams"] * item["quantity"]),
    }


def _money(cents: int) -> Filing:
    units, rest = divmod(cents, CENTS_PER_DOLLAR)
    amount: Filing = {"currencyCode": "USD", "units": str(units)}
    return amount | ({"nanos": rest * NANOS_PER_CENT} if rest else {})

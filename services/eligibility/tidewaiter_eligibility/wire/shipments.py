"""From trade.v1.Shipment to what eligibility reads of it.

A sound shipment passes a few quick tests while it is read. Whatever fails one is then held against all rules of the
contract, so that a refusal names every mistake with its stable code; that is some twenty times slower. A field that
eligibility does not read is not looked at: it cannot change an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from msgspec.structs import replace
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.countries import CODES
from tidewaiter_chassis.failures import Violation, invalid

from tidewaiter_eligibility.model import CURRENCY, NO_FLAGS, Confirmation, GoodsFlag, Item, Mode, Money, Party, Shipment
from tidewaiter_eligibility.worth import NANOS_PER_CENT

ITEMS_MAX = 250
UNITS_MAX = 10_000_000
FOREIGN_UNITS_MAX = 10_000_000_000
"""Of dollars, and of any other currency: some have units worth far less than a cent."""
QUANTITY_MAX = 1_000_000
ARRIVAL_SECONDS_MIN = 757_382_400
ARRIVAL_SECONDS_END = 4_102_444_800
"""1994-01-01 to 2099-12-31, as the contract of Filing.estimated_arrival says."""
DAY_MIN, DAY_MAX = date(1994, 1, 1), date(2099, 12, 31)

_NANOS_MAX = 999_999_999
_SHIPMENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_PORT = re.compile(r"[0-9]{4}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_HTS = re.compile(r"[0-9]{4}\.?[0-9]{2}(\.?[0-9]{2}(\.?[0-9]{2})?)?")
_MODES = {int(mode): mode for mode in Mode}
_FLAGS = {int(flag): flag for flag in GoodsFlag}
_MODES[0] = None  # type: ignore[assignment]  # not said, and so unknown

Carrier = eligibility_pb2.CheckEligibilityRequest | eligibility_pb2.Determination


class _Doubt(Exception):
    """A quick test failed: the shipment is held against all rules."""


def what_if_from(request: eligibility_pb2.CheckEligibilityRequest, *, at: str = "", in_batch: bool = False) -> Shipment:
    """The shipment of a what-if; its id and revision may be absent. Failure INVALID names every broken rule."""
    if in_batch and request.what_would_change:
        message = "What would change a verdict takes a hundred times as long. Ask for it one shipment at a time."
        raise invalid(Violation(f"{at}.what_would_change", "CHANGES_IN_BATCH", message))
    if in_batch and request.HasField("consistency"):
        message = "All of a batch rest on one state of the ledger. Ask for it once, in the batch itself."
        raise invalid(Violation(f"{at}.consistency", "CONSISTENCY_IN_BATCH", message))
    shipment = _read(request, at=at, is_claim=False)
    return replace(shipment, as_of=date.fromisoformat(request.as_of)) if request.as_of else shipment


def claim_from(determination: eligibility_pb2.Determination, *, at: str) -> Shipment:
    """The shipment of a determination, with its id and revision. Failure INVALID names every broken rule."""
    return _read(determination, at=at, is_claim=True)


def confirmation_from(message: eligibility_pb2.Confirmation, *, at: str) -> Confirmation:
    """One confirmation. Failure INVALID names every broken rule."""
    if message.revision >= 1 and _is_id(message.shipment_id, may_be_empty=False):
        return Confirmation(message.shipment_id, message.revision)
    raise invalid(*validation.check(message, at=at))


def _read(carrier: Carrier, *, at: str, is_claim: bool) -> Shipment:
    try:
        if not carrier.HasField("shipment") or not _is_day(getattr(carrier, "as_of", "")):
            raise _Doubt
        return _shipment(carrier.shipment, is_claim=is_claim)
    except _Doubt:
        pass
    violations = (
        *validation.check(carrier, at=at),
        *_day_rules(carrier, at),
        *_own_rules(carrier.shipment, at=at, is_claim=is_claim),
    )
    if not violations:
        raise AssertionError("a quick test refuses what every rule allows")
    raise invalid(*violations)


def _shipment(message: trade_pb2.Shipment, *, is_claim: bool) -> Shipment:
    shipment_id, revision = message.shipment_id, message.revision
    if (is_claim and revision < 1) or revision < 0 or not _is_id(shipment_id, may_be_empty=not is_claim):
        raise _Doubt
    mode, port, country = message.mode, message.port_of_entry, message.country_of_shipment
    if mode not in _MODES or (port and not _PORT.fullmatch(port)) or (country and country not in CODES):
        raise _Doubt
    items, has_seller = message.items, message.HasField("seller") and message.seller.name != ""
    if len(items) > ITEMS_MAX:
        raise _Doubt
    return Shipment(
        shipment_id=shipment_id,
        revision=revision,
        mode=_MODES[mode],
        port_of_entry=port,
        arrival_seconds=_arrival(message) if message.HasField("estimated_arrival") else None,
        country_of_shipment=country,
        buyer=_party(message.buyer) if message.HasField("buyer") else None,
        consignee=_party(message.consignee) if message.HasField("consignee") else None,
        has_seller=has_seller,
        items=tuple([_item(item) for item in items]),
        order_id=message.order_id,
        has_listed_price=message.HasField("listed_price"),
        seller_account_id=message.seller_account_id,
        gift=message.gift,
        seller=_party(message.seller) if has_seller and message.order_id and not message.seller_account_id else None,
    )


def _is_id(shipment_id: str, *, may_be_empty: bool) -> bool:
    return bool(_SHIPMENT_ID.fullmatch(shipment_id)) if shipment_id else may_be_empty


def _arrival(message: trade_pb2.Shipment) -> int:
    arrival = message.estimated_arrival
    seconds = arrival.seconds
    if not (ARRIVAL_SECONDS_MIN <= seconds < ARRIVAL_SECONDS_END and 0 <= arrival.nanos <= _NANOS_MAX):
        raise _Doubt
    return seconds


def party_from(message: trade_pb2.Party) -> Party:
    """A party that was held against all rules of the contract before."""
    return _party(message)


def _party(message: trade_pb2.Party) -> Party:
    name, postal_code, country = message.name, message.postal_code, message.country_code
    city, region = message.city, message.region
    lines = tuple(message.address_lines)
    if len(name) > 200 or len(postal_code) > 20 or len(lines) > 5 or (country and not _COUNTRY.fullmatch(country)):
        raise _Doubt
    # A name of letters, digits and spaces needs no closer look; any other is held against the contract's pattern.
    if name and not name.replace(" ", "").isalnum() and not _has_letter_or_digit(name):
        raise _Doubt
    for line in lines:
        if len(line) > 200:
            raise _Doubt
    if len(city) > 100 or len(region) > 100:
        raise _Doubt
    return Party(
        name=name, address_lines=lines, postal_code=postal_code, country_code=country, city=city, region=region
    )


def _has_letter_or_digit(name: str) -> bool:
    return any(character.isalnum() for character in name)


def _item(message: trade_pb2.LineItem) -> Item:
    quantity, origin, description = message.quantity, message.origin_country, message.description
    hts_code = message.hts_code
    digits = hts_digits(hts_code) if hts_code else ""
    flags = message.flags
    if not 1 <= quantity <= QUANTITY_MAX or (origin and origin not in CODES) or len(description) > 1000:
        raise _Doubt
    if digits is None:
        raise _Doubt
    return Item(
        description=description,
        hts_code=digits,
        origin_country=origin,
        quantity=quantity,
        unit_value=_money(message) if message.HasField("unit_value") else None,
        flags=_flags(flags) if flags else NO_FLAGS,
    )


def _flags(numbers: Sequence[int]) -> frozenset[GoodsFlag]:
    try:
        flags = frozenset([_FLAGS[number] for number in numbers])
    except KeyError:
        raise _Doubt from None
    if len(flags) < len(numbers):
        raise _Doubt
    return flags


def _units_max(currency_code: str) -> int:
    return UNITS_MAX if currency_code == CURRENCY else FOREIGN_UNITS_MAX


def _money(message: trade_pb2.LineItem) -> Money:
    value = message.unit_value
    currency, units, nanos = value.currency_code, value.units, value.nanos
    if not (0 <= units <= _units_max(currency) and 0 <= nanos <= _NANOS_MAX):
        raise _Doubt
    if currency == CURRENCY:
        if nanos % NANOS_PER_CENT:
            raise _Doubt
    elif currency and not _CURRENCY.fullmatch(currency):
        raise _Doubt
    return Money(currency_code=currency, units=units, nanos=nanos)


@lru_cache(16_384)
def hts_digits(code: str) -> str | None:
    """The digits of an HTS number of 6, 8 or 10 digits; None when it is not one."""
    return code.replace(".", "") if _HTS.fullmatch(code) else None


def _is_day(text: str) -> bool:
    """Whether it is a day that may be judged by; "" is none, and may be left out."""
    try:
        return text == "" or DAY_MIN <= date.fromisoformat(text) <= DAY_MAX
    except ValueError:
        return False


def _day_rules(carrier: Carrier, at: str) -> Iterator[Violation]:
    text = getattr(carrier, "as_of", "")
    if not _is_day(text):
        where = f"{at}.as_of" if at else "as_of"
        message = f"{text} is no day from {DAY_MIN} to {DAY_MAX}. Give one as YYYY-MM-DD."
        yield Violation(where, "DAY_UNKNOWN", message)


def _own_rules(shipment: trade_pb2.Shipment, *, at: str, is_claim: bool) -> Iterator[Violation]:
    """The rules that the contract states in words: Shipment, unlike Filing, carries no annotations."""
    where = f"{at}.shipment" if at else "shipment"
    yield from _identity_rules(shipment, where, is_claim=is_claim)
    if shipment.mode not in _MODES:
        yield Violation(f"{where}.mode", "ENUM_DEFINED_ONLY", f"{shipment.mode} is no mode of transport. Choose one.")
    if shipment.port_of_entry and not _PORT.fullmatch(shipment.port_of_entry):
        yield Violation(f"{where}.port_of_entry", "STRING_PATTERN", "A Schedule D port has 4 digits. Correct it.")
    yield from _country_rules(shipment.country_of_shipment, f"{where}.country_of_shipment")
    if shipment.HasField("estimated_arrival"):
        yield from _arrival_rules(shipment, f"{where}.estimated_arrival")
    if len(shipment.items) > ITEMS_MAX:
        text = f"A shipment has at most {ITEMS_MAX} lines, not {len(shipment.items)}. Split it."
        yield Violation(f"{where}.items", "REPEATED_MAX_ITEMS", text)
    for number, item in enumerate(shipment.items[:ITEMS_MAX]):
        yield from _country_rules(item.origin_country, f"{where}.items[{number}].origin_country")
        if item.HasField("unit_value"):
            yield from _amount_rules(item, f"{where}.items[{number}].unit_value")


def _identity_rules(shipment: trade_pb2.Shipment, where: str, *, is_claim: bool) -> Iterator[Violation]:
    if not _is_id(shipment.shipment_id, may_be_empty=not is_claim):
        text = "A shipment's id has 1 to 128 of A-Z a-z 0-9 . _ : - Give it."
        yield Violation(f"{where}.shipment_id", "STRING_PATTERN", text)
    least = 1 if is_claim else 0
    if shipment.revision < least:
        text = f"{shipment.revision} is no revision. Count from 1."
        yield Violation(f"{where}.revision", "INT64_GTE", text)


def _country_rules(code: str, where: str) -> Iterator[Violation]:
    if code and code not in CODES:
        yield Violation(where, "COUNTRY_UNKNOWN", f"{code!r} is no country of ISO 3166-1. Give its two-letter code.")


def _arrival_rules(shipment: trade_pb2.Shipment, where: str) -> Iterator[Violation]:
    try:
        _arrival(shipment)
    except _Doubt:
        yield Violation(where, "TIMESTAMP_GTE_LT", "An arrival lies from 1994-01-01 to 2099-12-31. Correct it.")


def _amount_rules(item: trade_pb2.LineItem, where: str) -> Iterator[Violation]:
    value = item.unit_value
    if value.currency_code and not _CURRENCY.fullmatch(value.currency_code):
        text = "A currency is three capital letters (ISO 4217). Correct it."
        yield Violation(f"{where}.currency_code", "CURRENCY_UNKNOWN", text)
    if value.units < 0 or value.nanos < 0:
        yield Violation(where, "AMOUNT_NEGATIVE", "An amount is never negative. Give units and nanos of 0 or more.")
    most = _units_max(value.currency_code)
    if value.units > most:
        yield Violation(f"{where}.units", "AMOUNT_TOO_LARGE", f"{value.units} is over {most}. Correct it.")
    if value.nanos > _NANOS_MAX:
        text = f"{value.nanos} nanos are a whole unit. Give at most {_NANOS_MAX}."
        yield Violation(f"{where}.nanos", "AMOUNT_NANOS", text)
    elif value.currency_code == CURRENCY and value.nanos % NANOS_PER_CENT:
        text = f"{value.nanos} nanos are finer than a cent. Round to it."
        yield Violation(f"{where}.nanos", "AMOUNT_TOO_FINE", text)

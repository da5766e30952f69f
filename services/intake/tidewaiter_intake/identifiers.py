"""Check digits of the identifiers that state their own scheme (law.md 4.5).

Only a number whose shape names one scheme is checked; any other passes as it is. Twelve digits of FedEx and ten of
DHL Express have check digits too, and their shape is that of many other numbers: they are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import mul

from tidewaiter_chassis.failures import Violation

from tidewaiter_intake.keys import normalised
from tidewaiter_intake.model import Filing, Mode

_S10 = re.compile(r"([A-Z]{2})(\d{8})(\d)([A-Z]{2})")
_UPS = re.compile(r"1Z([A-Z0-9]{15})(\d)")
_USPS = re.compile(r"(?:420[0-9]{5})?(9[1-5][0-9]{19})([0-9])")
_AIR_WAYBILL = re.compile(r"(\d{3})(\d{7})(\d)")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def violations(filing: Filing) -> Iterator[Violation]:
    """Every identifier of the filing that is none, or whose check digit is wrong."""
    facts = filing.facts
    for field in ("tracking_number", "house_bill", "master_bill"):
        written = getattr(facts, field)
        if written and not normalised(written):
            yield Violation(
                field=f"filing.{field}",
                code="IDENTIFIER_BLANK",
                message=f"{written!r} has neither a letter nor a digit: leave the field out when there is no number",
            )
    number = normalised(facts.tracking_number)
    for scheme, due in _digits_missed(number):
        yield _wrong("tracking_number", "TRACKING_NUMBER_CHECK_DIGIT", number, scheme, due)
    if facts.mode is Mode.AIR:
        waybill = normalised(facts.master_bill)
        expected = air_waybill_check_digit(waybill)
        if expected is not None and str(expected) != waybill[-1]:
            yield _wrong("master_bill", "AIR_WAYBILL_CHECK_DIGIT", waybill, "IATA air waybill", expected)


# The filings of one parcel bear one number, and come within moments of each other.
@lru_cache(4096)
def _digits_missed(number: str) -> tuple[tuple[str, int], ...]:
    """By which schemes a tracking number has another check digit than it should, and the right one."""
    digits = (
        ("S10", s10_check_digit(number), 10),
        ("UPS", ups_check_digit(number), -1),
        ("USPS", usps_check_digit(number), -1),
    )
    return tuple(
        (scheme, expected)
        for scheme, expected, place in digits
        if expected is not None and str(expected) != number[place]
    )


def s10_check_digit(number: str) -> int | None:
    """The check digit that a UPU S10 item number should bear, or None when it is none."""
    shape = _S10.fullmatch(number)
    if not shape:
        return None
    remainder = sum(map(mul, _S10_WEIGHTS, map(int, shape[2]))) % 11
    return 5 if remainder == 0 else (11 - remainder) % 10


def ups_check_digit(number: str) -> int | None:
    """The check digit that a UPS 1Z number should bear, or None when it is none."""
    shape = _UPS.fullmatch(number)
    if not shape:
        return None
    digits = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in shape[1]]
    return -(sum(digits) + sum(digits[1::2])) % 10


def usps_check_digit(number: str) -> int | None:
    """The check digit that a USPS package barcode of 22 digits should bear, or None when it is none.

    It may follow 420 and a ZIP of five digits. With one of nine it could be FedEx's, and is not checked.
    """
    shape = _USPS.fullmatch(number)
    if not shape:
        return None
    from_right = [int(digit) for digit in reversed(shape[1])]
    return -(3 * sum(from_right[::2]) + sum(from_right[1::2])) % 10


def air_waybill_check_digit(number: str) -> int | None:
    """The check digit that an IATA air waybill should bear (serial modulo 7), or None when it is none."""
    shape = _AIR_WAYBILL.fullmatch(number)
    return int(shape[2]) % 7 if shape else None


def _wrong(field: str, code: str, number: str, scheme: str, expected: int) -> Violation:
    return Violation(
        field=f"filing.{field}",
        code=code,
        message=f"{number} has a wrong check digit: by its {scheme} digits it should be {expected}; "
        "look for a mistyped or swapped digit",
    )

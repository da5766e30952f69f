"""Tracking numbers and bills with their check digits, right or wrong (law.md 4.5; UPU S10; IATA air waybill)."""

from __future__ import annotations

from typing import Final

from tidewaiter_cli.generator.dice import Dice

_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


def postal_item(dice: Dice, country: str, *, wrong: bool) -> str:
    """A UPU S10 number, such as LB123456785GB; with `wrong` its check digit is another."""
    serial = dice.digits(8)
    remainder = sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, serial, strict=True)) % 11
    check = {0: 5, 1: 0}.get(remainder, 11 - remainder)
    return f"L{dice.pick(_LETTERS)}{serial}{_written(dice, check, wrong=wrong)}{country}"


def express_parcel(dice: Dice, *, wrong: bool) -> str:
    """A number of the form 1Z and 16 more; with `wrong` its check digit is another."""
    body = dice.digits(2) + dice.pick(_LETTERS) + dice.digits(12)
    values = [int(letter) if letter.isdigit() else (ord(letter) - 3) % 10 for letter in body]
    check = -sum(value * (2 if index % 2 else 1) for index, value in enumerate(values)) % 10
    return f"1Z{body}{_written(dice, check, wrong=wrong)}"


def air_waybill(dice: Dice, prefix: str) -> str:
    """A master air waybill, such as 123-12345675."""
    serial = dice.digits(7)
    return f"{prefix}-{serial}{int(serial) % 7}"


def _written(dice: Dice, check: int, *, wrong: bool) -> int:
    return (check + dice.between(1, 9)) % 10 if wrong else check

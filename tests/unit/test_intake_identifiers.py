"""Check digits against the carriers' own examples, and against every single wrong digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tidewaiter_intake import identifiers
from tidewaiter_intake.keys import normalised

from tests.filings import filing

Check = Callable[[str], int | None]
CHECKED: dict[tuple[str, str], tuple[Check, int]] = {
    ("s10.json", "S10"): (identifiers.s10_check_digit, 10),
    ("ups.json", "UPS"): (identifiers.ups_check_digit, -1),
    ("usps.json", "USPS IMpb N"): (identifiers.usps_check_digit, -1),
    ("usps.json", "USPS IMpb C"): (identifiers.usps_check_digit, -1),
    ("usps.json", "USPS Legacy"): (identifiers.usps_check_digit, -1),
}
PROVEN_MIN = {"S10": 4, "UPS": 6, "USPS IMpb N": 5, "USPS IMpb C": 10, "USPS Legacy": 2}
"""Of the valid examples, so many at least have the shape that is checked."""


def refused(number: str) -> bool:
    codes = [each.code for each in identifiers.violations(filing(tracking_number=number))]
    assert codes in ([], ["TRACKING_NUMBER_CHECK_DIGIT"])
    return bool(codes)


def examples(folder: Path, file: str, name: str) -> dict[str, list[str]]:
    kinds = json.loads((folder / "identifiers" / file).read_text("utf-8"))["tracking_numbers"]
    (numbers,) = [kind["test_numbers"] for kind in kinds if kind["name"] == name]
    return {which: list(numbers[which]) for which in ("valid", "invalid")}


@pytest.mark.parametrize(("kind", "check"), CHECKED.items(), ids=[name for _, name in CHECKED])
def test_every_example_that_a_carrier_calls_valid_passes_and_bears_the_digit(
    shared_data: Path, kind: tuple[str, str], check: tuple[Check, int]
) -> None:
    expected, place = check
    valid = [normalised(number) for number in examples(shared_data, *kind)["valid"]]
    told = [(number, expected(number)) for number in valid]

    assert [] == [number for number in valid if refused(number)]
    assert [] == [number for number, digit in told if digit is not None and str(digit) != number[place]]
    assert sum(digit is not None for _, digit in told) >= PROVEN_MIN[kind[1]]


@pytest.mark.parametrize(("kind", "check"), CHECKED.items(), ids=[name for _, name in CHECKED])
def test_any_other_check_digit_is_refused(shared_data: Path, kind: tuple[str, str], check: tuple[Check, int]) -> None:
    expected, place = check
    for number in map(normalised, examples(shared_data, *kind)["valid"]):
        digit = expected(number)
        for other in set(range(10)) - {digit} if digit is not None else ():
            at = place % len(number)
            assert refused(f"{number[:at]}{other}{number[at + 1 :]}"), number


def test_no_valid_example_of_any_carrier_is_refused(shared_data: Path) -> None:
    """A number of another scheme must never be taken for one that is checked."""
    wrongly = [
        (file.name, kind["name"], number)
        for file in sorted((shared_data / "identifiers").glob("*.json"))
        for kind in json.loads(file.read_text("utf-8"))["tracking_numbers"]
        for number in kind["test_numbers"]["valid"]
        if refused(number)
    ]

    assert [] == wrongly


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("9101026837331000039521", 1),
        ("420221539101026837331000039521", 1),
        ("4202215312349101026837331000039521", None),
        ("986578788855", None),
    ],
)
def test_a_usps_number_is_told_by_its_shape(number: str, expected: int | None) -> None:
    assert expected == identifiers.usps_check_digit(number)


def test_a_usps_number_with_a_wrong_digit_is_refused() -> None:
    assert refused("9434 6112 0620 6407 6671 31")

"""What passes for a country."""

from __future__ import annotations

import pytest
from tidewaiter_chassis.countries import CODES


@pytest.mark.parametrize("code", ["CN", "HK", "MO", "CA", "MX", "DE", "GB", "US", "VI", "GU", "AS"])
def test_the_codes_that_the_law_names_are_countries(code: str) -> None:
    assert code in CODES


@pytest.mark.parametrize("code", ["", "XX", "ZZ", "UK", "cn", "CHN", "EU"])
def test_what_only_looks_like_a_code_is_none(code: str) -> None:
    assert code not in CODES


def test_there_are_as_many_as_the_standard_has() -> None:
    assert 240 < len(CODES) < 260

"""The regimes on record, by day, origin and mode."""

from __future__ import annotations

from datetime import date

import pytest
from tidewaiter_eligibility.list_regimes import list_regimes
from tidewaiter_eligibility.model import Mode

from tests.eligibility_shipments import law


def ids(*, on: date | None = None, origin: str = "", mode: Mode | None = None) -> list[str]:
    return [each.row.id for each in list_regimes(law(), on=on, origin_country=origin, mode=mode)]


def test_all_rows_come_by_first_day_and_id() -> None:
    assert [
        "R00-12", "GIFT", "GIFTI", "R00", "R01-16", "R01", "R02", "R04", "R05", "R07", "R07M", "R09", "R10a", "R10b",
        "R10c", "R11", "R11M",
    ] == ids()  # fmt: skip


@pytest.mark.parametrize(
    ("on", "origin", "mode", "expected"),
    [
        (date(2025, 6, 1), "", None, ["GIFT", "GIFTI", "R01", "R04", "R05"]),
        (date(2025, 6, 1), "CN", None, ["GIFT", "R04", "R05"]),
        (date(2025, 6, 1), "CN", Mode.MAIL, ["GIFT", "R05"]),
        (date(2025, 6, 1), "DE", Mode.MAIL, ["GIFT", "R01"]),
        (date(2025, 6, 1), "GU", Mode.AIR, ["GIFTI", "R01"]),
        (date(2026, 11, 24), "", None, ["GIFT", "GIFTI", "R09", "R10c"]),
        (date(2027, 7, 1), "FR", Mode.OCEAN, ["GIFT", "R11"]),
        (date(1990, 1, 1), "", None, []),
        (None, "HK", Mode.TRUCK, ["R00-12", "GIFT", "R00", "R01-16", "R01", "R02", "R04", "R07", "R09", "R11"]),
    ],
)
def test_what_is_listed_covers_the_day_the_origin_and_the_mode(
    on: date | None, origin: str, mode: Mode | None, expected: list[str]
) -> None:
    assert expected == ids(on=on, origin=origin, mode=mode)

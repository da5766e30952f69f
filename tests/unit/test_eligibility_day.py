"""The local day of an arrival, to the second and across every change of the clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tidewaiter_eligibility.day import arrival_day

from tests.eligibility_shipments import law


def local_day(instant: str, port: str) -> str:
    seconds = int(datetime.fromisoformat(instant).astimezone(UTC).timestamp())
    return arrival_day(seconds, port, law()).text


@pytest.mark.parametrize(
    ("instant", "port", "day"),
    [
        ("2025-01-16T04:59:59Z", "4701", "2025-01-15"),
        ("2025-01-16T05:00:00Z", "4701", "2025-01-16"),
        ("2025-07-16T03:59:59Z", "4701", "2025-07-15"),
        ("2025-07-16T04:00:00Z", "4701", "2025-07-16"),
        ("2025-07-16T06:59:59Z", "2720", "2025-07-15"),
        ("2025-07-16T07:00:00Z", "2720", "2025-07-16"),
        ("2025-07-16T06:59:59Z", "2605", "2025-07-15"),
        ("2025-01-16T06:59:59Z", "2605", "2025-01-15"),
        ("2025-01-16T09:59:59Z", "3201", "2025-01-15"),
        ("2025-01-16T10:00:00Z", "3201", "2025-01-16"),
        ("2025-01-16T03:59:59Z", "4909", "2025-01-15"),
        ("2025-01-16T04:00:00Z", "4909", "2025-01-16"),
        # The night the clocks go forward has 23 hours, the one they go back 25.
        ("2025-03-10T03:59:59Z", "4701", "2025-03-09"),
        ("2025-03-09T04:59:59Z", "4701", "2025-03-08"),
        ("2025-11-03T04:59:59Z", "4701", "2025-11-02"),
        ("2025-11-02T03:59:59Z", "4701", "2025-11-01"),
    ],
)
def test_the_day_is_that_of_the_port(instant: str, port: str, day: str) -> None:
    assert day == local_day(instant, port)


def test_without_a_port_the_day_may_be_one_of_two() -> None:
    seconds = int(datetime.fromisoformat("2025-01-16T07:00:00Z").timestamp())

    found = arrival_day(seconds, "", law())

    assert ["2025-01-15", "2025-01-16"] == [day.isoformat() for day in found.candidates]
    assert (False, "", "") == (found.is_known, found.zone, found.text)

"""The local day of an arrival, to the second and across every change of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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


@pytest.mark.parametrize(
    ("port", "zone", "summer_begins", "summer_ends"),
    [
        # The first instants of the local days on which the clocks change, and of the days after, in 2025.
        ("4701", "America/New_York", ("03-09T05", "03-10T04"), ("11-02T04", "11-03T05")),
        ("3126", "America/Anchorage", ("03-09T09", "03-10T08"), ("11-02T08", "11-03T09")),
        ("3195", "America/Anchorage", ("03-09T09", "03-10T08"), ("11-02T08", "11-03T09")),
        ("2720", "America/Los_Angeles", ("03-09T08", "03-10T07"), ("11-02T07", "11-03T08")),
        # Hawaii, Puerto Rico, the Virgin Islands and Arizona keep one time all year.
        ("3201", "Pacific/Honolulu", ("03-09T10", "03-10T10"), ("11-02T10", "11-03T10")),
        ("3205", "Pacific/Honolulu", ("03-09T10", "03-10T10"), ("11-02T10", "11-03T10")),
        ("4909", "America/Puerto_Rico", ("03-09T04", "03-10T04"), ("11-02T04", "11-03T04")),
        ("4913", "America/Puerto_Rico", ("03-09T04", "03-10T04"), ("11-02T04", "11-03T04")),
        ("5101", "America/St_Thomas", ("03-09T04", "03-10T04"), ("11-02T04", "11-03T04")),
        ("2605", "America/Phoenix", ("03-09T07", "03-10T07"), ("11-02T07", "11-03T07")),
    ],
)
def test_a_day_begins_and_ends_at_the_ports_midnight_when_clocks_change_and_where_they_never_do(
    port: str, zone: str, summer_begins: tuple[str, str], summer_ends: tuple[str, str]
) -> None:
    for first, after in (summer_begins, summer_ends):
        begins, ends = (datetime.fromisoformat(f"2025-{text}:00:00+00:00") for text in (first, after))
        day = begins.strftime("%Y-%m-%d")
        for instant, expected in (
            (begins, day),
            (ends - timedelta(seconds=1), day),
            (begins - timedelta(seconds=1), (begins - timedelta(days=1)).strftime("%Y-%m-%d")),
            (ends, ends.strftime("%Y-%m-%d")),
        ):
            found = arrival_day(int(instant.timestamp()), port, law())
            assert (expected, zone) == (found.text, found.zone)


def test_the_hour_that_comes_twice_is_of_one_day() -> None:
    """In New York 01:30 came twice on 2 November 2025, an hour apart."""
    assert {"2025-11-02"} == {local_day(f"2025-11-02T0{hour}:30:00Z", "4701") for hour in (5, 6)}


def test_one_instant_is_of_two_days_at_two_ports() -> None:
    instant = "2025-01-16T06:00:00Z"

    assert ["2025-01-16", "2025-01-15", "2025-01-16"] == [local_day(instant, port) for port in ("4701", "3201", "4909")]


def test_guam_has_no_port_and_no_day() -> None:
    """It lies outside the customs territory, and Schedule D has no code for it: nothing is guessed from Hawaii."""
    assert "Pacific/Guam" not in law().zones
    assert (False, "") == (arrival_day(1_737_000_000, "9999", law()).is_known, law().zone("9999"))

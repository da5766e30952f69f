"""The chassis's small ports, each with every implementation of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from tidewaiter_chassis import measures
from tidewaiter_chassis.clock import Clock, FixedClock, SystemClock
from tidewaiter_chassis.metrics import Meters

CLOCKS: list[Callable[[], Clock]] = [SystemClock, lambda: FixedClock(datetime(2026, 3, 1, tzinfo=UTC))]


@pytest.mark.parametrize("make", CLOCKS)
def test_a_clock_answers_in_aware_utc(make: Callable[[], Clock]) -> None:
    assert timedelta(0) == make().now().utcoffset()


@pytest.mark.parametrize("make", CLOCKS)
def test_both_answers_of_a_clock_are_of_one_time_line(make: Callable[[], Clock]) -> None:
    clock = make()

    before, between, after = clock.ns(), clock.now(), clock.ns()

    assert before // 1000 <= round(between.timestamp() * 1_000_000) <= after // 1000 + 1


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def meters(reader: InMemoryMetricReader) -> Meters:
    return Meters(resource=Resource.create({}), readers=[reader])


def test_the_meters_of_a_process_are_a_meter(meters: Meters) -> None:
    meter: measures.Meter = meters

    assert meter.histogram("a", unit="s", description="d") is meter.histogram("a", unit="s", description="d")


def test_a_histogram_records_from_any_thread(meters: Meters, reader: InMemoryMetricReader) -> None:
    made = measures.histogram(meters, "tidewaiter.some.duration", unit="s", description="d")

    thread = threading.Thread(target=made.record, args=(0.004, {"store": "x"}))
    thread.start()
    thread.join()

    collected = reader.get_metrics_data()
    assert collected is not None
    assert '"tidewaiter.some.duration"' in collected.to_json()


def test_without_a_meter_a_histogram_forgets() -> None:
    measures.histogram(None, "any", unit="s", description="d").record(1.0, {"store": "x"})

"""Instruments, and the endpoint that Prometheus reads."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from tidewaiter_chassis import measures
from tidewaiter_chassis.metrics import (
    ATTRIBUTE_SETS_MAX,
    ITEMS_BUCKETS,
    SECONDS_BUCKETS,
    Endpoint,
    Meters,
)

RESOURCE = Resource({"service.name": "unit"})


class Read:
    """Meters and what can be read of them."""

    def __init__(self, *, put_off: bool = True) -> None:
        self.reader = InMemoryMetricReader()
        self.meters = Meters(resource=RESOURCE, readers=[self.reader], put_off=put_off)

    def points(self, name: str) -> list[Any]:
        data: Any = self.reader.get_metrics_data()
        metrics = [metric for group in data.resource_metrics[0].scope_metrics for metric in group.metrics]
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]


@pytest.fixture(params=[True, False], ids=["put off", "at once"])
def read(request: pytest.FixtureRequest) -> Iterator[Read]:
    made = Read(put_off=request.param)
    yield made
    made.meters.stop()


def test_it_is_what_the_other_parts_of_the_chassis_ask_for(read: Read) -> None:
    meter: measures.Meter = read.meters

    assert meter is not None


def test_a_histogram_in_seconds_has_buckets_in_seconds(read: Read) -> None:
    histogram = read.meters.histogram("store.commit.duration", unit="s", description="Commit time")
    for seconds in (0.0004, 0.003, 0.003, 20):
        histogram.record(seconds, {"store": "journal"})

    (point,) = read.points("store.commit.duration")
    assert SECONDS_BUCKETS == tuple(point.explicit_bounds)
    assert (4, {"store": "journal"}) == (point.count, dict(point.attributes))
    assert (1, 2, 1) == (point.bucket_counts[0], point.bucket_counts[2], point.bucket_counts[-1])


def test_a_histogram_of_things_has_buckets_up_to_a_batch(read: Read) -> None:
    read.meters.histogram("batch.size", unit="{filing}", description="Filings in a batch").record(1000)

    (point,) = read.points("batch.size")
    assert ITEMS_BUCKETS == tuple(point.explicit_bounds)
    assert 1 == point.bucket_counts[ITEMS_BUCKETS.index(1000.0)]


def test_what_is_measured_is_there_at_the_next_look(read: Read) -> None:
    histogram = read.meters.histogram("seen", unit="s", description="Seen")
    for number in range(1, 4):
        histogram.record(0.1)
        assert number == read.points("seen")[0].count


def test_an_instrument_asked_for_again_is_the_same(read: Read) -> None:
    def histogram() -> measures.Histogram:
        return read.meters.histogram("twice", unit="s", description="Twice")

    assert histogram() is histogram()
    counter = read.meters.counter("thrice", unit="{call}", description="Thrice")
    assert counter is read.meters.counter("thrice", unit="{call}", description="Thrice")


def test_a_counter_adds_up_by_attributes_in_any_order(read: Read) -> None:
    counter = read.meters.counter("decisions", unit="{decision}", description="Decisions")
    counter.add(2, {"outcome": "RELEASE", "mode": "AIR"})
    counter.add(3, {"mode": "AIR", "outcome": "RELEASE"})
    counter.add(1, {"outcome": "HOLD", "mode": "AIR"})

    points = {point.attributes["outcome"]: point.value for point in read.points("decisions")}
    assert {"RELEASE": 5, "HOLD": 1} == points


def test_a_counter_keeps_a_bounded_number_of_attribute_sets(read: Read) -> None:
    counter = read.meters.counter("calls", unit="{call}", description="Calls")
    for number in range(ATTRIBUTE_SETS_MAX + 50):
        counter.add(1, {"caller": str(number)})
    counter.add(1, {"caller": "0"})

    points = read.points("calls")
    overflow = [point.value for point in points if "otel.metric.overflow" in point.attributes]
    assert (ATTRIBUTE_SETS_MAX + 1, [50]) == (len(points), overflow)
    assert [2] == [point.value for point in points if point.attributes.get("caller") == "0"]


def test_a_gauge_is_read_when_it_is_collected_and_the_newer_reading_takes_over(read: Read) -> None:
    depth = [3.0]
    read.meters.gauge("depth", read=lambda: depth[0], unit="{item}", description="Depth")
    assert 3 == read.points("depth")[0].value
    depth[0] = 7
    assert 7 == read.points("depth")[0].value
    read.meters.gauge("depth", read=lambda: 1.0, unit="{item}", description="Depth")
    read.meters.gauge("depth", read=lambda: 2.0, unit="{item}", description="Depth", attributes={"queue": "b"})

    assert [1, 2] == sorted(point.value for point in read.points("depth"))


def test_a_total_is_a_counter_kept_elsewhere(read: Read) -> None:
    read.meters.total("dropped", read=lambda: 4, unit="{span}", description="Dropped")

    assert [4] == [point.value for point in read.points("dropped")]


def get(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def test_prometheus_reads_all_of_it_in_its_own_names() -> None:
    meters = Meters.start(resource=RESOURCE, listen="127.0.0.1:0")
    meters.serve()
    meters.rpc_server_seconds.record(0.002, {"rpc.method": "a.B/C", "rpc.status_code": "OK"})
    meters.counter("tidewaiter.decisions", unit="{decision}", description="Decisions").add(2)
    text = get(meters.address)
    meters.stop()

    assert re.search(
        r'rpc_server_call_duration_seconds_bucket\{le="0\.0025",rpc_method="a\.B/C",rpc_status_code="OK"\} 1\.0', text
    )
    assert "tidewaiter_decisions_total 2.0" in text
    assert 'service_name="unit"' in text
    assert "otel_scope" not in text


def test_after_the_stop_the_port_is_free_again() -> None:
    meters = Meters.start(resource=RESOURCE, listen="127.0.0.1:0")
    assert "" == meters.address
    meters.serve()
    host, _, port = meters.address.rpartition(":")
    meters.serve()
    assert f"{host}:{port}" == meters.address
    meters.stop()
    with socket.create_server((host, int(port))):
        pass


def test_an_address_in_use_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        meters = Meters.start(resource=RESOURCE, listen=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(OSError, match="in use"):
            meters.serve()
    meters.stop()


def test_nothing_is_served_when_nothing_is_asked_for() -> None:
    meters = Meters.start(resource=RESOURCE)

    meters.serve()
    assert "" == meters.address
    meters.stop()


def test_an_address_in_use_is_named() -> None:
    first = Endpoint("127.0.0.1:0")
    first.open()
    try:
        with pytest.raises(OSError, match=f"cannot serve metrics on {first.address}"):
            Endpoint(first.address).open()
    finally:
        first.close()

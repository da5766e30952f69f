"""What is measured can be pushed to a collector, whatever the readings are."""

from __future__ import annotations

import pytest
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from tidewaiter_chassis.telemetry import Telemetry


@pytest.mark.parametrize(("reading", "told"), [(True, 1.0), (False, 0.0), (3, 3.0), (0.5, 0.5)])
def test_every_kind_of_reading_of_a_gauge_can_be_pushed(reading: float, told: float) -> None:
    telemetry = Telemetry.for_tests()
    telemetry.meters.gauge("tidewaiter.example", read=lambda: reading, unit="1", description="An example")

    found = telemetry.reader.get_metrics_data()

    assert found is not None
    metrics = encode_metrics(found).resource_metrics[0].scope_metrics[0].metrics
    (example,) = [metric for metric in metrics if metric.name == "tidewaiter.example"]
    assert told == example.gauge.data_points[0].as_double

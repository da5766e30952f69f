"""What an operator may change about intake."""

from __future__ import annotations

import environ
from tidewaiter_chassis import variables
from tidewaiter_chassis.settings import ServiceSettings


@environ.config(prefix="TIDEWAITER_INTAKE", frozen=True)
class Settings(ServiceSettings):
    """The settings of intake, read from TIDEWAITER_INTAKE_*."""

    listen: str = variables.address(
        "127.0.0.1:7301", help="Where to serve gRPC, as host:port; port 0 takes a free one."
    )
    metrics_listen: str = variables.address(
        "127.0.0.1:7321",
        optional=True,
        help="Where to serve /metrics over HTTP, as host:port; empty serves none.",
    )
    eligibility_address: str = variables.address("127.0.0.1:7302", help="Where eligibility serves.")
    risk_address: str = variables.address("127.0.0.1:7303", help="Where risk serves.")
    audit_address: str = variables.address("127.0.0.1:7304", help="Where audit serves.")
    peer_deadline_seconds: float = variables.number(
        5, low=0.05, high=60, help="How long a peer may take before it counts as silent."
    )
    shipments_per_flight_max: int = variables.whole_number(
        500, low=1, high=1000, help="How many shipments are asked about in one call to a peer."
    )
    flights_max: int = variables.whole_number(
        3, low=1, high=64, help="How many batches of shipments are under way at once."
    )
    shipments_waiting_max: int = variables.whole_number(
        20_000,
        low=1,
        high=1_000_000,
        help="How many shipments may wait to be decided; more filings are refused with RESOURCE_EXHAUSTED.",
    )
    stream_heartbeat_seconds: float = variables.number(
        10, low=0.05, high=600, help="After how many seconds without an answer a stream gets a sign of life."
    )
    stream_idle_seconds: float = variables.number(
        300,
        low=0.05,
        high=86_400,
        help="For how many seconds a stream may say nothing and owe nothing before it is ended.",
    )
    stream_kept_hours: float = variables.number(
        24, low=0.001, high=8_760, help="For how many hours a stream that was cut can be resumed."
    )
    stream_filings_max: int = variables.whole_number(
        3_000, low=500, high=10_000, help="How many filings of one stream may be unanswered."
    )

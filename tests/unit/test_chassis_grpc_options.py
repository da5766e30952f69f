"""gRPC's options, none left to a default."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tidewaiter_chassis.grpc_options import channel_options, server_options


def service_config(*, retry: bool) -> dict[str, Any]:
    options = dict(channel_options(service="a.v1.B", retry=retry, message_bytes_max=1))
    config: dict[str, Any] = json.loads(str(options["grpc.service_config"]))
    return config


def test_only_unavailable_is_repeated_and_at_most_twice() -> None:
    (method,) = service_config(retry=True)["methodConfig"]

    assert [{"service": "a.v1.B"}] == method["name"]
    assert (["UNAVAILABLE"], 3) == (
        method["retryPolicy"]["retryableStatusCodes"],
        method["retryPolicy"]["maxAttempts"],
    )
    assert False is method["waitForReady"]


def test_without_retry_nothing_is_repeated() -> None:
    (method,) = service_config(retry=False)["methodConfig"]

    assert "retryPolicy" not in method
    assert 0 == dict(channel_options(service="a.v1.B", retry=False, message_bytes_max=1))["grpc.enable_retries"]


@pytest.mark.parametrize("limit", [1024, 8 << 20])
def test_the_bounds_are_those_that_were_set(limit: int) -> None:
    server = dict(server_options(request_bytes_max=limit, rpcs_in_flight_max=10))
    channel = dict(channel_options(service="a.v1.B", retry=False, message_bytes_max=limit))

    for options in (server, channel):
        assert limit == options["grpc.max_receive_message_length"] == options["grpc.max_send_message_length"]
    assert 0 == server["grpc.so_reuseport"]
    assert int(server["grpc.max_concurrent_streams"]) > 10


def test_a_server_lets_our_channels_ask_as_often_as_they_do() -> None:
    server = dict(server_options(request_bytes_max=1, rpcs_in_flight_max=1))
    channel = dict(channel_options(service="a.v1.B", retry=False, message_bytes_max=1))

    assert int(server["grpc.http2.min_ping_interval_without_data_ms"]) < int(channel["grpc.keepalive_time_ms"])
    assert 1 == server["grpc.keepalive_permit_without_calls"]

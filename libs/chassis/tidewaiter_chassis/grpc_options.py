"""gRPC's own options, none left to a default, each with its reason."""

from __future__ import annotations

import json
from typing import Any

Options = tuple[tuple[str, str | int], ...]

KEEPALIVE_MILLISECONDS = 30_000
"""An idle connection is asked after this often: load balancers and NATs forget one after a minute or so."""
KEEPALIVE_TIMEOUT_MILLISECONDS = 10_000
"""A peer that does not answer in this time is gone; without it a silent network hangs calls for minutes."""
METADATA_BYTES_MAX = 16 * 1024
"""Twice what an answer of ours takes at most, so that a foreign one with long details still arrives whole."""
ATTEMPTS_MAX = 3
"""The call and two repetitions."""


def server_options(*, request_bytes_max: int, rpcs_in_flight_max: int) -> Options:
    """For a server that takes messages up to `request_bytes_max` and serves `rpcs_in_flight_max` calls at once."""
    return (
        # A larger message is refused by gRPC itself, with RESOURCE_EXHAUSTED, before it is parsed.
        ("grpc.max_receive_message_length", request_bytes_max),
        ("grpc.max_send_message_length", request_bytes_max),
        ("grpc.max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX * 2),
        # Two processes on one port would each get half of the calls, and a forgotten old one would answer some.
        ("grpc.so_reuseport", 0),
        # Twice what is admitted, so that the refusal with its retry time is what a caller sees first, and the
        # memory of calls not yet admitted is bounded as well.
        ("grpc.max_concurrent_streams", 2 * rpcs_in_flight_max + 100),
        ("grpc.keepalive_time_ms", KEEPALIVE_MILLISECONDS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MILLISECONDS),
        # Our channels ask every 30 s, also when idle; by default a server hangs up on that as abuse.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", KEEPALIVE_MILLISECONDS // 2),
        ("grpc.http2.max_ping_strikes", 2),
    )


def channel_options(*, service: str, retry: bool, message_bytes_max: int) -> Options:
    """For a channel to one service. With `retry`, calls that meet UNAVAILABLE are repeated by gRPC itself."""
    return (
        ("grpc.max_receive_message_length", message_bytes_max),
        ("grpc.max_send_message_length", message_bytes_max),
        ("grpc.max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX * 2),
        ("grpc.keepalive_time_ms", KEEPALIVE_MILLISECONDS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MILLISECONDS),
        ("grpc.keepalive_permit_without_calls", 1),
        # A peer that restarts is found again within a second or two; by default the wait grows to two minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        # Proxies from the environment are for the internet, never for our own services.
        ("grpc.enable_http_proxy", 0),
        # A service config from DNS could change what is retried.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.enable_retries", 1 if retry else 0),
        ("grpc.service_config", json.dumps(_service_config(service, retry=retry))),
    )


def _service_config(service: str, *, retry: bool) -> dict[str, Any]:
    """Fail at once when the peer is down: who asks has its own answer to silence, and its caller is waiting.

    Retries follow AIP-194: only UNAVAILABLE, at most `ATTEMPTS_MAX` attempts, inside the call's own deadline, less
    when half of the recent calls fail.
    """
    method: dict[str, Any] = {"name": [{"service": service}], "waitForReady": False}
    if retry:
        method["retryPolicy"] = {
            "maxAttempts": ATTEMPTS_MAX,
            "initialBackoff": "0.05s",
            "maxBackoff": "0.5s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
    config: dict[str, Any] = {"methodConfig": [method]}
    if retry:
        config["retryThrottling"] = {"maxTokens": 100, "tokenRatio": 0.5}
    return config

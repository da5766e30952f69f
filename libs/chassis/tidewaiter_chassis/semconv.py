"""The names other people's tools know: OpenTelemetry semantic conventions 1.45 for RPC, stable since then.

Python's own package of these names is still at 1.44, so they are carried here.
https://opentelemetry.io/docs/specs/semconv/rpc/
"""

from __future__ import annotations

RPC_SYSTEM_NAME = "rpc.system.name"
"""Always `grpc` here."""
RPC_METHOD = "rpc.method"
"""The full method without the leading slash: `tidewaiter.audit.v1.AuditService/GetProof`."""
RPC_STATUS_CODE = "rpc.status_code"
"""The name of the canonical code: `OK`, `NOT_FOUND`."""
ERROR_TYPE = "error.type"
"""The same name, set only where the call counts as an error."""
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"

SERVER_CALL_DURATION = "rpc.server.call.duration"
CLIENT_CALL_DURATION = "rpc.client.call.duration"


def call_attributes(method: str, code: str, error: str | None) -> dict[str, str]:
    """What every span and every duration of a call carries, on either side."""
    attributes = {RPC_SYSTEM_NAME: "grpc", RPC_METHOD: method, RPC_STATUS_CODE: code}
    if error is not None:
        attributes[ERROR_TYPE] = error
    return attributes


SERVER_ERROR_CODES = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
"""The codes that are the server's fault. On the client's side every code but OK is an error."""

REASON = "tidewaiter.reason"
"""Ours: the stable reason of the failure behind a code."""
LINKS_DROPPED = "tidewaiter.links_dropped"
"""Ours: how many links of a span were over its bound."""

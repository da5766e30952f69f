"""Whether a service says that it serves."""

from __future__ import annotations

from typing import Final

import grpc
from grpc_health.v1 import health_pb2

_METHOD: Final = "/grpc.health.v1.Health/Check"
_SECONDS: Final = 1.0


def serves(address: str) -> bool:
    """Asks gRPC's standard health service; no answer is a no."""
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            _METHOD,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            response = check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)
        except grpc.RpcError:
            return False
    return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

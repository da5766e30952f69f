"""Whether a service that we started says that it serves."""

from __future__ import annotations

from typing import Final

import grpc
from grpc_health.v1 import health_pb2
from tidewaiter_chassis.started import health_name

_METHOD: Final = "/grpc.health.v1.Health/Check"
_SECONDS: Final = 1.0


def serves(address: str, *, pid: int) -> bool:
    """Whether the process of this number serves at this address, by gRPC's standard health service.

    No answer is a no, and so is the answer of another process that has the address.
    """
    return _answer(address, pid) == health_pb2.HealthCheckResponse.SERVING


def is_unfit(address: str, *, pid: int) -> bool:
    """Whether that process says that it does not serve; no answer, or another's, is a no."""
    return _answer(address, pid) == health_pb2.HealthCheckResponse.NOT_SERVING


def _answer(address: str, pid: int) -> int | None:
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            _METHOD,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            response = check(health_pb2.HealthCheckRequest(service=health_name(pid)), timeout=_SECONDS)
        except grpc.RpcError:
            return None
    return int(response.status)

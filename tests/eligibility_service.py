"""Eligibility over a real wire, for the tests that call it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_eligibility.__main__ import build
from tidewaiter_eligibility.settings import Settings

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub


def settings_in(folder: Path) -> Settings:
    return load(
        Settings,
        {
            "TIDEWAITER_ELIGIBILITY_LISTEN": "127.0.0.1:0",
            "TIDEWAITER_ELIGIBILITY_METRICS_LISTEN": "",
            "TIDEWAITER_ELIGIBILITY_DATA_DIR": str(folder),
        },
    )


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry.for_tests("eligibility")


@pytest.fixture
async def stub(tmp_path: Path, telemetry: Telemetry) -> AsyncIterator[Stub]:
    server = await build(settings_in(tmp_path), telemetry)
    address = await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield eligibility_pb2_grpc.EligibilityServiceStub(channel)
    await server.stop(0)


def batch(*shipments: trade_pb2.Shipment, traceparent: str = "") -> eligibility_pb2.DetermineEligibilityRequest:
    return eligibility_pb2.DetermineEligibilityRequest(
        determinations=[eligibility_pb2.Determination(shipment=each, traceparent=traceparent) for each in shipments]
    )


async def failure_of(call: Any) -> Failure:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return answers.from_rpc_error(caught.value)

"""Risk behind its real server on loopback, for the tests of its seams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_risk.__main__ import build
from tidewaiter_risk.assess import Assessor
from tidewaiter_risk.in_use import InUse, Now
from tidewaiter_risk.lists.watch import Watch, open_sources
from tidewaiter_risk.observe import Observer
from tidewaiter_risk.servicer import RiskServicer
from tidewaiter_risk.settings import Settings
from tidewaiter_risk.store.memory import MemoryHistory

from tests.risk_examples import SCORECARD
from tests.risk_history import BOUNDS


@asynccontextmanager
async def serving(folder: Path, *, telemetry: Telemetry | None = None, **variables: str) -> AsyncIterator[Any]:
    """A stub of risk, served on loopback for the length of the block."""
    settings = load(
        Settings,
        {
            "TIDEWAITER_RISK_LISTEN": "127.0.0.1:0",
            "TIDEWAITER_RISK_METRICS_LISTEN": "",
            "TIDEWAITER_RISK_DATA_DIR": str(folder / "data"),
            **{f"TIDEWAITER_RISK_{name.upper()}": value for name, value in variables.items()},
        },
    )
    own = telemetry or Telemetry.for_tests("risk")
    server = await build(settings, own)
    address = await server.start()
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            yield risk_pb2_grpc.RiskServiceStub(channel)
    finally:
        await server.stop(0)
        if telemetry is None:
            own.stop()


def assessment(
    shipment_id: str, *, traceparent: str = "", what_if: bool = False, **changes: Any
) -> risk_pb2.Assessment:
    shipment = trade_pb2.Shipment(
        shipment_id=shipment_id,
        mode=trade_pb2.TRANSPORT_MODE_TRUCK,
        consignee=trade_pb2.Party(name="Dana Whitcombe", city="Fargo", phone="+1 701 555 0100"),
        shipper=trade_pb2.Party(name="Hanoi Knitwear", city="Hanoi", phone="+84 24 5550 0100"),
    )
    shipment.estimated_arrival.seconds = 1_740_787_200
    goods = shipment.items.add(
        description="Knitted cotton cardigan", hts_code="6110202079", origin_country="VN", quantity=1
    )
    goods.unit_value.currency_code, goods.unit_value.units = "USD", 20
    shipment.MergeFrom(trade_pb2.Shipment(**changes))
    return risk_pb2.Assessment(shipment=shipment, traceparent=traceparent, what_if=what_if)


def batch(*assessments: risk_pb2.Assessment) -> risk_pb2.AssessRiskRequest:
    return risk_pb2.AssessRiskRequest(assessments=assessments)


def observer(telemetry: Telemetry) -> Observer:
    """An observer of an empty history in memory."""
    return Observer(
        history=MemoryHistory(bounds=BOUNDS),
        scorecard=SCORECARD,
        clock=SystemClock(),
        seconds_max=5,
        log=telemetry.log,
    )


def points_of(telemetry: Telemetry, name: str) -> list[Any]:
    """The data points of a metric."""
    data: Any = telemetry.reader.get_metrics_data()
    return [
        point
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
        for point in metric.data.data_points
    ]


async def refusal(call: Any) -> Failure:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return answers.from_rpc_error(error.value)


def servicer_of(assessor: Assessor, telemetry: Telemetry) -> RiskServicer:
    """Risk without a server: this assessor over the sample list and an empty history."""
    sources = open_sources(load(Settings, {}), SCORECARD.screening, telemetry)
    now = Now(sources.in_use, lambda lists: InUse(lists, assessor, ()))
    return RiskServicer(
        now=now,
        observer=observer(telemetry),
        history=MemoryHistory(bounds=BOUNDS),
        clock=SystemClock(),
        sources=sources,
        watch=Watch(sources, now, telemetry=telemetry),
        screening=SCORECARD.screening,
        telemetry=telemetry,
    )

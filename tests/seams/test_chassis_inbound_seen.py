"""What a call leaves to be seen: its line, its ids, its durations, its links."""

from __future__ import annotations

from typing import Any

from structlog.testing import capture_logs
from tidewaiter_chassis import logs, traces
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.telemetry import Telemetry

from tests.seams.chassis_echo import (
    SERVICE,
    Echo,
    failed,
    make,
    raising,
    served,
    until,
)


async def test_the_request_id_of_the_caller_is_kept_and_a_malformed_one_replaced_by_the_trace_id() -> None:
    with capture_logs() as lines:
        async with served() as made:
            await make(made, "Unary", metadata=(("x-request-id", "order-7:1"),))
            await make(made, "Unary", metadata=(("x-request-id", "two words"),))
            await until(lambda: len(made.spans()) == 2)
            trace_id = f"{made.spans()[1].context.trace_id:032x}"

    first, second = [line["request_id"] for line in lines if line["event"] == "rpc"]
    assert "order-7:1" == first
    assert trace_id == second


async def test_what_a_handler_notes_is_in_its_own_line_only() -> None:
    async def script(request: bytes, _context: Any) -> bytes:
        logs.note(**{f"item_{request.decode()}": len(request)})
        return request

    with capture_logs() as lines:
        async with served(Echo(script)) as made:
            await made.method("Unary")(b"x")
            await made.method("Unary")(b"y")

    first, second = [line for line in lines if line["event"] == "rpc"]
    assert (1, False) == (first["item_x"], "item_x" in second)
    assert (1, False) == (second["item_y"], "item_y" in first)


async def test_a_handler_can_link_a_filing_to_its_rpc() -> None:
    telemetry: list[Telemetry] = []

    async def script(request: bytes, _context: Any) -> bytes:
        context = traces.rpc_context()
        assert context is not None
        with telemetry[0].tracing.begin("filing", links=[context]):
            return request

    async with served(Echo(script)) as made:
        telemetry.append(made.telemetry)
        await made.method("Unary")(b"x")
        await until(lambda: len(made.spans()) == 2)
        filing, rpc = sorted(made.spans(), key=lambda span: str(span.kind))

    assert [rpc.context] == [link.context for link in filing.links]
    assert rpc.context.trace_id != filing.context.trace_id


def durations(telemetry: Telemetry, name: str) -> dict[tuple[str, str], int]:
    """How many calls were measured, by method and code."""
    data: Any = telemetry.reader.get_metrics_data()
    points = [
        point
        for group in data.resource_metrics[0].scope_metrics
        for metric in group.metrics
        if metric.name == name
        for point in metric.data.data_points
    ]
    return {(point.attributes["rpc.method"], point.attributes["rpc.status_code"]): point.count for point in points}


async def test_every_call_is_measured_by_method_and_code_on_both_sides() -> None:
    async with served() as made:
        for _ in range(3):
            await made.method("Unary")(b"x")
        await make(made, "Both")
        made.echo.script = raising(Failure(kind=Kind.FULL, reason="LOG_FULL", detail="Full.")).script
        await failed(made, "Unary")
        await until(lambda: made.server.in_flight == 0)
        await until(lambda: made.client.tracing.live == 0)

    expected = {
        (f"{SERVICE}/Unary", "OK"): 3,
        (f"{SERVICE}/Unary", "RESOURCE_EXHAUSTED"): 1,
        (f"{SERVICE}/Both", "OK"): 1,
    }
    assert expected == durations(made.telemetry, "rpc.server.call.duration")
    assert expected == durations(made.client, "rpc.client.call.duration")

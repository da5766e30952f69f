"""Audit as a whole over a loopback server: its spans, its start, its health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from grpc_health.v1 import health_pb2
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter_audit.__main__ import SERVICE_NAME, build
from tidewaiter_audit.store.sqlite import FILE_NAME
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.telemetry import Telemetry

from tests.audit_records import CANARY, decision_id, record
from tests.audit_service import Served, failure_of, served, settings_for
from tests.seams.chassis_echo import until


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as opened:
        yield opened


TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


async def test_a_traced_decision_has_a_span_under_its_filing_linked_to_the_call(log: Served) -> None:
    bad = record(3, traceparent=f"00-{TRACE}-{PARENT}-01")
    bad.decision.ClearField("outcome")

    await log.append(
        record(1, traceparent=f"00-{TRACE}-{PARENT}-01"),
        record(2),
        bad,
        record(4, traceparent=f"00-{TRACE}-{PARENT}-00"),
    )

    spans = log.spans("audit.append")
    assert 2 == len(spans)
    for span in spans:
        assert span.parent is not None
        assert (int(TRACE, 16), int(PARENT, 16)) == (span.context.trace_id, span.parent.span_id)
        assert 1 == len(span.links)
    sound = next(span for span in spans if span.status.is_unset)
    assert {
        "tidewaiter.shipment_id": record(1).decision.shipment_id,
        "tidewaiter.decision_id": decision_id(1),
        "tidewaiter.leaf_index": 0,
        "tidewaiter.tree_size": 3,
        "tidewaiter.replayed": False,
    } == dict(sound.attributes or {})
    assert CANARY not in repr([span.to_json() for span in spans])


async def test_no_span_is_left_open_by_a_caller_that_goes_away_and_its_decisions_are_recorded(log: Served) -> None:
    traced = [record(number, traceparent=f"00-{TRACE}-{PARENT}-01") for number in range(50)]
    # Whoever holds the file for writing makes the append wait, so that its caller can leave meanwhile.
    outside = apsw.Connection(str(log.folder / FILE_NAME))
    outside.execute("BEGIN IMMEDIATE")
    call = log.stub.AppendDecisions(audit.AppendDecisionsRequest(records=traced))
    await until(lambda: log.telemetry.tracing.live > len(traced))

    call.cancel()
    await until(lambda: log.telemetry.tracing.live == 0)
    outside.execute("ROLLBACK")
    outside.close()

    again = await log.append(*traced)
    assert [True] * len(traced) == [one.recorded.replayed for one in again]
    assert len(traced) == sum(span.status.description == "CANCELLED" for span in log.spans("audit.append"))


async def test_without_a_log_the_service_does_not_start_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="LOG_ABSENT"):
        await build(settings_for(tmp_path / "none"), Telemetry.for_tests("audit"))

    assert [] == sorted(tmp_path.iterdir())  # noqa: ASYNC240


@pytest.mark.parametrize("asked", ["true", "false"])
async def test_a_change_far_from_the_edge_is_found_at_start_when_asked_for(log: Served, asked: str) -> None:
    await log.append(*[record(number) for number in range(300)])
    await log.server.stop(1)
    with apsw.Connection(str(log.folder / FILE_NAME)) as outside:
        outside.execute("UPDATE personal SET data = x'00' WHERE leaf_index = 3")
    outside.close()

    starting = build(settings_for(log.folder, fsck_at_start=asked), log.telemetry)

    if asked == "true":
        with pytest.raises(Failure, match="LOG_FALSE"):
            await starting
    else:
        await (await starting).stop(0)


async def next_state(states: Any) -> int:
    """The next word of a watch of health."""
    return int((await states.read()).status)


async def test_health_ends_when_the_log_contradicts_itself(log: Served) -> None:
    await log.append(*[record(number) for number in range(300)])
    with apsw.Connection(str(log.folder / FILE_NAME)) as outside:
        outside.execute("UPDATE entry SET leaf = CAST(leaf || ' ' AS BLOB) WHERE leaf_index = 3")
    outside.close()
    async with grpc.aio.insecure_channel(log.server.address) as channel:
        states = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )(health_pb2.HealthCheckRequest(service=SERVICE_NAME), timeout=5)
        assert health_pb2.HealthCheckResponse.SERVING == await next_state(states)

        refused = await failure_of(log.stub.GetProof(audit.GetProofRequest(leaf_index=3)))
        later = await failure_of(log.stub.AppendDecisions(audit.AppendDecisionsRequest(records=[record(1_000)])))

        assert (Kind.CORRUPT, "PROOF_INVALID") == (refused.kind, refused.reason)
        assert (Kind.CORRUPT, "LOG_HALTED") == (later.kind, later.reason)
        assert health_pb2.HealthCheckResponse.NOT_SERVING == await next_state(states)

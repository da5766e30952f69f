"""Each peer slow and wrong in turn: nothing released on it, nothing lost, all decided when it is well again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.audit.v1 import audit_pb2
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2

from tests.filings import message
from tests.suite import Suite, until

REVIEW, PENDING, RELEASE = trade_pb2.OUTCOME_REVIEW, trade_pb2.OUTCOME_PENDING, trade_pb2.OUTCOME_RELEASE
_EMPTY_ITEM = {
    "eligibility": eligibility_pb2.DetermineEligibilityResponse(results=[eligibility_pb2.DeterminationResult()]),
    "risk": risk_pb2.AssessRiskResponse(results=[risk_pb2.AssessmentResult()]),
    "audit": audit_pb2.AppendDecisionsResponse(results=[audit_pb2.AppendResult()]),
}


class Wrong(grpc.GenericRpcHandler):
    """Answers every call in one wrong way."""

    def __init__(self, behave: Callable[[Any], Awaitable[bytes]]) -> None:
        self._behave = behave

    def service(self, _details: Any) -> Any:
        async def serve(_request: bytes, context: Any) -> bytes:
            return await self._behave(context)

        return grpc.unary_unary_rpc_method_handler(serve)


def _behaviour(fault: str, peer: str) -> Callable[[Any], Awaitable[bytes]]:
    async def behave(context: Any) -> bytes:
        if fault == "hangs":
            await asyncio.Event().wait()
        if fault == "answers nothing":
            return b""
        if fault == "answers an empty item":
            return _EMPTY_ITEM[peer].SerializeToString()
        if fault == "answers garbage":
            return b"\xff\xff"
        await context.abort(getattr(grpc.StatusCode, fault), "no")
        raise AssertionError("abort raises")

    return behave


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    built = Suite(tmp_path, TIDEWAITER_INTAKE_PEER_DEADLINE_SECONDS="0.5")
    await built.create_log()
    await built.start()
    yield built
    await built.close()


FAULTS = ("hangs", "answers nothing", "answers an empty item", "answers garbage", "INTERNAL", "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize(("peer", "fault"), list(product(("eligibility", "risk", "audit"), FAULTS)))
async def test_a_peer_that_is_slow_or_wrong_releases_nothing_and_all_is_decided_after(
    house: Suite, peer: str, fault: str
) -> None:
    await house.stop(peer)
    wrong = grpc.aio.server()
    wrong.add_generic_rpc_handlers([Wrong(_behaviour(fault, peer))])
    wrong.add_insecure_port(house.addresses[peer])
    await wrong.start()

    answer = await house.submit(message("a"))

    assert (REVIEW if peer == "risk" else PENDING) == answer.decision.outcome
    await wrong.stop(0)
    await house.start(peer)

    async def released() -> bool:
        return (await house.current("TWa")).outcome == RELEASE

    await until(released, seconds=15)

"""Eligibility by itself: what-ifs, which touch nothing, and claims, which are durable before they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.bare_echo import CHUNKS_UNANSWERED_MAX
from tidewaiter_cli.bench.cargo import batches, shipments_of
from tidewaiter_cli.bench.figures import Measured, RateKeys, latency, rate
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds
from tidewaiter_cli.stopping import Stop

_CALLS: Final = 600
_ITEMS: Final = 10_000
_ROUNDS: Final = 3
_ECHO_TIMES: Final = 5

_CHECKED: Final = RateKeys(rate="batch_check_per_second", baseline="echo_per_second", ratio="batch_check_ratio_to_echo")
_SAME: Final = RateKeys(
    rate="batch_check_per_second", baseline="batch_echo_per_second", ratio="batch_check_ratio_to_batch_echo"
)
_DETERMINED: Final = RateKeys(rate="determine_per_second", baseline="echo_per_second", ratio="determine_ratio_to_echo")


def measure(ground: Ground) -> dict[str, Measured]:
    """Batches of 500, four at once, beside the echo's stream; what-ifs one after the other, an echo between."""
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub = eligibility_pb2_grpc.EligibilityServiceStub(
        ground.channels["eligibility"]
    )
    count = ground.count(_ITEMS, at_least=100)
    filings = ground.fresh_filings(count)
    same_every_time = shipments_of(filings, series=ground.fresh_seed())

    def echo(_: int) -> float:
        return ground.echoed_per_second(filings)

    def check(_: int) -> float:
        # A what-if leaves nothing behind, and so is as fresh as the first time.
        return ground.run(_check(eligibility, same_every_time))

    def batch_echo(_: int) -> float:
        # Several times over: once takes a tenth of a second, too short a look at a noisy machine.
        requests = _requests(same_every_time) * _ECHO_TIMES
        seconds, _answers = ground.run(at_once(ground.echo.batch, requests, callers=CHUNKS_UNANSWERED_MAX))
        return count * _ECHO_TIMES / seconds

    def determine(_: int) -> float:
        return ground.run(_determine(eligibility, ground.fresh_shipments(count)))

    check(0)
    rates = rounds(_ROUNDS, {"echo": echo, "batch_echo": batch_echo, "check": check, "determine": determine})
    shipments = ground.fresh_shipments(ground.count(_CALLS))
    seconds = ground.run(
        in_turn(
            {
                "echo": lambda number: ground.echo.one(filings[number % count]),
                "check": lambda number: eligibility.CheckEligibility(
                    eligibility_pb2.CheckEligibilityRequest(shipment=shipments[number]), timeout=CALL_SECONDS_MAX
                ),
            },
            count=len(shipments),
        )
    )
    section = (
        rate("what-ifs, 500 a message", rates["check"], rates["echo"], keys=_CHECKED)
        + rate("beside the echo of the same messages", rates["check"], rates["batch_echo"], keys=_SAME)
        + rate("claims, durable, 500 a message", rates["determine"], rates["echo"], keys=_DETERMINED)
        + latency("one what-if at a time", seconds["check"], seconds["echo"], prefix="check_")
    )
    return {"eligibility": section}


async def _check(
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub, shipments: Sequence[trade_pb2.Shipment]
) -> float:
    findings, seconds = await findings_of(eligibility, shipments)
    return len(findings) / seconds


async def findings_of(
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub, shipments: Sequence[trade_pb2.Shipment]
) -> tuple[list[trade_pb2.EligibilityFinding], float]:
    """What would be found of each, in order, and the seconds it took; Stop when one is not answered."""
    found: dict[int, Sequence[eligibility_pb2.CheckResult]] = {}

    async def check(numbered: tuple[int, eligibility_pb2.BatchCheckEligibilityRequest]) -> None:
        number, request = numbered
        found[number] = (await eligibility.BatchCheckEligibility(request, timeout=CALL_SECONDS_MAX)).results

    requests = _requests(shipments)
    seconds, _ = await at_once(check, list(enumerate(requests)), callers=CHUNKS_UNANSWERED_MAX)
    results = [result for number in range(len(requests)) for result in found[number]]
    if not all(result.HasField("finding") for result in results):
        raise Stop("eligibility could not answer a what-if: no figures.")
    return [result.finding for result in results], seconds


def _requests(shipments: Sequence[trade_pb2.Shipment]) -> list[eligibility_pb2.BatchCheckEligibilityRequest]:
    return [
        eligibility_pb2.BatchCheckEligibilityRequest(
            requests=[eligibility_pb2.CheckEligibilityRequest(shipment=shipment) for shipment in batch]
        )
        for batch in batches(shipments)
    ]


async def _determine(
    eligibility: eligibility_pb2_grpc.EligibilityServiceAsyncStub, shipments: Sequence[trade_pb2.Shipment]
) -> float:
    async def determine(
        request: eligibility_pb2.DetermineEligibilityRequest,
    ) -> eligibility_pb2.DetermineEligibilityResponse:
        return await eligibility.DetermineEligibility(request, timeout=CALL_SECONDS_MAX)

    requests = [
        eligibility_pb2.DetermineEligibilityRequest(
            determinations=[eligibility_pb2.Determination(shipment=shipment) for shipment in batch]
        )
        for batch in batches(shipments)
    ]
    seconds, answers = await at_once(determine, requests, callers=CHUNKS_UNANSWERED_MAX)
    if not all(result.HasField("finding") for answer in answers for result in answer.results):
        raise Stop("eligibility could not determine a shipment: no figures.")
    return len(shipments) / seconds

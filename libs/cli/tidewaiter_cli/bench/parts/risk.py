"""Risk by itself: shipments scored, and one name at a time against the lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.bare_echo import CHUNKS_UNANSWERED_MAX
from tidewaiter_cli.bench.cargo import batches
from tidewaiter_cli.bench.figures import Measured, RateKeys, latency, rate
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds
from tidewaiter_cli.stopping import Stop

_CALLS: Final = 600
_ITEMS: Final = 10_000
_ROUNDS: Final = 3

_ASSESSED: Final = RateKeys(rate="assess_per_second", baseline="echo_per_second", ratio="assess_ratio_to_echo")


def measure(ground: Ground) -> dict[str, Measured]:
    """Batches of 500, four at once, beside the echo's stream; names one after the other, an echo between."""
    risk: risk_pb2_grpc.RiskServiceAsyncStub = risk_pb2_grpc.RiskServiceStub(ground.channels["risk"])
    count = ground.count(_ITEMS, at_least=100)
    filings = ground.fresh_filings(count)

    def echo(_: int) -> float:
        return ground.echoed_per_second(filings)

    def assess(_: int) -> float:
        findings, seconds = ground.run(assessments_of(risk, ground.fresh_shipments(count)))
        return len(findings) / seconds

    assess(0)
    rates = rounds(_ROUNDS, {"echo": echo, "assess": assess})
    # Every name for the first time: risk remembers what it looked up last.
    parties = [shipment.consignee for shipment in ground.fresh_shipments(ground.count(_CALLS))]
    seconds = ground.run(
        in_turn(
            {
                "echo": lambda number: ground.echo.one(filings[number % count]),
                "screen": lambda number: risk.ScreenParty(
                    risk_pb2.ScreenPartyRequest(party=parties[number]), timeout=CALL_SECONDS_MAX
                ),
            },
            count=len(parties),
        )
    )
    section = rate("shipments scored, 500 a message", rates["assess"], rates["echo"], keys=_ASSESSED) + latency(
        "one name at a time", seconds["screen"], seconds["echo"], prefix="screen_"
    )
    return {"risk": section}


async def assessments_of(
    risk: risk_pb2_grpc.RiskServiceAsyncStub, shipments: Sequence[trade_pb2.Shipment]
) -> tuple[list[trade_pb2.RiskFinding], float]:
    """What risk finds of each, in order, and the seconds it took; Stop when one is not answered."""
    found: dict[int, Sequence[risk_pb2.AssessmentResult]] = {}

    async def assess(numbered: tuple[int, risk_pb2.AssessRiskRequest]) -> None:
        number, request = numbered
        found[number] = (await risk.AssessRisk(request, timeout=CALL_SECONDS_MAX)).results

    requests = [
        risk_pb2.AssessRiskRequest(assessments=[risk_pb2.Assessment(shipment=shipment) for shipment in batch])
        for batch in batches(shipments)
    ]
    seconds, _ = await at_once(assess, list(enumerate(requests)), callers=CHUNKS_UNANSWERED_MAX)
    results = [result for number in range(len(requests)) for result in found[number]]
    if not all(result.HasField("finding") for result in results):
        raise Stop("risk could not score a shipment: no figures.")
    return [result.finding for result in results], seconds

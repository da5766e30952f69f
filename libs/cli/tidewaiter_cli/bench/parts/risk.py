"""Risk by itself: shipments scored, many and alone, on a short and on a long history, and names against the lists."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from tidewaiter.risk.v1 import risk_pb2, risk_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_cli.bench.bare_echo import CHUNKS_UNANSWERED_MAX
from tidewaiter_cli.bench.cargo import batches
from tidewaiter_cli.bench.figures import Line, Measured, RateKeys, latency, rate, shortened
from tidewaiter_cli.bench.ground import CALL_SECONDS_MAX, Ground
from tidewaiter_cli.bench.processor_time import processor_seconds
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds
from tidewaiter_cli.stopping import Stop

_CALLS: Final = 600
_ITEMS: Final = 10_000
_ROUNDS: Final = 3
_MICROSECONDS: Final = 1_000_000
_GROWN_BY: Final = 60_000
"""Shipments scored between the two measurements: on a history several times as long one must cost the same."""

_ASSESSED: Final = RateKeys(rate="assess_per_second", baseline="echo_per_second", ratio="assess_ratio_to_echo")


def measure(ground: Ground) -> dict[str, Measured]:
    """Batches of 500, four at once, beside the echo's stream; shipments and names one by one, an echo between."""
    risk: risk_pb2_grpc.RiskServiceAsyncStub = risk_pb2_grpc.RiskServiceStub(ground.channels["risk"])
    count = ground.count(_ITEMS, at_least=100)
    filings = ground.fresh_filings(count)

    def echo(_: int) -> float:
        return ground.echoed_per_second(filings)

    processor = _Processor(ground.pids["risk"], count=count)

    def assess(_: int) -> float:
        shipments = ground.fresh_shipments(count)
        with processor:
            findings, seconds = ground.run(assessments_of(risk, shipments))
        return len(findings) / seconds

    assess(0)
    processor.forget()
    rates = rounds(_ROUNDS, {"echo": echo, "assess": assess})
    before = processor.forget()
    grown_by = ground.count(_GROWN_BY, at_least=100)
    for _ in range(0, grown_by, count):
        assess(0)
    processor.forget()
    for _ in range(_ROUNDS):
        assess(0)
    grown = _grown(before, processor.forget(), by=grown_by)
    # Every name for the first time: risk remembers what it looked up last.
    fresh = ground.fresh_shipments(2 * ground.count(_CALLS))
    parties = [shipment.consignee for shipment in fresh[::2]]
    alone = [assessment_of(shipment) for shipment in fresh[1::2]]
    seconds = ground.run(
        in_turn(
            {
                "echo": lambda number: ground.echo.one(filings[number % count]),
                "assess": lambda number: risk.AssessRisk(alone[number], timeout=CALL_SECONDS_MAX),
                "screen": lambda number: risk.ScreenParty(
                    risk_pb2.ScreenPartyRequest(party=parties[number]), timeout=CALL_SECONDS_MAX
                ),
            },
            count=len(parties),
        )
    )
    section = (
        rate("shipments scored, 500 a message", rates["assess"], rates["echo"], keys=_ASSESSED)
        + grown
        + latency("one shipment at a time", seconds["assess"], seconds["echo"], prefix="assess_alone_")
        + latency("one name at a time", seconds["screen"], seconds["echo"], prefix="screen_")
    )
    return {"risk": section}


def assessment_of(shipment: trade_pb2.Shipment) -> risk_pb2.AssessRiskRequest:
    """One shipment as a call of its own."""
    return risk_pb2.AssessRiskRequest(assessments=[risk_pb2.Assessment(shipment=shipment)])


class _Processor:
    """The processor time of a process within `with` blocks, each of `count` shipments."""

    def __init__(self, pid: int, *, count: int) -> None:
        self._pid, self._count = pid, count
        self._seconds: list[float | None] = []
        self._began: float | None = None

    def __enter__(self) -> None:
        self._began = processor_seconds(self._pid)

    def __exit__(self, *_: object) -> None:
        ended = processor_seconds(self._pid)
        self._seconds.append(None if ended is None or self._began is None else ended - self._began)

    def forget(self) -> float | None:
        """Microseconds a shipment, in the median of the blocks since the last call; None where they cannot be told."""
        told = [seconds for seconds in self._seconds if seconds is not None]
        self._seconds.clear()
        return statistics.median(told) * _MICROSECONDS / self._count if told else None


def _grown(before: float | None, after: float | None, *, by: int) -> Measured:
    """Processor time rather than a rate: minutes lie between the two, in which a noisy machine changes its pace."""
    if not before or after is None:
        return Measured({"grown_note": "only measured where /proc tells the processor time of a process"})
    figures = {
        "processor_us": round(before, 1),
        "grown_by": by,
        "grown_processor_us": round(after, 1),
        "grown_ratio": shortened(after / before),
    }
    line = Line(
        what=f"processor time of a shipment, {by:,} later",
        figure=f"{after:.0f} us",
        baseline=f"before {before:.0f} us",
        ratio=after / before,
    )
    return Measured(figures, (line,))


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

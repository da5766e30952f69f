"""The bare echo by itself: what gRPC and Python allow on this machine at this moment."""

from __future__ import annotations

import statistics
from typing import Final

from tidewaiter_cli.bench.figures import Line, Measured, percentile
from tidewaiter_cli.bench.ground import Ground
from tidewaiter_cli.bench.timing import at_once, in_turn, rounds

CALLERS: Final = 32

_CALLS: Final = 1_000
_WARM_UP_CALLS: Final = 100
_CALLS_AT_ONCE: Final = 3_000
_STREAMED: Final = 20_000
_ROUNDS: Final = 3


def measure(ground: Ground) -> dict[str, Measured]:
    """One filing a message, one after the other and by 32 callers; then chunks of 500 on a stream."""
    filings = ground.fresh_filings(ground.count(_STREAMED, at_least=500))
    echo = ground.echo

    def of(number: int) -> int:
        return number % len(filings)

    ground.run(in_turn({"echo": lambda number: echo.one(filings[of(number)])}, count=ground.count(_WARM_UP_CALLS)))
    calls = ground.run(in_turn({"echo": lambda number: echo.one(filings[of(number)])}, count=ground.count(_CALLS)))
    several = [filings[of(number)] for number in range(ground.count(_CALLS_AT_ONCE, at_least=CALLERS))]

    def unary(_: int) -> float:
        seconds, _answers = ground.run(at_once(echo.one, several, callers=CALLERS))
        return len(several) / seconds

    def batched(_: int) -> float:
        return ground.echoed_per_second(filings)

    rates = rounds(_ROUNDS, {"unary": unary, "batched": batched})
    return {"echo": _section(calls["echo"], rates)}


def _section(seconds: list[float], rates: dict[str, list[float]]) -> Measured:
    p50, p99 = percentile(seconds, 50) * 1_000, percentile(seconds, 99) * 1_000
    unary, batched = statistics.median(rates["unary"]), statistics.median(rates["batched"])
    return Measured(
        {
            "calls": len(seconds),
            "unary_p50_ms": round(p50, 3),
            "unary_p99_ms": round(p99, 3),
            "unary_per_second": round(unary, 1),
            "unary_per_second_rounds": [round(each, 1) for each in rates["unary"]],
            "batched_per_second": round(batched, 1),
            "batched_per_second_rounds": [round(each, 1) for each in rates["batched"]],
        },
        (
            Line(what="one filing at a time, p50", figure=f"{p50:.2f} ms"),
            Line(what="one filing at a time, p99", figure=f"{p99:.2f} ms"),
            Line(what=f"one filing a message, {CALLERS} callers", figure=f"{unary:,.0f} /s"),
            Line(what="a stream, 500 filings a message", figure=f"{batched:,.0f} /s"),
        ),
    )

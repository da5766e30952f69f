"""Takes recorded decisions again from findings, over a pipe: `python -m tidewaiter_intake.rerun`.

Each item is three messages: the trade.v1.Decision recorded, a trade.v1.EligibilityFinding and a trade.v1.RiskFinding,
empty for a service that did not answer; it is answered with one trade.v1.Decision, taken by the same function that
takes every decision.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import IO

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.batch_pipe import serve_batches

from tidewaiter_intake.rerun import decide_again
from tidewaiter_intake.wire.decisions import decision_from_bytes, eligibility_from, fill_decision, risk_from


def main(argv: Sequence[str] | None = None, *, source: IO[bytes] | None = None, sink: IO[bytes] | None = None) -> int:
    """Answers batches, on standard input and output without others, until they end."""
    source, sink = source or sys.stdin.buffer, sink or sys.stdout.buffer
    argparse.ArgumentParser(prog="python -m tidewaiter_intake.rerun", description=__doc__).parse_args(argv)
    serve_batches(_decided, source=source, sink=sink)
    return 0


def _decided(batch: list[bytes]) -> list[bytes]:
    return [_again(*item) for item in zip(batch[::3], batch[1::3], batch[2::3], strict=True)]


def _again(recorded: bytes, eligibility: bytes, risk: bytes) -> bytes:
    decision = decide_again(
        decision_from_bytes(recorded),
        eligibility_from(trade_pb2.EligibilityFinding.FromString(eligibility)) if eligibility else None,
        risk_from(trade_pb2.RiskFinding.FromString(risk)) if risk else None,
    )
    message = trade_pb2.Decision()
    fill_decision(message, decision)
    return message.SerializeToString()


if __name__ == "__main__":
    raise SystemExit(main())

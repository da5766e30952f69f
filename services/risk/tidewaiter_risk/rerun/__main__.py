"""Assesses recorded shipments again, over a pipe: `python -m tidewaiter_risk.rerun`.

Each item is one message, a trade.v1.Shipment, and is answered with one risk.v1.AssessmentResult by the same code that
answers AssessRisk. Nothing is kept, counted or sent anywhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.batch_pipe import serve_batches
from tidewaiter_chassis.failures import Failure

from tidewaiter_risk import wire
from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.lists.directory import SAMPLE_DIR, read_list, read_lists
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.scorecard.load import PACKAGED_DIR, load_scorecard
from tidewaiter_risk.signals.completeness import ELEMENTS

REFUSED = 2
_NAMES_CACHED_MAX = 65_536
_DESCRIPTIONS_CACHED_MAX = 16_384


def main(argv: Sequence[str] | None = None, *, source: IO[bytes] | None = None, sink: IO[bytes] | None = None) -> int:
    """Answers batches, on standard input and output without others; status 2 when scorecard or lists are refused."""
    source, sink = source or sys.stdin.buffer, sink or sys.stdout.buffer
    given = _parser().parse_args(argv)
    try:
        assessor = _assessor(given.rules or PACKAGED_DIR, given.lists)
    except (Failure, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    writer = wire.FindingWriter()
    serve_batches(
        lambda batch: [_assessed(content, assessor, writer) for content in batch],
        source=source,
        sink=sink,
    )
    return 0


def _assessor(rules: Path, lists: Path | None) -> Assessor:
    scorecard = load_scorecard(rules, signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS))
    read = (read_list(SAMPLE_DIR, invented=True),) if lists is None else read_lists(lists)
    index = NameIndex(read, names_cached_max=_NAMES_CACHED_MAX)
    return Assessor(scorecard=scorecard, index=index, descriptions_cached_max=_DESCRIPTIONS_CACHED_MAX)


def _assessed(content: bytes, assessor: Assessor, writer: wire.FindingWriter) -> bytes:
    result = risk_pb2.AssessmentResult()
    try:
        shipment = wire.shipment_from(trade_pb2.Shipment.FromString(content))
        writer.write(assessor.assess(shipment), result.finding)
    except Failure as failure:
        result.error.CopyFrom(answers.to_status(failure))
    return result.SerializeToString()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_risk.rerun", description=__doc__)
    parser.add_argument("--rules", type=Path, metavar="DIR", help="the folder of the scorecard; else the packaged one")
    parser.add_argument("--lists", type=Path, metavar="DIR", help="the folder of lists; else the packaged sample")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

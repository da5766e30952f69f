"""Assesses recorded shipments again, over a pipe: `python -m tidewaiter_risk.rerun`.

Each item is two messages, the trade.v1.Shipment and the trade.v1.RiskFinding recorded for it (empty for none), and is
answered with one risk.v1.AssessmentResult by the same code that answers AssessRisk; what the history showed is taken
from the record, with the points that it was given then. Nothing is kept, counted or sent anywhere.
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
from tidewaiter_screening.lists.folder import ListsRefused, read_folder

from tidewaiter_risk import wire
from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.lists.lookup import list_set
from tidewaiter_risk.lists.sources import SAMPLE_DIR
from tidewaiter_risk.rerun.recorded import RecordedHistory, is_over_history
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
        history = RecordedHistory()
        assessor = _assessor(given.rules or PACKAGED_DIR, given.lists, history)
    except (Failure, ListsRefused, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    writer = wire.FindingWriter()
    serve_batches(
        lambda batch: [
            _assessed(content, recorded, assessor, history, writer)
            for content, recorded in zip(batch[::2], batch[1::2], strict=True)
        ],
        source=source,
        sink=sink,
    )
    return 0


def _assessor(rules: Path, lists: Path | None, history: RecordedHistory) -> Assessor:
    scorecard = load_scorecard(rules, signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS))
    searched = list_set(
        read_folder(lists or SAMPLE_DIR),
        score_min=scorecard.screening.score_min,
        names_cached_max=_NAMES_CACHED_MAX,
        invented=lists is None,
    )
    return Assessor(
        scorecard=scorecard,
        lists=searched,
        descriptions_cached_max=_DESCRIPTIONS_CACHED_MAX,
        signals=history.signals(),
    )


def _assessed(
    content: bytes, recorded: bytes, assessor: Assessor, history: RecordedHistory, writer: wire.FindingWriter
) -> bytes:
    result = risk_pb2.AssessmentResult()
    try:
        finding = trade_pb2.RiskFinding.FromString(recorded)
        history.contributions = [
            wire.contribution_from(one) for one in finding.contributions if is_over_history(one.signal)
        ]
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

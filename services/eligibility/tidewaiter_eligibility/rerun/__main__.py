"""Judges recorded shipments again, over a pipe: `python -m tidewaiter_eligibility.rerun`.

Without --ledger each item is two messages, the trade.v1.Shipment and the trade.v1.EligibilityFinding recorded for it
(empty for none), and is answered with one eligibility.v1.CheckResult: what is found on the person-day as it was.
With --ledger DIR an item is one shipment. `--claim` has it claim its value there and answers nothing of worth; without
`--claim` it is told what it would be with all claims, its own counted once. The ledger is no other than that of DIR.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from google.type.money_pb2 import Money
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.batch_pipe import serve_batches
from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law import Law, load_law
from tidewaiter_eligibility.model import Finding, Shipment
from tidewaiter_eligibility.rerun import DayAsItWas, DayUnknown, OrderAsItWas, rerun
from tidewaiter_eligibility.store.sqlite import SqliteLedger
from tidewaiter_eligibility.wire.findings import write_finding
from tidewaiter_eligibility.wire.shipments import claim_from
from tidewaiter_eligibility.worth import CENTS_PER_DOLLAR, NANOS_PER_CENT

REFUSED = 2


def main(argv: Sequence[str] | None = None, *, source: IO[bytes] | None = None, sink: IO[bytes] | None = None) -> int:
    """Answers batches, on standard input and output without others; status 2 when the law is refused."""
    source, sink = source or sys.stdin.buffer, sink or sys.stdout.buffer
    given = _parser().parse_args(argv)
    try:
        law = load_law(own=given.law, rates_file=given.rates)
    except (LawRefused, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    if given.ledger is None:
        serve_batches(lambda batch: _as_it_was(batch, law), source=source, sink=sink)
    else:
        _on_a_ledger(law, given.ledger, is_claim=given.claim, source=source, sink=sink)
    return 0


def _as_it_was(batch: list[bytes], law: Law) -> list[bytes]:
    results = []
    for content, recorded in zip(batch[::2], batch[1::2], strict=True):
        try:
            was = trade_pb2.EligibilityFinding.FromString(recorded)
            found: Finding | Failure = rerun(_claim(content), _day(was), _order(was), law=law)
        except DayUnknown:
            found = Failure(kind=Kind.NOT_READY, reason="DAY_UNKNOWN", detail="The record does not say what counted.")
        except Failure as failure:
            found = failure
        results.append(_result(found, law))
    return results


def _day(recorded: trade_pb2.EligibilityFinding) -> DayAsItWas | None:
    if not recorded.person_day or not recorded.HasField("day_total"):
        return None
    return DayAsItWas(
        person_day=recorded.person_day,
        others_minor=_cents(recorded.day_total) - _cents(recorded.value),
        shipments=recorded.counted_shipments,
        first_ids=tuple(recorded.counted_shipment_ids),
    )


def _order(recorded: trade_pb2.EligibilityFinding) -> OrderAsItWas | None:
    if not recorded.HasField("order_total"):
        return None
    return OrderAsItWas(_cents(recorded.order_total) - _cents(recorded.value), recorded.order_shipments)


def _cents(amount: Money) -> int:
    return amount.units * CENTS_PER_DOLLAR + amount.nanos // NANOS_PER_CENT


def _on_a_ledger(law: Law, folder: Path, *, is_claim: bool, source: IO[bytes], sink: IO[bytes]) -> None:
    with asyncio.Runner() as runner:
        ledger = runner.run(SqliteLedger.open(folder / "eligibility.db"))
        determiner, checker = Determiner(law=law, ledger=ledger), Checker(law=law, ledger=ledger)

        def claim(batch: list[bytes]) -> list[bytes]:
            # Of a shipment that stands twice in a batch the last claims: decisions come in the order of the log.
            sound = {one.shipment_id: one for one in map(_read, batch) if isinstance(one, Shipment)}
            if sound:
                runner.run(determiner.determine(list(sound.values())))
            return [b""] * len(batch)

        def tell(batch: list[bytes]) -> list[bytes]:
            asked = [_read(content) for content in batch]
            findings = iter(checker.check([one for one in asked if isinstance(one, Shipment)]))
            return [_result(one if isinstance(one, Failure) else next(findings), law) for one in asked]

        try:
            serve_batches(claim if is_claim else tell, source=source, sink=sink)
        finally:
            runner.run(ledger.close())


def _read(content: bytes) -> Shipment | Failure:
    try:
        return _claim(content)
    except Failure as failure:
        return failure


def _claim(content: bytes) -> Shipment:
    shipment = trade_pb2.Shipment.FromString(content)
    return claim_from(eligibility_pb2.Determination(shipment=shipment), at="")


def _result(found: Finding | Failure, law: Law) -> bytes:
    result = eligibility_pb2.CheckResult()
    if isinstance(found, Failure):
        result.error.CopyFrom(answers.to_status(found))
    else:
        write_finding(found, result.finding, law=law)
    return result.SerializeToString()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_eligibility.rerun", description=__doc__)
    parser.add_argument(
        "--law", type=Path, action="append", default=[], metavar="DIR", help="rows laid over the law; may be repeated"
    )
    parser.add_argument("--rates", type=Path, metavar="FILE", help="the rates of exchange")
    parser.add_argument("--ledger", type=Path, metavar="DIR", help="the folder of a ledger of its own")
    parser.add_argument("--claim", action="store_true", help="claim on the ledger instead of telling")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

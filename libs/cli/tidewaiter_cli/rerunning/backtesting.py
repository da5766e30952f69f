"""A backtest: the decisions that stand are taken again under another law or other rules, and what differs is told.

With another law every shipment first claims on its person-day, in a ledger of the backtest's own, and is told only
then: so the days are those that the other law would have made, whatever the order. With other rules alone the
findings of eligibility stand as recorded. Nothing but the backtest's folder is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tidewaiter_cli.rerunning.child import Child
from tidewaiter_cli.rerunning.journey import DIFFERENCES_FILE, Journey
from tidewaiter_cli.rerunning.record import Record, recalled

if TYPE_CHECKING:
    from tidewaiter.trade.v1 import trade_pb2

SAME: Final = "SAME"
DIFFERENT: Final = "DIFFERENT"
SUPERSEDED: Final = "SUPERSEDED"
"""Not looked at: a later decision on the shipment stands."""

WITHDRAWN: Final = "WITHDRAWN"
"""Not looked at: the shipment was withdrawn, and no law or rule was asked about that."""

Show = Callable[[str, int, int], None]
"""Called with the phase, how many entries are done in it, and how many there are."""


class Choice(NamedTuple):
    """Under what the past is run: the flags of eligibility, None for its findings as recorded, and those of risk."""

    law: Sequence[str] | None
    rules: Sequence[str] | None


def run(journey: Journey, folder: Path, data: Path, since: str, choice: Choice, show: Show) -> None:
    """Goes on with the journey to its end, saving it after every batch."""
    if journey.phase == "claim" and choice.law is None:
        journey.phase = "tell"
    if journey.phase == "claim" and choice.law is not None:
        flags = [*choice.law, f"--ledger={folder}", "--claim"]
        with Child("tidewaiter_eligibility.rerun", *flags) as ledger:
            for records in _batches(journey, folder, data, since, show):
                claims = [one.shipment for one in records if _is_run(one)]
                if claims:
                    ledger.ask(claims)
        journey.phase, journey.next_index = "tell", 0
        journey.save(folder)
    if journey.phase == "tell":
        _tell_all(journey, folder, data, since, choice, show)
        journey.phase = "done"
        journey.save(folder)


def _tell_all(journey: Journey, folder: Path, data: Path, since: str, choice: Choice, show: Show) -> None:
    with ExitStack() as stack:
        told = _Teller(stack, folder, choice)
        differences = stack.enter_context((folder / DIFFERENCES_FILE).open("ab"))
        differences.truncate(journey.differences_bytes)
        for records in _batches(journey, folder, data, since, show):
            for one in told.tell(records, journey):
                differences.write(json.dumps(one, ensure_ascii=False).encode() + b"\n")
            differences.flush()
            journey.differences_bytes = differences.tell()


def _batches(journey: Journey, folder: Path, data: Path, since: str, show: Show) -> Iterator[list[Record]]:
    """Every batch that is still to be looked at; the journey is saved when the caller comes back for the next."""
    with recalled(data, since=since, from_index=journey.next_index, tree_size=journey.tree_size) as found:
        journey.tree_size = found.tree_size
        journey.save(folder)
        for records in found.batches:
            yield records
            journey.next_index = records[-1].leaf_index + 1
            journey.save(folder)
            show(journey.phase, journey.next_index - found.from_index, found.entries)


class _Teller:
    """The services' code as chosen, and the comparison of what stands with what it would be."""

    def __init__(self, stack: ExitStack, folder: Path, choice: Choice) -> None:
        self._eligibility = self._risk = None
        if choice.law is not None:
            flags = [*choice.law, f"--ledger={folder}"]
            self._eligibility = stack.enter_context(Child("tidewaiter_eligibility.rerun", *flags))
        if choice.rules is not None:
            self._risk = stack.enter_context(Child("tidewaiter_risk.rerun", *choice.rules))
        self._intake = stack.enter_context(Child("tidewaiter_intake.rerun"))

    def tell(self, records: Sequence[Record], journey: Journey) -> Iterator[dict[str, Any]]:
        """The differences, counted in the journey with all the others."""
        for one in records:
            if not one.is_newest:
                journey.counts[SUPERSEDED] += 1
            elif one.state != "WHOLE":
                journey.counts[f"INPUT_{one.state}"] += 1
            elif one.is_withdrawal:
                journey.counts[WITHDRAWN] += 1
        standing = [one for one in records if _is_run(one)]
        if standing:
            yield from self._compared(standing, journey)

    def _compared(self, records: Sequence[Record], journey: Journey) -> Iterator[dict[str, Any]]:
        from tidewaiter.trade.v1 import trade_pb2

        found = list(zip(records, self._checked(records), self._assessed(records), strict=True))
        runnable = [one for one in found if one[1] is not None and one[2] is not None]
        journey.counts["REFUSED"] += len(found) - len(runnable)
        questions = [part for record, *findings in runnable for part in (_bytes(record), *findings)]
        for (record, _, _), content in zip(runnable, self._intake.ask(questions), strict=True):  # type: ignore[arg-type]
            before, after = _said(record.decision), _said(trade_pb2.Decision.FromString(content))
            journey.counts[SAME if before == after else DIFFERENT] += 1
            if before != after:
                journey.changes[f"{before['outcome']} -> {after['outcome']}"] += 1
                yield {
                    "leaf_index": record.leaf_index,
                    "decision_id": record.decision_id,
                    "was": before,
                    "would": after,
                }

    def _checked(self, records: Sequence[Record]) -> list[bytes | None]:
        from tidewaiter.eligibility.v1 import eligibility_pb2

        if self._eligibility is None:
            return [one.decision.eligibility.SerializeToString() for one in records]
        answers = map(eligibility_pb2.CheckResult.FromString, self._eligibility.ask([one.shipment for one in records]))
        return [one.finding.SerializeToString() if one.HasField("finding") else None for one in answers]

    def _assessed(self, records: Sequence[Record]) -> list[bytes | None]:
        from tidewaiter.risk.v1 import risk_pb2

        if self._risk is None:
            return [one.decision.risk.SerializeToString() for one in records]
        questions = [part for one in records for part in (one.shipment, one.decision.risk.SerializeToString())]
        answers = map(risk_pb2.AssessmentResult.FromString, self._risk.ask(questions))
        return [one.finding.SerializeToString() if one.HasField("finding") else None for one in answers]


def _is_run(record: Record) -> bool:
    return record.is_newest and record.state == "WHOLE" and not record.is_withdrawal


def _bytes(record: Record) -> bytes:
    return record.decision.SerializeToString()


def _said(decision: trade_pb2.Decision) -> dict[str, Any]:
    """What a filer or an officer would notice."""
    from tidewaiter.trade.v1 import trade_pb2

    return {
        "outcome": trade_pb2.Outcome.Name(decision.outcome).removeprefix("OUTCOME_"),
        "entry_path": trade_pb2.EntryPath.Name(decision.entry_path).removeprefix("ENTRY_PATH_"),
        "verdict": trade_pb2.Verdict.Name(decision.eligibility.verdict).removeprefix("VERDICT_"),
        "regime": decision.eligibility.regime_id,
        "score": decision.risk.score,
        "reasons": [trade_pb2.ReasonCode.Name(one.code).removeprefix("REASON_CODE_") for one in decision.reasons],
    }

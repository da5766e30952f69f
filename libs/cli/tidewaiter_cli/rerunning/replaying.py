"""Replay: a recorded decision is taken again from what is recorded, by the same code, and compared whole.

Each ends in one word: the same, different in named fields, or the reason why it could not be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Self

from tidewaiter_cli.rerunning.child import Child
from tidewaiter_cli.rerunning.record import Record

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1 import eligibility_pb2
    from tidewaiter.risk.v1 import risk_pb2
    from tidewaiter.trade.v1 import trade_pb2


class Verdict(Enum):
    """What came of running a decision again."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    INPUT_ERASED = "INPUT_ERASED"
    """The parties were erased."""
    INPUT_UNKNOWN = "INPUT_UNKNOWN"
    """It was recorded before all that it rests on was: the total of the person-day."""
    VERSION_UNAVAILABLE = "VERSION_UNAVAILABLE"
    """The law, scorecard, list or code that it was taken with is not the one that is here."""
    UNREADABLE = "UNREADABLE"
    """The leaf is of a form that this release does not read, or what is beside it is not what it committed to."""
    REFUSED = "REFUSED"
    """A service refuses today what it took then."""


class Replayed(NamedTuple):
    """One decision; `detail` names fields, or what is missing."""

    leaf_index: int
    decision_id: str
    verdict: Verdict
    detail: str = ""


class Replayer:
    """The three services' code, in processes of their own, for as long as the block."""

    def __init__(self, *, law: Sequence[str] = (), rules: Sequence[str] = ()) -> None:
        """`law` and `rules` are the flags that choose the law of eligibility, and scorecard and lists of risk."""
        self._law, self._rules = law, rules
        self._processes = ExitStack()

    def __enter__(self) -> Self:
        self._eligibility = self._processes.enter_context(Child("tidewaiter_eligibility.rerun", *self._law))
        self._risk = self._processes.enter_context(Child("tidewaiter_risk.rerun", *self._rules))
        self._intake = self._processes.enter_context(Child("tidewaiter_intake.rerun"))
        return self

    def __exit__(self, *error: object) -> None:
        self._processes.__exit__(*error)  # type: ignore[arg-type]  # the three of any exit

    def replay(self, records: Sequence[Record]) -> list[Replayed]:
        """What came of each, in order."""
        whole = [record for record in records if record.state == "WHOLE"]
        judged = [record for record in whole if not record.is_withdrawal]
        withdrawn = [record for record in whole if record.is_withdrawal]
        results = iter(self._compared(judged) if judged else ())
        taken = iter(self._taken(withdrawn) if withdrawn else ())
        return [
            _unrun(record) if record.state != "WHOLE" else next(taken if record.is_withdrawal else results)
            for record in records
        ]

    def _taken(self, records: Sequence[Record]) -> Iterator[Replayed]:
        """Of those that rest on a word: there are no findings to be found again."""
        parts = [part for one in records for part in (one.decision.SerializeToString(), b"", b"")]
        return map(_compare, records, self._intake.ask(parts))

    def _compared(self, records: Sequence[Record]) -> Iterator[Replayed]:
        checks, assessments = self._found(records)
        refusals = [_refusal(*one) for one in zip(records, checks, assessments, strict=True)]
        runnable = [
            one for one, refusal in zip(zip(records, checks, assessments, strict=True), refusals, strict=True)
            if refusal is None
        ]  # fmt: skip
        decided = iter(self._intake.ask([part for one in runnable for part in _parts(*one)]))
        for record, refusal in zip(records, refusals, strict=True):
            yield _compare(record, next(decided)) if refusal is None else refusal

    def _found(
        self, records: Sequence[Record]
    ) -> tuple[list[eligibility_pb2.CheckResult], list[risk_pb2.AssessmentResult]]:
        from tidewaiter.eligibility.v1 import eligibility_pb2
        from tidewaiter.risk.v1 import risk_pb2

        questions = [part for one in records for part in (one.shipment, one.decision.eligibility.SerializeToString())]
        checks = [eligibility_pb2.CheckResult.FromString(each) for each in self._eligibility.ask(questions)]
        questions = [part for one in records for part in (one.shipment, one.decision.risk.SerializeToString())]
        assessed = self._risk.ask(questions)
        return checks, [risk_pb2.AssessmentResult.FromString(each) for each in assessed]


def _unrun(record: Record) -> Replayed:
    verdict = Verdict.INPUT_ERASED if record.state == "ERASED" else Verdict.UNREADABLE
    return Replayed(record.leaf_index, record.decision_id, verdict)


def _refusal(
    record: Record, check: eligibility_pb2.CheckResult, assessment: risk_pb2.AssessmentResult
) -> Replayed | None:
    """Why the decision cannot be run again; None when it can."""
    for result, service in ((check, "eligibility"), (assessment, "risk")):
        if result.HasField("error"):
            is_unknown = "what counted" in result.error.message
            verdict = Verdict.INPUT_UNKNOWN if is_unknown else Verdict.REFUSED
            return Replayed(record.leaf_index, record.decision_id, verdict, service)
    recorded = record.decision
    missing = []
    if recorded.eligibility.law_version != check.finding.law_version:
        missing.append("law")
    if recorded.HasField("risk"):
        if recorded.risk.scorecard_version != assessment.finding.scorecard_version:
            missing.append("scorecard")
        if list(recorded.risk.lists) != list(assessment.finding.lists):
            missing.append("lists")
    if missing:
        return Replayed(record.leaf_index, record.decision_id, Verdict.VERSION_UNAVAILABLE, ", ".join(missing))
    return None


def _parts(
    record: Record, check: eligibility_pb2.CheckResult, assessment: risk_pb2.AssessmentResult
) -> tuple[bytes, bytes, bytes]:
    risk = assessment.finding.SerializeToString() if record.decision.HasField("risk") else b""
    return record.decision.SerializeToString(), check.finding.SerializeToString(), risk


def _compare(record: Record, content: bytes) -> Replayed:
    from tidewaiter.trade.v1 import trade_pb2

    recorded, again = record.decision, trade_pb2.Decision.FromString(content)
    if recorded.versions.code != again.versions.code:
        return Replayed(record.leaf_index, record.decision_id, Verdict.VERSION_UNAVAILABLE, "code")
    differing = [
        field.name
        for field in trade_pb2.Decision.DESCRIPTOR.fields
        if _said(recorded, field.name) != _said(again, field.name)
    ]
    verdict = Verdict.DIFFERENT if differing else Verdict.SAME
    return Replayed(record.leaf_index, record.decision_id, verdict, ", ".join(differing))


def _said(decision: trade_pb2.Decision, name: str) -> object:
    value = getattr(decision, name)
    return list(value) if hasattr(value, "extend") else value

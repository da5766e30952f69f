"""The count of what became of a manifest's filings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import Answer, EtagStale, RequestIdReused, RequestRefused

from tidewaiter_cli.stopping import COULD_NOT, DONE, SOME_BAD

_PREFIX = "OUTCOME_"
_MENDABLE = (RequestRefused, RequestIdReused, EtagStale)


@dataclass(slots=True)
class Tally:
    """Every filing is counted once: decided, pending, bad (unreadable or refused) or failed."""

    decided: int = 0
    replayed: int = 0
    pending: int = 0
    unreadable: int = 0
    refused: int = 0
    failed: int = 0
    risk_silent: int = 0
    risk_silent_shipment: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        """Filings that the service answered, whatever it said."""
        return self.decided + self.pending + self.refused + self.failed

    @property
    def filings(self) -> int:
        """Lines of the manifest that hold something."""
        return self.answered + self.unreadable

    @property
    def bad(self) -> int:
        """Filings that must be mended: their line cannot be read, or intake refused them."""
        return self.unreadable + self.refused

    def count(self, answer: Answer) -> None:
        """Counts one answer of the service."""
        if answer.response is None:
            if isinstance(answer.error, _MENDABLE):
                self.refused += 1
            else:
                self.failed += 1
            return
        decision = answer.response.decision
        outcome = decision.outcome
        if outcome == trade_pb2.OUTCOME_PENDING:
            self.pending += 1
        else:
            self.decided += 1
        self.replayed += answer.response.replayed
        self.outcomes[_name(outcome)] += 1
        if _is_by_silence_of_risk(decision):
            self.risk_silent += 1
            self.risk_silent_shipment = self.risk_silent_shipment or decision.shipment_id

    def status(self) -> int:
        """How the command ends: 0 all decided, 3 some bad and the rest decided, 1 otherwise."""
        if self.failed or self.pending:
            return COULD_NOT
        return SOME_BAD if self.bad else DONE

    def summary(self, seconds: float) -> dict[str, Any]:
        """The object that --json prints; keys are added, never renamed."""
        return {
            "filings": self.filings,
            "decided": self.decided,
            "replayed": self.replayed,
            "pending": self.pending,
            "bad": self.bad,
            "refused": self.refused,
            "failed": self.failed,
            "risk_silent": self.risk_silent,
            "outcomes": dict(sorted(self.outcomes.items())),
            "seconds": round(seconds, 3),
            "filings_per_second": round(self.answered / seconds, 1) if seconds > 0 else 0.0,
        }


def _is_by_silence_of_risk(decision: trade_pb2.Decision) -> bool:
    # What the outcome rests on comes first: a silence that changed nothing stands behind the law's reasons.
    first = decision.reasons[0].code if decision.reasons else trade_pb2.REASON_CODE_UNSPECIFIED
    return decision.outcome == trade_pb2.OUTCOME_REVIEW and first == trade_pb2.REASON_CODE_RISK_SILENT


def _name(outcome: trade_pb2.Outcome.ValueType) -> str:
    try:
        return trade_pb2.Outcome.Name(outcome).removeprefix(_PREFIX)
    except ValueError:
        # A newer service may answer with an outcome that this client does not know yet.
        return f"OUTCOME_{outcome}"

"""What the history showed, taken from the record: the history itself moves on and cannot be asked for a past moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidewaiter_risk.assess import SIGNALS
from tidewaiter_risk.model import Contribution, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule
from tidewaiter_risk.scorecard.suppressions import restored
from tidewaiter_risk.signals.evidence import Evidence, Look, Signal

_OVER_HISTORY = "history."


def is_over_history(signal: str) -> bool:
    """Whether a signal, by its id, answers by what earlier shipments show."""
    return signal.startswith(_OVER_HISTORY)


class RecordedHistory:
    """Signals that answer over the history what they answered when it was recorded; all others look for themselves.

    Set `contributions` to the recorded ones before each shipment is assessed. One whose points a suppression took away
    is told with its points: whether they count is for the suppressions of the scorecard that it is run with.
    """

    def __init__(self) -> None:
        self.contributions: Sequence[Contribution] = ()

    def signals(self) -> Mapping[str, Signal]:
        """Every signal by its id."""
        return {name: self._told if is_over_history(name) else signal for name, signal in SIGNALS.items()}

    def _told(self, rule: SignalRule, _evidence: Evidence) -> Look:
        def look(_shipment: Shipment) -> Contribution | None:
            return next((restored(one) for one in self.contributions if one.signal == rule.id), None)

        return look

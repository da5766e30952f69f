"""What goes to the peers and comes back. `carried` is the shipment as it went over the wire: only the peers read it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tidewaiter_intake.model.decision import Decision, Determined, RiskFinding
from tidewaiter_intake.model.filing import Shipment


class Question(NamedTuple):
    """A shipment to be asked about, with the trace of the filing that caused it."""

    shipment: Shipment
    traceparent: str


class Found(NamedTuple):
    """What the two peers said of one shipment, None for silence; `carried` is what went over the wire."""

    determined: Determined | None
    risk: RiskFinding | None
    carried: Any


class Entry(NamedTuple):
    """A decision to be recorded beside the shipment it rests on."""

    decision: Decision
    carried: Any
    traceparent: str

"""What a signal may look at beside the shipment, and the shape that every signal has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidewaiter_risk.descriptions import Vagueness
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.model import Contribution, Shipment
from tidewaiter_risk.scorecard.rules import Scorecard, SignalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One scorecard and one set of lists, the same for every signal and every shipment of an assessor."""

    scorecard: Scorecard
    index: NameIndex
    vagueness: Callable[[str], Vagueness | None]


Look = Callable[[Shipment], Contribution | None]
"""Looks at one shipment, and changes nothing. None when there is nothing to say, `rule.seen(...)` for what was
seen, `rule.missing(...)` when it could not look. It may raise: that counts as missing too, and is logged."""

Signal = Callable[[SignalRule, Evidence], Look]
"""A signal: given how it counts and what there is to look at, it prepares once what every look needs."""

"""What a signal may look at beside the shipment, and the shape that every signal has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidewaiter_goods.headings import Headings
from tidewaiter_goods.judge import Vagueness
from tidewaiter_goods.values import Values

from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.model import Contribution, Shipment
from tidewaiter_risk.scorecard.rules import Scorecard, SignalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One scorecard and one set of lists and tables, the same for every signal and every shipment of an assessor."""

    scorecard: Scorecard
    index: NameIndex
    vagueness: Callable[[str], Vagueness | None]
    headings: Headings
    values: Values | None
    """What was filed before; None when the user has built nothing yet."""


Look = Callable[[Shipment], Contribution | None]
"""Looks at one shipment, and changes nothing. None when there is nothing to say, `rule.seen(...)` for what was
seen, `rule.missing(...)` when it could not look. It may raise: that counts as missing too, and is logged."""

Signal = Callable[[SignalRule, Evidence], Look]
"""A signal: given how it counts and what there is to look at, it prepares once what every look needs."""

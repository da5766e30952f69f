"""What a signal may look at beside the shipment, and the shape that every signal has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tidewaiter_goods.headings import Headings
from tidewaiter_goods.judge import Vagueness
from tidewaiter_goods.values import Values
from tidewaiter_screening.screen import Hit

from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import Contribution, Shipment
from tidewaiter_risk.scorecard.rules import Scorecard, SignalRule


class PartiesSeen(NamedTuple):
    """What the lists say of a shipment's parties.

    By signal, the hits, each with the role of the party that it is about. `unseen` says why nothing found is no
    clearance: a party without a name that can be read, or nobody named at all; empty when everybody was looked up.
    """

    same_name: Sequence[tuple[str, Hit]]
    same_alias: Sequence[tuple[str, Hit]]
    similar: Sequence[tuple[str, Hit]]
    unseen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One scorecard and one set of lists and tables, the same for every signal and every shipment of an assessor."""

    scorecard: Scorecard
    lists: ListSet
    parties: Callable[[Shipment], PartiesSeen]
    """Looks every party of a shipment up, once for all signals over them."""
    vagueness: Callable[[str], Vagueness | None]
    headings: Headings
    values: Values | None
    """What was filed before; None when the user has built nothing yet."""


Look = Callable[[Shipment], Contribution | None]
"""Looks at one shipment, and changes nothing. None when there is nothing to say, `rule.seen(...)` for what was
seen, `rule.missing(...)` when it could not look. It may raise: that counts as missing too, and is logged."""

Signal = Callable[[SignalRule, Evidence], Look]
"""A signal: given how it counts and what there is to look at, it prepares once what every look needs."""

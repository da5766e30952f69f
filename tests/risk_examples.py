"""Shipments, lists and an assessor for the tests of risk: ordinary by default, one thing changed at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace
from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.lists.lookup import ListSet, list_set
from tidewaiter_risk.lists.sources import SAMPLE_DIR
from tidewaiter_risk.model import Contribution, Item, Mode, Party, Past, Shipment
from tidewaiter_risk.scorecard.load import load_scorecard
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.signals.completeness import ELEMENTS
from tidewaiter_screening.lists.folder import PartyList, read_folder

SCORECARD: Scorecard = load_scorecard(signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS))
(SAMPLE,) = read_folder(SAMPLE_DIR)

NANOS_PER_CENT = 10_000_000


def day(text: str) -> int:
    """The day as the model counts it."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def item(**changes: Any) -> Item:
    """A line of goods that nothing is wrong with, worth 20 USD."""
    ordinary = Item(
        description="Women's knitted cotton cardigan with buttons",
        hts_code="6110202079",
        origin_country="VN",
        quantity=1,
        currency="USD",
        unit_nanos=2_000 * NANOS_PER_CENT,
        weight_grams=350,
    )
    return replace(ordinary, **changes)


def party(name: str, **changes: Any) -> Party:
    """A party with everything that a complete filing says of it."""
    return replace(Party(name=name, country="", addressed=True, reachable=True), **changes)


def shipment(**changes: Any) -> Shipment:
    """A complete shipment by air that no signal has anything to say about."""
    ordinary = Shipment(
        shipment_id="01J0000000000000000000000A",
        mode=Mode.AIR,
        arrival_day=day("2025-03-01"),
        seller=party("Hanoi Knitwear Co., Ltd."),
        shipper=party("Hanoi Knitwear Co., Ltd."),
        buyer=party("Dana Whitcombe"),
        consignee=party("Dana Whitcombe"),
        items=(item(),),
        scanned=True,
        conflicting_fields=(),
        past=Past(),
    )
    return replace(ordinary, **changes)


def lists_of(*lists: PartyList, invented: bool = True) -> ListSet:
    """These lists in use, none for none; those of the sample are invented."""
    return list_set(lists, score_min=SCORECARD.screening.score_min, names_cached_max=1_000, invented=invented)


def assessor(*, scorecard: Scorecard = SCORECARD, lists: ListSet | None = None, **changes: Any) -> Assessor:
    """An assessor on the packaged scorecard and the invented list, unless told otherwise."""
    # Time stands still unless told otherwise: a busy machine must not make a signal late.
    still = {"now": lambda: 0}
    in_use = lists_of(SAMPLE) if lists is None else lists
    return Assessor(scorecard=scorecard, lists=in_use, descriptions_cached_max=1_000, **still | changes)


def seen(given: Shipment, signal: str, **changes: Any) -> Contribution | None:
    """What one signal contributes for a shipment; None when it has nothing to say."""
    finding = assessor(**changes).assess(given)
    return next((one for one in finding.contributions if one.signal == signal), None)

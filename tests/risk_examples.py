"""Shipments, lists and an assessor for the tests of risk: ordinary by default, one thing changed at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tidewaiter_risk.assess import SIGNALS, Assessor
from tidewaiter_risk.lists.directory import SAMPLE_DIR, PartyList, read_list
from tidewaiter_risk.lists.index import NameIndex
from tidewaiter_risk.model import Contribution, Item, Mode, Party, Past, Shipment
from tidewaiter_risk.scorecard.load import load_scorecard
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.signals.completeness import ELEMENTS

SCORECARD: Scorecard = load_scorecard(signal_ids=frozenset(SIGNALS), element_ids=frozenset(ELEMENTS))
SAMPLE: PartyList = read_list(SAMPLE_DIR, invented=True)

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
    return replace(Party(name=name, addressed=True, reachable=True), **changes)


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


def index_of(*lists: PartyList) -> NameIndex:
    """An index over these lists, none for none."""
    return NameIndex(lists, names_cached_max=1_000)


def assessor(*, scorecard: Scorecard = SCORECARD, lists: Sequence[PartyList] = (SAMPLE,), **changes: Any) -> Assessor:
    """An assessor on the packaged scorecard and the invented list, unless told otherwise."""
    # Time stands still unless told otherwise: a busy machine must not make a signal late.
    still = {"now": lambda: 0}
    return Assessor(scorecard=scorecard, index=index_of(*lists), descriptions_cached_max=1_000, **still | changes)


def seen(given: Shipment, signal: str, **changes: Any) -> Contribution | None:
    """What one signal contributes for a shipment; None when it has nothing to say."""
    finding = assessor(**changes).assess(given)
    return next((one for one in finding.contributions if one.signal == signal), None)


def write_list(folder: Path, *, sdn: bytes | None, alt: bytes | None = b"\x1a", add: bytes | None = b"\x1a") -> Path:
    """Writes a list's files into a folder; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("sdn.csv", sdn), ("alt.csv", alt), ("add.csv", add)):
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def sdn_line(entry_id: str, name: str, *, kind: str = "-0- ", program: str = "TEST") -> str:
    """One line of an sdn.csv."""
    return f'{entry_id},"{name}",{kind},"{program}"' + ",-0- " * 8

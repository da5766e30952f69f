"""One person by the slow definition: whoever shares a key or a link, directly or through others of that day."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Party, Shipment, Verdict
from tidewaiter_eligibility.person import person_key
from tidewaiter_eligibility.store.memory import MemoryLedger

from tests.eligibility_shipments import OPEN_DAY, law, party, shipment
from tests.model.eligibility_runs import run

LIMIT_CENTS = 80_000
DAYS = (OPEN_DAY, OPEN_DAY.replace(day=16))
SPELLINGS: Sequence[Party] = (
    party("Robert Lee"),
    party("Bob Lee"),
    party("Robert Q. Lee", city="Troy", region="NY"),
    party("Robert Lee", city="Troy", region="NY", postal_code="12181"),
    party("Bob Lee", postal_code="12181"),
    party("Robert Lee", postal_code="12182", city="Troy", region="NY"),
    party("Roberta Lee", city="Troy", region="NY"),
    party("Robert Lee Jr", city="Troy", region="NY"),
)


@dataclass(frozen=True)
class Parcel:
    """One shipment, never amended."""

    name: str
    cents: int
    day: int
    who: int

    def as_shipment(self) -> Shipment:
        return shipment(self.name, cents=self.cents, day=DAYS[self.day], consignee=SPELLINGS[self.who])


def persons(parcels: Sequence[Parcel]) -> list[set[str]]:
    """The parcels of one day by person: grow each group until nobody joins any more."""
    tied = {
        parcel.name: {person_key(SPELLINGS[parcel.who]).text, *person_key(SPELLINGS[parcel.who]).links}
        for parcel in parcels
    }
    groups: list[set[str]] = []
    left = set(tied)
    while left:
        group = {left.pop()}
        while joining := {name for name in left if any(tied[name] & tied[other] for other in group)}:
            group |= joining
            left -= joining
        groups.append(group)
    return groups


def expected(parcels: Sequence[Parcel]) -> dict[str, Verdict]:
    """What each must be told in the end."""
    cents = {parcel.name: parcel.cents for parcel in parcels}
    verdicts: dict[str, Verdict] = {}
    for day in range(len(DAYS)):
        for group in persons([parcel for parcel in parcels if parcel.day == day]):
            fits = sum(cents[name] for name in group) <= LIMIT_CENTS
            verdicts |= dict.fromkeys(group, Verdict.ELIGIBLE if fits else Verdict.NOT_ELIGIBLE)
    return verdicts


async def end_of(parcels: Sequence[Parcel], cuts: random.Random) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """What is told last, when whoever is named as turned is asked again; and what a what-if says of each then."""
    ledger = MemoryLedger()
    determiner = Determiner(law=law(), ledger=ledger)
    known = {parcel.name: parcel.as_shipment() for parcel in parcels}
    told: dict[str, Verdict] = {}
    waiting = [parcel.name for parcel in parcels]
    while waiting:
        size = cuts.randint(1, 4)
        batch, waiting = waiting[:size], waiting[size:]
        for name, answer in zip(batch, await determiner.determine([known[name] for name in batch]), strict=True):
            told[name] = answer.finding.verdict
            waiting += [each.shipment_id for each in answer.turned if each.shipment_id not in waiting]
        waiting = list(dict.fromkeys(waiting))
    asked = [*known.values()]
    checked = [finding.verdict for finding in Checker(law=law(), ledger=ledger).check(asked)]
    await ledger.close()
    return told, dict(zip(known, checked, strict=True))


PARCELS = st.builds(
    Parcel,
    name=st.sampled_from("ABCDEFGHIJ"),
    cents=st.sampled_from([1, 10_000, 30_000, 40_000, 80_000]),
    day=st.sampled_from([0, 0, 0, 1]),
    who=st.integers(0, len(SPELLINGS) - 1),
)


@settings(max_examples=60, deadline=None)
@given(
    parcels=st.lists(PARCELS, max_size=10, unique_by=lambda parcel: parcel.name),
    order=st.randoms(use_true_random=False),
)
def test_the_same_parcels_in_any_order_and_batches_are_the_same_persons(
    parcels: list[Parcel], order: random.Random
) -> None:
    wanted = expected(parcels)

    for arrival in (parcels, order.sample(parcels, len(parcels))):
        told, checked = run(end_of(arrival, order))
        assert wanted == told
        assert wanted == checked


def test_the_spellings_are_some_linked_and_some_only_through_others() -> None:
    parcels = [Parcel(name, 1, 0, who) for who, name in enumerate("ABCDEFGH")]

    assert [["A", "B", "C", "D", "E", "F"], ["G"], ["H"]] == sorted(sorted(group) for group in persons(parcels))
    assert 2 == len(persons([parcels[0], parcels[3]]))

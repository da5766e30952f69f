"""Filings in any order, in any batches, at once or one after the other, end in the same parcels and the same verdicts.

Eligibility judges by its own code on a ledger in memory; the reference joins filings by their keys and adds up a day.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Confirmation as Confirmed
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.store.memory import MemoryLedger
from tidewaiter_eligibility.wire.findings import write_determined
from tidewaiter_eligibility.wire.shipments import claim_from
from tidewaiter_intake.model import Confirmation, Determined, Entry, Filing, Found, Outcome, Question, Recorded
from tidewaiter_intake.model import ShipmentId as Id
from tidewaiter_intake.requirements import load
from tidewaiter_intake.submit import Submit
from tidewaiter_intake.wire.decisions import eligibility_from

from tests.eligibility_shipments import law
from tests.filings import filing, goods, party, shipment_message
from tests.intake_house import RISK_FINDS_NOTHING, House, ScriptedPeers

LIMIT_CENTS = 80_000
PERSONS = {
    "Ann Lee": party(),
    "Zoe Poe": party("Zoe Poe", address_lines=["9 Elm Rd"], city="Reno", region="NV", postal_code="89501"),
}


class Said(NamedTuple):
    """What one filer says: its keys, each "" when it has none, for whom and of what worth."""

    tracking_number: str
    house_bill: str
    person: str
    cents: int

    @property
    def keys(self) -> set[str]:
        keys = (("T", self.tracking_number), ("H", self.house_bill))
        return {kind + number for kind, number in keys if number}


SAID = st.builds(
    Said,
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(sorted(PERSONS)),
    st.sampled_from([25_000, 40_000, 60_000]),
)


def filings_of(said: Sequence[Said]) -> list[Filing]:
    """Each by a filer of its own; a master bill, which is on all of them, joins nothing."""
    return [
        filing(
            f"r{number}",
            originator_code=f"FILER{number}",
            tracking_number=one.tracking_number,
            house_bill=one.house_bill,
            house_bill_issuer="ISSU" if one.house_bill else "",
            master_bill="M1",
            consignee=PERSONS[one.person],
            items=[goods(one.cents)],
        )
        for number, one in enumerate(said)
    ]


def expected(said: Sequence[Said]) -> dict[frozenset[int], Outcome]:
    """The reference: filings that share a key, over others too, are one parcel; the first filer is believed."""
    parcels: list[set[int]] = []
    for number, one in enumerate(said):
        joined = [parcel for parcel in parcels if any(one.keys & said[other].keys for other in parcel)]
        parcels = [parcel for parcel in parcels if parcel not in joined] + [{number}.union(*joined)]
    believed = {frozenset(parcel): said[min(parcel)] for parcel in parcels}
    totals: dict[str, int] = defaultdict(int)
    for one in believed.values():
        totals[one.person] += one.cents
    return {
        parcel: Outcome.RELEASE if totals[one.person] <= LIMIT_CENTS else Outcome.ENTRY_REQUIRED
        for parcel, one in believed.items()
    }


class JudgingPeers(ScriptedPeers):
    """Eligibility's own code on a ledger in memory; a log that holds the line at every entry."""

    def __init__(self) -> None:
        super().__init__()
        ledger = MemoryLedger()
        self._determiner = Determiner(law=law(), ledger=ledger)
        self._confirmer, self._releaser = Confirmer(ledger=ledger), Releaser(ledger=ledger)
        self._worth: dict[tuple[str, int], tuple[str, int]] = {}
        self._stands: dict[str, tuple[str, int]] = {}

    async def ask(self, questions: Sequence[Question]) -> list[Found]:
        asked = [eligibility_pb2.Determination(shipment=shipment_message(one.shipment)) for one in questions]
        for each in asked:
            value = each.shipment.items[0].unit_value
            worth = each.shipment.consignee.name, value.units * 100
            self._worth[each.shipment.shipment_id, each.shipment.revision] = worth
        await asyncio.sleep(0)
        determined = await self._determiner.determine([claim_from(each, at="shipment") for each in asked])
        return [self._answer(each, one) for each, one in zip(asked, determined, strict=True)]

    def _answer(self, asked: Any, determined: Any) -> Found:
        result = eligibility_pb2.DeterminationResult()
        write_determined(determined, result, law=law())
        assert asked.shipment.revision == result.revision
        turned = tuple(Id(one.shipment_id) for one in result.turned)
        known = Determined(eligibility_from(result.finding), turned, result.confirm_wanted)
        return Found(known, RISK_FINDS_NOTHING, asked.shipment)

    async def record(self, entries: Sequence[Entry]) -> list[Recorded | None]:
        await asyncio.sleep(0)
        for decision in (entry.decision for entry in entries if entry.decision.decision_id not in self.log):
            self._stands.pop(decision.shipment_id, None)
            if decision.outcome is Outcome.RELEASE:
                self._stands[decision.shipment_id] = self._worth[decision.shipment_id, decision.revision]
            for person in PERSONS:
                released = sum(cents for name, cents in self._stands.values() if name == person)
                assert released <= LIMIT_CENTS, "more is released on the log than the limit"
        return await super().record(entries)

    async def confirm(self, confirmations: Sequence[Confirmation]) -> set[Id] | None:
        asked = [Confirmed(each.shipment_id, each.revision) for each in confirmations]
        return {Id(one.shipment_id) for turned in await self._confirmer.confirm(asked) for one in turned}

    async def release(self, withdrawn: Sequence[Confirmation]) -> set[Id] | None:
        ids, revisions = [one.shipment_id for one in withdrawn], [one.revision for one in withdrawn]
        turned_by = await self._releaser.release(ids, revisions=revisions)
        return {Id(one.shipment_id) for turned in turned_by for one in turned}


class _Span:
    traceparent = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"

    def end(self, **_: Any) -> None:
        """Nothing is traced here."""


async def ends(path: Path, batches: Sequence[Sequence[Filing]], *, at_once: bool) -> dict[frozenset[int], Outcome]:
    """The parcels as they stand once all is at rest, each with its outcome."""
    house = House(path, peers=JudgingPeers())
    numbers = iter(range(10_000))
    submit = Submit(
        journal=house.journal,
        desk=house.desk,
        requirements=load(),
        clock=SystemClock(),
        random_bytes=lambda size: next(numbers).to_bytes(size, "big"),
    )
    calls = [submit.file(batch, begin_span=_Span) for batch in batches]
    answers = await asyncio.gather(*calls) if at_once else [await call for call in calls]
    for answer in (one for each in answers for one in each):
        assert not isinstance(answer, Failure)
        assert answer.decision.outcome in (Outcome.RELEASE, Outcome.ENTRY_REQUIRED), "of a parcel that comes"
    assert await house.recover()
    parcels: dict[Id, set[int]] = defaultdict(set)
    for one in (one for batch in batches for one in batch):
        found = house.journal.find(filing=(one.originator_code, one.request_id))
        assert found is not None
        parcels[found].add(int(one.request_id[1:]))
    outcomes = {}
    for case in house.journal.cases(parcels):
        assert case.current is not None
        assert {f"FILER{number}" for number in parcels[case.shipment_id]} == {f.originator_code for f in case.filings}
        outcomes[frozenset(parcels[case.shipment_id])] = case.current.decision.outcome
    assert [] == house.journal.undecided(at_most=99)
    await house.close()
    return outcomes


@settings(max_examples=60)
@given(data=st.data(), said=st.lists(SAID, min_size=2, max_size=7), at_once=st.booleans())
def test_any_order_of_arrival_ends_in_the_same_parcels_and_verdicts(
    data: st.DataObject, said: list[Said], at_once: bool
) -> None:
    filed = filings_of(said)
    filings = [filed[number] for number in data.draw(st.permutations(range(len(said))))]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(filings) - 1))))
    batches = [filings[start:end] for start, end in zip([0, *cuts], [*cuts, len(filings)], strict=True)]

    with TemporaryDirectory() as folder:
        found = asyncio.run(ends(Path(folder), batches, at_once=at_once))

    assert expected(said) == found

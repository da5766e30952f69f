"""What one person's several spellings, and rulings on persons, do on any store of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.list_person_rulings import PersonRulings
from tidewaiter_eligibility.merge_persons import PersonMerger
from tidewaiter_eligibility.model import Confirmation, Determined, Party, Shipment, Verdict
from tidewaiter_eligibility.persons import RulingKind
from tidewaiter_eligibility.rulings import Order, Ruled
from tidewaiter_eligibility.snapshots import Wanted
from tidewaiter_eligibility.split_person import PersonSplitter

from tests.eligibility_shipments import OPEN_DAY, law, party, shipment

ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE
ANN = party("Ann Lee")
ANN_WITH_INITIAL = party("Ann Q. Lee")
ANN_ELSEWHERE = party("Ann Lee", postal_code="12181", city="Troy", region="NY")
ANN_IN_TROY = party("Ann Lee", city="Troy", region="NY")
"""Shares a link with ANN, and another with ANN_ELSEWHERE, who share none with each other."""
BEN = party("Ben Ode")
CLOCK = FixedClock(datetime(2026, 1, 2, tzinfo=UTC))


def of(name: str, who: Party, cents: int = 50_000, **changes: Any) -> Shipment:
    """A shipment to somebody."""
    return shipment(name, cents=cents, consignee=who, **changes)


async def determine(ledger: Ledger, *shipments: Shipment) -> list[Determined]:
    return await Determiner(law=law(), ledger=ledger).determine(shipments)


async def one(ledger: Ledger, given: Shipment) -> Determined:
    return (await determine(ledger, given))[0]


async def merge(ledger: Ledger, *parties: Party, request_id: str = "M1", reason: str = "one account") -> Ruled:
    order = Order(request_id=request_id, author="office 7", reason=reason, parties=parties)
    return await PersonMerger(law=law(), ledger=ledger, clock=CLOCK).merge(order)


async def split(ledger: Ledger, who: Party, request_id: str = "P1") -> Ruled:
    order = Order(request_id=request_id, author="office 7", reason="two passports", parties=(who,))
    return await PersonSplitter(law=law(), ledger=ledger, clock=CLOCK).split(order)


def told(*answers: Determined) -> list[tuple[Verdict, int]]:
    return [(answer.finding.verdict, answer.finding.counted_shipments) for answer in answers]


def names(answer: Determined | Ruled) -> list[str]:
    return sorted(each.shipment_id for each in answer.turned)


class LinkPromises:
    """Several spellings of one person; mixed into a store's class beside the other suites."""

    async def test_a_link_counts_two_spellings_together(self, ledger: Ledger) -> None:
        first = await one(ledger, of("S1", ANN))
        second = await one(ledger, of("S2", ANN_WITH_INITIAL))

        assert [(ELIGIBLE, 1), (NOT_ELIGIBLE, 2)] == told(first, second)
        assert first.finding.person_day == second.finding.person_day
        assert ["S1"] == names(second)

    async def test_without_a_link_nobody_is_counted_with_another(self, ledger: Ledger) -> None:
        answers = await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE), of("S3", party("Anna Lee")))

        assert [(ELIGIBLE, 1)] * 3 == told(*answers)

    async def test_whoever_links_two_makes_them_one_and_names_those_that_turned(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000), of("S3", ANN_ELSEWHERE, 20_000))
        between = await one(ledger, of("S4", ANN_IN_TROY, 1))

        assert [(NOT_ELIGIBLE, 4)] == told(between)
        assert ["S1", "S2", "S3"] == names(between)
        again = await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000))
        assert [(NOT_ELIGIBLE, 4)] * 2 == told(*again)
        assert 1 == len({answer.finding.person_day for answer in (between, *again)})

    async def test_all_of_that_in_one_batch_ends_the_same(self, ledger: Ledger) -> None:
        answers = await determine(
            ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000), of("S4", ANN_IN_TROY, 20_000), of("S9", BEN)
        )

        assert [(NOT_ELIGIBLE, 3)] * 3 + [(ELIGIBLE, 1)] == told(*answers)
        assert [[]] * 4 == [names(answer) for answer in answers]

    async def test_the_day_after_nobody_is_joined_by_what_was_met_the_day_before(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE), of("S3", ANN_IN_TROY))
        next_day = OPEN_DAY.replace(day=16)

        answers = await determine(ledger, of("S4", ANN, day=next_day), of("S5", ANN_ELSEWHERE, day=next_day))

        assert [(ELIGIBLE, 1)] * 2 == told(*answers)

    async def test_a_what_if_weighs_all_that_would_be_one(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000))
        checker = Checker(law=law(), ledger=ledger)

        asked = checker.check([of("", ANN_IN_TROY, 20_000), of("S1", ANN_IN_TROY, 20_000), of("", BEN)])

        assert [(NOT_ELIGIBLE, 3), (ELIGIBLE, 2), (ELIGIBLE, 1)] == [
            (each.verdict, each.counted_shipments) for each in asked
        ]
        assert ("S1", "S2") == asked[0].counted_shipment_ids
        # It touched nothing.
        assert [(ELIGIBLE, 1)] == told(await one(ledger, of("S1", ANN)))

    async def test_what_is_held_moves_with_the_day_that_it_is_held_on(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN_ELSEWHERE), of("S2", ANN, 20_000), of("S3", ANN, 1))
        await one(ledger, of("S1", ANN_ELSEWHERE, 10_000, revision=2))

        between = await one(ledger, of("S4", ANN_IN_TROY, 20_000))
        assert [(NOT_ELIGIBLE, 4)] == told(between)

        await Confirmer(ledger=ledger).confirm([Confirmation("S1", 2)])
        assert [(ELIGIBLE, 4)] == told(await one(ledger, of("S4", ANN_IN_TROY, 20_000)))

    async def test_what_was_learnt_on_a_day_stays_when_its_shipment_is_amended(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000), of("S3", ANN_IN_TROY, 1))
        await one(ledger, of("S3", BEN, 1, revision=2))
        await Confirmer(ledger=ledger).confirm([Confirmation("S3", 2)])

        assert [(ELIGIBLE, 3)] == told(await one(ledger, of("S4", ANN, 1)))

    async def test_a_past_snapshot_knows_who_was_one_then_and_answers_as_it_did(self, ledger: Ledger) -> None:
        checker = Checker(law=law(), ledger=ledger)
        questions = [of("", ANN, 30_000), of("", ANN_ELSEWHERE, 30_000), of("", ANN_IN_TROY, 30_000), of("", BEN)]
        said = []
        for step in (
            lambda: determine(ledger, of("S1", ANN), of("S2", ANN_ELSEWHERE, 20_000)),
            lambda: determine(ledger, of("S3", ANN_IN_TROY, 1)),
            lambda: merge(ledger, ANN, BEN),
            lambda: split(ledger, ANN_ELSEWHERE),
            lambda: determine(ledger, of("S4", BEN, 2)),
            lambda: merge(ledger, ANN_ELSEWHERE, BEN, request_id="M2"),
        ):
            await step()
            said.append(checker.check_at(questions, Wanted()))

        assert len(said) == len({token for _, token in said})
        for findings, token in said:
            assert (findings, token) == checker.check_at(questions, Wanted(at_exact_snapshot=token))


class RulingPromises:
    """Rulings on persons; mixed into a store's class beside the other suites."""

    async def test_a_merge_counts_the_days_of_both_together_and_names_those_that_turned(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", BEN), of("S3", BEN, day=OPEN_DAY.replace(day=16)))

        ruled = await merge(ledger, ANN, BEN)

        assert (["S1", "S2"], 2, False) == (names(ruled), len(ruled.person_days), ruled.is_replayed)
        answers = await determine(ledger, of("S1", ANN), of("S2", BEN))
        assert [(NOT_ELIGIBLE, 2)] * 2 == told(*answers)
        assert [] == names(await merge(ledger, ANN, BEN))

    async def test_a_merge_holds_for_all_that_comes_later(self, ledger: Ledger) -> None:
        ruled = await merge(ledger, ANN, BEN)
        assert ((), ()) == (ruled.person_days, ruled.turned)

        answers = [await one(ledger, of("S1", BEN)), await one(ledger, of("S2", ANN))]

        assert [(ELIGIBLE, 1), (NOT_ELIGIBLE, 2)] == told(*answers)

    async def test_merges_join_into_one_whatever_their_order(self, ledger: Ledger) -> None:
        cy, dee = party("Cy Roe"), party("Dee Poe")
        await determine(ledger, of("S1", ANN, 10_000), of("S2", dee, 10_000))
        await merge(ledger, ANN, BEN, request_id="M1")
        await merge(ledger, cy, dee, request_id="M2")
        await merge(ledger, BEN, cy, request_id="M3")

        answers = await determine(ledger, of("S3", BEN, 10_000), of("S4", cy, 10_000), of("S5", dee, 10_000))

        assert [(ELIGIBLE, 5)] * 3 == told(*answers)

    async def test_a_merge_lends_nobody_the_links_of_a_spelling_that_does_not_claim(self, ledger: Ledger) -> None:
        next_day = OPEN_DAY.replace(day=16)
        await determine(ledger, of("S1", ANN_WITH_INITIAL, 1), of("S2", BEN, 1), of("S3", BEN, 1, day=next_day))

        await merge(ledger, ANN, BEN)

        # ANN has not claimed, and would be linked with ANN_WITH_INITIAL: filed before the ruling or after is the same.
        later = of("S4", ANN_WITH_INITIAL, 1, day=next_day)
        assert [(ELIGIBLE, 1)] * 3 == told(
            *await determine(ledger, of("S1", ANN_WITH_INITIAL, 1), of("S2", BEN, 1), later)
        )
        joining = await determine(ledger, of("S5", ANN, 1), of("S6", ANN, 1, day=next_day))
        assert [(ELIGIBLE, 3)] * 2 == told(*joining)

    async def test_a_split_takes_a_party_off_the_day_and_names_those_that_turned(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL), of("S3", ANN_WITH_INITIAL, 10_000))

        ruled = await split(ledger, ANN_WITH_INITIAL)

        assert (["S1", "S2", "S3"], 2) == (names(ruled), len(ruled.person_days))
        answers = await determine(
            ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL), of("S3", ANN_WITH_INITIAL, 10_000), of("S4", ANN, 1)
        )
        assert [(ELIGIBLE, 2)] * 4 == told(*answers)

    async def test_the_party_whose_key_named_the_day_can_be_split_as_well(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL), of("S3", ANN))

        ruled = await split(ledger, ANN)

        assert ["S2"] == names(ruled)
        answers = await determine(ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL), of("S3", ANN))
        assert [(NOT_ELIGIBLE, 2), (ELIGIBLE, 1), (NOT_ELIGIBLE, 2)] == told(*answers)

    async def test_a_split_undoes_a_merge_and_a_merge_a_split_any_number_of_times(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", BEN))
        for number in range(3):
            await merge(ledger, ANN, BEN, request_id=f"M{number}")
            assert [(NOT_ELIGIBLE, 2)] * 2 == told(*await determine(ledger, of("S1", ANN), of("S2", BEN)))
            ruled = await split(ledger, BEN, request_id=f"P{number}")
            assert ["S1", "S2"] == names(ruled)
            assert [(ELIGIBLE, 1)] * 2 == told(*await determine(ledger, of("S1", ANN), of("S2", BEN)))

    async def test_who_was_split_and_then_merged_is_not_linked_with_those_it_was_split_from(
        self, ledger: Ledger
    ) -> None:
        await determine(ledger, of("S1", ANN), of("S2", ANN_WITH_INITIAL, 1))
        await split(ledger, ANN_WITH_INITIAL)
        await merge(ledger, ANN_WITH_INITIAL, BEN)

        answers = await determine(ledger, of("S3", BEN, 1), of("S4", ANN_WITH_INITIAL, 1), of("S5", ANN, 1))

        assert [(ELIGIBLE, 3), (ELIGIBLE, 3), (ELIGIBLE, 2)] == told(*answers)

    async def test_a_request_repeated_names_the_turned_again_and_records_nothing(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", BEN))
        first = await merge(ledger, ANN, BEN)

        again = await merge(ledger, BEN, ANN)

        assert (first.ruling, ["S1", "S2"]) == (again.ruling, names(again))
        assert (False, True) == (first.is_replayed, again.is_replayed)
        assert ["M1"] == [each.request_id for each in PersonRulings(ledger=ledger).after(0, page_size=9)[0]]

    async def test_a_request_repeated_after_the_opposite_does_not_undo_it(self, ledger: Ledger) -> None:
        await determine(ledger, of("S1", ANN), of("S2", BEN))
        await merge(ledger, ANN, BEN)
        await split(ledger, BEN)

        assert (await merge(ledger, ANN, BEN)).is_replayed
        assert [(ELIGIBLE, 1)] * 2 == told(*await determine(ledger, of("S1", ANN), of("S2", BEN)))

    async def test_a_request_id_stands_for_one_ruling(self, ledger: Ledger) -> None:
        await merge(ledger, ANN, BEN)

        with pytest.raises(Failure) as failure:
            await merge(ledger, ANN, BEN, reason="another")
        assert (Kind.INVALID, "REQUEST_REUSED") == (failure.value.kind, failure.value.violations[0].code)

    async def test_rulings_are_listed_page_by_page_with_author_reason_and_time(self, ledger: Ledger) -> None:
        await merge(ledger, ANN, BEN, request_id="M1")
        await split(ledger, BEN, request_id="P1")
        rulings = PersonRulings(ledger=ledger)

        (first,), go_on_after = rulings.after(0, page_size=1)
        assert go_on_after == first.number
        (second,), end = rulings.after(first.number, page_size=1)

        assert (RulingKind.MERGE, "office 7", "one account", 2) == (
            first.kind,
            first.author,
            first.reason,
            len(first.persons),
        )
        assert (RulingKind.SPLIT, "P1", int(CLOCK.now().timestamp())) == (
            second.kind,
            second.request_id,
            second.recorded_seconds,
        )
        assert set(second.persons) < set(first.persons)
        assert end is None

"""The other reading of a broken day, on any store: only the shipments beyond the limit are denied, in claimed order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.get_person_day import PersonDayReader
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.model import Confirmation, DayKey, Determined, Shipment, Verdict
from tidewaiter_eligibility.release import Releaser

from tests.contracts.eligibility_holds import NEXT_DAY, names, numbers
from tests.contracts.eligibility_persons import ANN, ANN_WITH_INITIAL, BEN, merge, of, split
from tests.eligibility_laws import own_law, shipped_row
from tests.eligibility_shipments import shipment

ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE


@lru_cache(1)
def marginal_law() -> Law:
    """The law that ships, but of a broken day only the shipments beyond the limit are denied."""
    return own_law(limits={"broken_day": [{**shipped_row("limits", "broken_day", "B-ALL"), "effect": "DENY_MARGINAL"}]})


async def determine(ledger: Ledger, *shipments: Shipment) -> list[Determined]:
    return await Determiner(law=marginal_law(), ledger=ledger).determine(shipments)


async def one(ledger: Ledger, given: Shipment) -> Determined:
    return (await determine(ledger, given))[0]


class MarginalPromises:
    """The suite of that reading; mixed into a store's class beside the others."""

    async def test_only_what_comes_beyond_the_limit_is_denied(self, ledger: Ledger) -> None:
        first = await one(ledger, shipment("S1", cents=60_000))
        second = await one(ledger, shipment("S2", cents=30_000))
        third = await one(ledger, shipment("S3", cents=20_000))

        assert (ELIGIBLE, 1, 20_000) == numbers(first)
        assert (NOT_ELIGIBLE, 2, 20_000) == numbers(second)
        assert (ELIGIBLE, 3, 0) == numbers(third)
        assert [[]] * 3 == [names(each.turned) for each in (first, second, third)]
        assert "With those that pass the sum would be $900.00" in second.finding.reasons[0].detail

    async def test_a_hundred_claims_at_once_of_a_hundred_dollars_are_eight_that_hold(self, ledger: Ledger) -> None:
        given = [shipment(f"S{number:03d}", cents=10_000) for number in range(100)]
        answers = await asyncio.gather(*(one(ledger, each) for each in given))

        assert 8 == sum(answer.finding.verdict is ELIGIBLE for answer in answers)
        assert [] == [each for answer in answers for each in answer.turned]
        again = await determine(ledger, *given)
        assert [each.finding.verdict for each in answers] == [each.finding.verdict for each in again]

    async def test_a_batch_is_taken_in_its_order(self, ledger: Ledger) -> None:
        answers = await determine(ledger, *(shipment(f"S{9 - number}", cents=30_000) for number in range(4)))

        assert [ELIGIBLE, ELIGIBLE, NOT_ELIGIBLE, NOT_ELIGIBLE] == [each.finding.verdict for each in answers]

    async def test_room_that_comes_free_is_offered_to_those_it_fits(self, ledger: Ledger) -> None:
        await determine(
            ledger, *(shipment(f"S{number}", cents=cents) for number, cents in enumerate((50_000, 60_000, 40_000)))
        )

        ((turned,),) = [await Releaser(ledger=ledger).release(["S0"])]
        assert [("S2", 1), ("S1", 1)] == names(turned)
        taken = await one(ledger, shipment("S1", cents=60_000))
        assert ((ELIGIBLE, 2, 20_000), []) == (numbers(taken), names(taken.turned))
        assert NOT_ELIGIBLE is (await one(ledger, shipment("S2", cents=40_000))).finding.verdict

    async def test_what_is_held_leaves_no_room_until_it_is_confirmed(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=70_000), shipment("S2", cents=40_000))
        lowered = await one(ledger, shipment("S1", cents=30_000, revision=2))

        assert ((ELIGIBLE, 2, 50_000), True) == (numbers(lowered), lowered.confirm_wanted)
        assert [] == names(lowered.turned)
        assert NOT_ELIGIBLE is (await one(ledger, shipment("S2", cents=40_000))).finding.verdict
        (turned,) = await Confirmer(ledger=ledger).confirm([Confirmation("S1", 2)])
        assert [("S2", 1)] == names(turned)
        assert ELIGIBLE is (await one(ledger, shipment("S2", cents=40_000))).finding.verdict

    async def test_an_amendment_beyond_the_limit_is_denied_and_what_it_claimed_is_held(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=30_000))
        raised = await one(ledger, shipment("S1", cents=60_000, revision=2))

        assert (NOT_ELIGIBLE, True) == (raised.finding.verdict, raised.confirm_wanted)
        assert NOT_ELIGIBLE is (await one(ledger, shipment("S3", cents=10_000))).finding.verdict
        (turned,) = await Confirmer(ledger=ledger).confirm([Confirmation("S1", 2)])
        assert [("S3", 1)] == names(turned)

    async def test_a_denied_one_that_moves_passes_on_its_new_day(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))

        moved = await one(ledger, shipment("S2", cents=50_000, day=NEXT_DAY, revision=2))

        assert ((ELIGIBLE, 1, 30_000), False) == (numbers(moved), moved.confirm_wanted)

    async def test_a_denied_one_is_in_the_breakdown_and_counts_nothing(self, ledger: Ledger) -> None:
        answers = await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))
        key = DayKey(answers[0].finding.local_day, answers[0].finding.person_day)

        day = PersonDayReader(ledger=ledger).get(key, page_size=9).person_day

        assert [("S1", 1, 50_000), ("S2", 1, 0)] == list(day.shipments)
        assert (50_000, 2) == (day.total.total_minor, day.total.shipments)

    async def test_a_what_if_answers_what_a_claim_would_be_answered(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))
        checker = Checker(law=marginal_law(), ledger=ledger)

        for asked in (shipment("S2", cents=50_000), shipment("S3", cents=30_000), shipment("S4", cents=30_001)):
            expected = checker.check([asked])[0]
            assert expected == (await one(ledger, asked)).finding
            await Releaser(ledger=ledger).release(["S3"])

    async def test_of_persons_made_one_only_those_beyond_the_limit_are_denied_in_the_end(self, ledger: Ledger) -> None:
        given = [of("S1", ANN, 50_000), of("S2", BEN, 50_000), of("S3", BEN, 40_000), of("S4", ANN, 30_000)]
        await determine(ledger, *given)

        named = [turned.shipment_id for turned in (await merge(ledger, ANN, BEN)).turned]

        assert ["S1", "S2", "S4"] == named
        assert {"S1": NOT_ELIGIBLE, "S2": ELIGIBLE, "S4": ELIGIBLE} == await settled(ledger, given, named)
        assert () == (await merge(ledger, ANN, BEN)).turned
        assert [NOT_ELIGIBLE, ELIGIBLE, NOT_ELIGIBLE, ELIGIBLE] == verdicts(await determine(ledger, *given))

    async def test_what_gives_way_counts_until_that_is_on_record_and_then_there_is_room(self, ledger: Ledger) -> None:
        given = [of("S1", ANN, 50_000), of("S2", BEN, 50_000)]
        await determine(ledger, *given)
        await merge(ledger, ANN, BEN)

        both = await determine(ledger, *given)

        assert ([NOT_ELIGIBLE] * 2, [True] * 2) == (verdicts(both), [each.confirm_wanted for each in both])
        assert both == await determine(ledger, *given)
        assert [[], [("S1", 1), ("S2", 1)]] == [
            names((await Confirmer(ledger=ledger).confirm([Confirmation(name, 1)]))[0]) for name in ("S1", "S2")
        ]
        assert ELIGIBLE is (await one(ledger, given[1])).finding.verdict
        assert NOT_ELIGIBLE is (await one(ledger, given[0])).finding.verdict

    async def test_room_that_a_release_makes_is_offered_after_a_merge_as_before(self, ledger: Ledger) -> None:
        given = [of("S1", ANN, 50_000), of("S2", BEN, 50_000)]
        await determine(ledger, *given)
        await settled(ledger, given, [turned.shipment_id for turned in (await merge(ledger, ANN, BEN)).turned])

        (turned,) = await Releaser(ledger=ledger).release(["S2"])

        assert [("S1", 1)] == names(turned)
        assert {"S1": ELIGIBLE} == await settled(ledger, given, ["S1"])

    async def test_who_is_parted_is_judged_by_the_same_reading(self, ledger: Ledger) -> None:
        given = [of("S1", ANN, 10_000), of("S2", ANN_WITH_INITIAL, 60_000), of("S3", ANN_WITH_INITIAL, 50_000)]
        await determine(ledger, *given)

        ruled = await split(ledger, ANN_WITH_INITIAL)

        assert ((), [ELIGIBLE, ELIGIBLE, NOT_ELIGIBLE]) == (ruled.turned, verdicts(await determine(ledger, *given)))


def verdicts(answers: Sequence[Determined]) -> list[Verdict]:
    return [answer.finding.verdict for answer in answers]


async def settled(ledger: Ledger, given: Sequence[Shipment], named: Sequence[str]) -> dict[str, Verdict]:
    """What each of the named is told last, when whoever is named is asked again and each decision goes on record."""
    known = {each.shipment_id: each for each in given}
    told: dict[str, Verdict] = {}
    waiting = [*named]
    for _ in range(50):
        if not waiting:
            return told
        name = waiting.pop(0)
        answer = await one(ledger, known[name])
        told[name] = answer.finding.verdict
        (freed,) = await Confirmer(ledger=ledger).confirm([Confirmation(name, known[name].revision)])
        waiting += [each.shipment_id for each in freed if each.shipment_id not in waiting]
    raise AssertionError(f"named for ever: {waiting}")

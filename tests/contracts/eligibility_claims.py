"""What DetermineEligibility and CheckEligibility do on any store of the ledger."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec.structs import replace
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.model import Determined, EntryPath, Finding, ReasonCode, Shipment, Verdict
from tidewaiter_eligibility.turning import TURNED_IN_ANSWER_MAX

from tests.contracts.eligibility_holds import NEXT_DAY
from tests.eligibility_shipments import CLOSED_DAY, OPEN_DAY, law, party, shipment

ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE


async def determine(ledger: Ledger, *shipments: Shipment) -> list[Determined]:
    return await Determiner(law=law(), ledger=ledger).determine(shipments)


async def one(ledger: Ledger, given: Shipment) -> Determined:
    return (await determine(ledger, given))[0]


def check(ledger: Ledger, given: Shipment) -> Finding:
    return Checker(law=law(), ledger=ledger).check([given])[0]


def turned(answer: Determined) -> list[tuple[str, int]]:
    return [(each.shipment_id, each.revision) for each in answer.turned]


def numbers(finding: Finding) -> tuple[Any, ...]:
    return finding.verdict, finding.counted_shipments, finding.headroom_minor


class ClaimPromises:
    """The suite of the verbs; mixed into a store's class beside the suite of the port."""

    async def test_what_one_person_imports_on_one_day_is_counted_together(self, ledger: Ledger) -> None:
        first = await one(ledger, shipment("S1", cents=30_000))
        second = await one(ledger, shipment("S2", cents=50_000))

        assert (ELIGIBLE, 1, 50_000) == numbers(first.finding)
        assert (ELIGIBLE, 2, 0) == numbers(second.finding)
        assert ("S1", "S2") == second.finding.counted_shipment_ids
        assert first.finding.person_day == second.finding.person_day
        assert "$500.00 beside $300.00 of other shipments is within $800.00" in second.finding.reasons[0].detail

    async def test_others_persons_days_and_paragraphs_are_counted_apart(self, ledger: Ledger) -> None:
        answers = await determine(
            ledger,
            shipment("S1", cents=80_000),
            shipment("S2", cents=80_000, consignee=party("Ben Ode")),
            shipment("S3", cents=80_000, day=NEXT_DAY),
            shipment("S4", cents=10_000, gift=True),
        )

        assert [ELIGIBLE] * 4 == [answer.finding.verdict for answer in answers]
        assert 4 == len({answer.finding.person_day for answer in answers})
        assert all(32 == len(answer.finding.person_day) for answer in answers)

    async def test_a_broken_day_turns_all_of_it_and_names_those_told_otherwise(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=30_000), shipment("S2", cents=50_000))
        third = await one(ledger, shipment("S3", cents=1))

        assert (NOT_ELIGIBLE, 3, 0) == numbers(third.finding)
        assert EntryPath.TYPE_11 is third.finding.entry_path
        assert ReasonCode.PERSON_DAY_OVER_LIMIT is third.finding.reasons[0].code
        assert "$800.01 in 3 shipments is over the limit of $800.00" in third.finding.reasons[0].detail
        assert [("S1", 1), ("S2", 1)] == turned(third)

    async def test_the_turned_are_named_until_each_is_determined_again(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=30_000), shipment("S2", cents=50_000))
        await one(ledger, shipment("S3", cents=1))

        again = await one(ledger, shipment("S1", cents=30_000))
        assert (NOT_ELIGIBLE, [("S2", 1)]) == (again.finding.verdict, turned(again))
        assert [("S2", 1)] == turned(await one(ledger, shipment("S3", cents=1)))
        assert [] == turned(await one(ledger, shipment("S2", cents=50_000)))

    async def test_the_answers_of_a_batch_hold_after_the_whole_batch(self, ledger: Ledger) -> None:
        answers = await determine(ledger, *(shipment(f"S{number}", cents=30_000) for number in range(3)))

        assert [(NOT_ELIGIBLE, 3, 0)] * 3 == [numbers(answer.finding) for answer in answers]
        assert [[]] * 3 == [turned(answer) for answer in answers]

    async def test_what_fails_on_its_own_claims_nothing(self, ledger: Ledger) -> None:
        answers = await determine(
            ledger,
            shipment("S1", cents=80_001),
            shipment("S2", day=CLOSED_DAY),
            shipment("S3", consignee=None),
            shipment("S4", cents=80_000),
        )

        assert [NOT_ELIGIBLE, NOT_ELIGIBLE, Verdict.UNKNOWN, ELIGIBLE] == [each.finding.verdict for each in answers]
        assert ["", "", ""] == [each.finding.person_day for each in answers[:3]]
        assert (ELIGIBLE, 1, 0) == numbers(answers[3].finding)

    async def test_the_same_revision_again_changes_nothing(self, ledger: Ledger) -> None:
        first = await one(ledger, shipment("S1", cents=50_000))
        other_content = await one(ledger, shipment("S1", cents=70_000))

        assert first == other_content == await one(ledger, shipment("S1", cents=50_000))

    async def test_a_later_revision_replaces_the_claim(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        later = await one(ledger, shipment("S1", cents=70_000, revision=2))

        assert (ELIGIBLE, 1, 10_000) == numbers(later.finding)

    async def test_an_earlier_revision_is_answered_with_what_stands_and_changes_nothing(self, ledger: Ledger) -> None:
        stands = await one(ledger, shipment("S1", cents=70_000, revision=2))
        await one(ledger, shipment("S2", cents=20_000))

        late = await one(ledger, shipment("S1", cents=50_000, revision=1))

        assert (NOT_ELIGIBLE, 2, 70_000) == (
            late.finding.verdict,
            late.finding.counted_shipments,
            late.finding.value_minor,
        )
        assert ELIGIBLE is stands.finding.verdict
        # The answer did not speak for revision 2, which is still to be told.
        assert [("S1", 2)] == turned(await one(ledger, shipment("S2", cents=20_000)))

    async def test_an_earlier_revision_in_a_batch_leaves_the_later_one_to_be_named_there(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=70_000, revision=2))

        late, other = await determine(ledger, shipment("S1", cents=50_000, revision=1), shipment("S2", cents=20_000))

        assert [NOT_ELIGIBLE] * 2 == [late.finding.verdict, other.finding.verdict]
        assert ([], [("S1", 2)]) == (turned(late), turned(other))

    async def test_under_another_law_the_same_revision_is_judged_anew(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        other_law = Law(rows=law().rows, version="0" * 64)

        again = (await Determiner(law=other_law, ledger=ledger).determine([shipment("S1", cents=50_000)]))[0]

        assert ("0" * 64, (ELIGIBLE, 1, 30_000)) == (again.finding.law_version, numbers(again.finding))

    async def test_a_hundred_claims_at_once_are_never_released_over_the_limit(self, ledger: Ledger) -> None:
        given = [shipment(f"S{number:03d}", cents=10_000) for number in range(100)]
        answers = await asyncio.gather(*(one(ledger, each) for each in given))

        believed = {each.shipment_id: answer.finding.verdict for each, answer in zip(given, answers, strict=True)}
        assert 8 == sum(verdict is ELIGIBLE for verdict in believed.values())
        named = {name for answer in answers for name, _ in turned(answer)}
        assert {name for name, verdict in believed.items() if verdict is ELIGIBLE} == named

        again = await determine(ledger, *given)
        assert {(NOT_ELIGIBLE, 100, 0)} == {numbers(answer.finding) for answer in again}
        assert all(100 == len(answer.finding.counted_shipment_ids) for answer in again)
        assert [] == turned(await one(ledger, given[0]))

    async def test_what_one_answer_lists_is_bounded_and_the_rest_comes_later(self, ledger: Ledger) -> None:
        many = [shipment(f"S{number:04d}", cents=100) for number in range(800)]
        await determine(ledger, *many)

        breaks = await one(ledger, shipment("T", cents=100))
        assert TURNED_IN_ANSWER_MAX == len(breaks.turned)
        assert (100, 801) == (len(breaks.finding.counted_shipment_ids), breaks.finding.counted_shipments)
        assert "T" in breaks.finding.counted_shipment_ids

        named = {each.shipment_id for each in breaks.turned}
        answers = await determine(ledger, *(each for each in many if each.shipment_id in named))
        rest = {each.shipment_id for answer in answers for each in answer.turned}
        assert rest
        assert rest <= {each.shipment_id for each in many} - named

    async def test_a_what_if_counts_the_day_and_touches_nothing(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))

        for _ in range(2):
            assert (ELIGIBLE, 2, 0) == numbers(check(ledger, shipment("S2", cents=30_000)))
            assert (NOT_ELIGIBLE, 2, 0) == numbers(check(ledger, shipment("", cents=30_001)))
        assert (ELIGIBLE, 1, 30_000) == numbers(check(ledger, shipment("S1", cents=50_000)))

    async def test_a_what_if_leaves_its_own_claim_out(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=20_000))

        cheaper = check(ledger, shipment("S1", cents=60_000, revision=9))

        assert (ELIGIBLE, 2, 0) == numbers(cheaper)
        assert ("S1", "S2") == cheaper.counted_shipment_ids

    async def test_what_ifs_of_one_batch_do_not_count_against_one_another(self, ledger: Ledger) -> None:
        found = Checker(law=law(), ledger=ledger).check([shipment(f"S{number}", cents=80_000) for number in range(3)])

        assert [(ELIGIBLE, 1, 0)] * 3 == [numbers(finding) for finding in found]

    async def test_a_what_if_answers_what_a_claim_would_be_answered(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        asked = [
            shipment("S2", cents=10_000),
            shipment("S3", cents=90_000),
            shipment("S4", day=CLOSED_DAY),
            shipment("S5", gift=True),
            shipment("S6", mode=None),
        ]

        for each in asked:
            expected = check(ledger, each)
            assert expected == (await one(ledger, each)).finding
            await one(ledger, replace(each, revision=2, consignee=None))

    async def test_gifts_of_one_day_over_the_allowance_are_none_of_them(self, ledger: Ledger) -> None:
        answers = await determine(
            ledger, *(shipment(f"S{number}", day=CLOSED_DAY, gift=True, cents=6_000) for number in range(2))
        )

        for answer in answers:
            assert (NOT_ELIGIBLE, EntryPath.TYPE_11) == (answer.finding.verdict, answer.finding.entry_path)
            assert [ReasonCode.GIFT_OVER_ALLOWANCE, ReasonCode.EXEMPTION_CLOSED] == [
                reason.code for reason in answer.finding.reasons
            ]

    async def test_the_answer_says_by_which_day_zone_and_law_it_was_made(self, ledger: Ledger) -> None:
        finding = (await one(ledger, shipment())).finding

        assert (OPEN_DAY.isoformat(), "America/New_York") == (finding.local_day, finding.zone)
        assert law().version == finding.law_version

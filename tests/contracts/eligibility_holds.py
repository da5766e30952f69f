"""What amendments, moves and their confirmation do on any store: never over the line, whatever is on the log."""

from __future__ import annotations

from datetime import date

from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger
from tidewaiter_eligibility.model import Confirmation, Determined, Shipment, Turned, Verdict
from tidewaiter_eligibility.turning import TURNED_IN_ANSWER_MAX

from tests.eligibility_shipments import law, party, shipment

NEXT_DAY = date(2025, 1, 16)
ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE


async def determine(ledger: Ledger, *shipments: Shipment) -> list[Determined]:
    return await Determiner(law=law(), ledger=ledger).determine(shipments)


async def one(ledger: Ledger, given: Shipment) -> Determined:
    return (await determine(ledger, given))[0]


async def confirm(ledger: Ledger, name: str, revision: int) -> list[tuple[str, int]]:
    (turned,) = await Confirmer(ledger=ledger).confirm([Confirmation(name, revision)])
    return names(turned)


def names(turned: tuple[Turned, ...]) -> list[tuple[str, int]]:
    return [(each.shipment_id, each.revision) for each in turned]


def numbers(answer: Determined) -> tuple[Verdict, int, int | None]:
    return answer.finding.verdict, answer.finding.counted_shipments, answer.finding.headroom_minor


class HoldPromises:
    """The suite of what is held; mixed into a store's class beside the others."""

    async def test_a_lowered_value_counts_for_others_as_before_until_confirmed(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        lowered = await one(ledger, shipment("S1", cents=10_000, revision=2))
        other = await one(ledger, shipment("S2", cents=40_000))

        assert ((ELIGIBLE, 1, 70_000), True) == (numbers(lowered), lowered.confirm_wanted)
        assert ((NOT_ELIGIBLE, 2, 0), False) == (numbers(other), other.confirm_wanted)
        assert [] == names(other.turned)

        assert [("S2", 1)] == await confirm(ledger, "S1", 2)
        assert (ELIGIBLE, 2, 30_000) == numbers(await one(ledger, shipment("S2", cents=40_000)))
        assert not (await one(ledger, shipment("S1", cents=10_000, revision=2))).confirm_wanted

    async def test_a_move_frees_the_day_it_left_when_confirmed_and_not_before(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))

        moved = await one(ledger, shipment("S2", cents=50_000, day=NEXT_DAY, revision=2))
        assert ((ELIGIBLE, 1, 30_000), True, []) == (numbers(moved), moved.confirm_wanted, names(moved.turned))
        left = await one(ledger, shipment("S1", cents=50_000))
        assert (NOT_ELIGIBLE, 2, 0) == numbers(left)
        assert ("S1", "S2") == left.finding.counted_shipment_ids

        assert [("S1", 1)] == await confirm(ledger, "S2", 2)
        assert (ELIGIBLE, 1, 30_000) == numbers(await one(ledger, shipment("S1", cents=50_000)))
        assert [] == await confirm(ledger, "S2", 2)

    async def test_a_move_to_another_person_is_held_on_the_first(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))

        await one(ledger, shipment("S2", cents=50_000, consignee=party("Ben Ode"), revision=2))

        assert [("S1", 1)] == await confirm(ledger, "S2", 2)

    async def test_a_confirmation_whose_answer_was_lost_names_the_others_again(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))
        await one(ledger, shipment("S2", cents=50_000, day=NEXT_DAY, revision=2))
        await confirm(ledger, "S2", 2)

        assert [("S1", 1)] == await confirm(ledger, "S2", 2)
        amended = await one(ledger, shipment("S2", cents=50_000, consignee=None, revision=3))
        assert [("S1", 1)] == names(amended.turned)
        await one(ledger, shipment("S1", cents=50_000))
        assert [] == await confirm(ledger, "S2", 3)
        assert {} == ledger.view(lambda view: view.left_days(["S2"]))

    async def test_of_several_unconfirmed_revisions_the_greatest_is_held(self, ledger: Ledger) -> None:
        for revision, cents in ((1, 50_000), (2, 70_000), (3, 20_000), (4, 30_000)):
            await one(ledger, shipment("S1", cents=cents, revision=revision))

        def beside(cents: int) -> Verdict:
            return Checker(law=law(), ledger=ledger).check([shipment("S2", cents=cents)])[0].verdict

        assert (ELIGIBLE, NOT_ELIGIBLE) == (beside(10_000), beside(10_001))
        await confirm(ledger, "S1", 2)
        assert (ELIGIBLE, NOT_ELIGIBLE) == (beside(10_000), beside(10_001))
        await confirm(ledger, "S1", 3)
        assert (ELIGIBLE, NOT_ELIGIBLE) == (beside(50_000), beside(50_001))

    async def test_a_move_there_and_back_is_held_on_both_days(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await one(ledger, shipment("S1", cents=30_000, day=NEXT_DAY, revision=2))
        await one(ledger, shipment("S1", cents=10_000, revision=3))

        there, here = (shipment(f"S{each}", day=day) for each, day in ((8, NEXT_DAY), (9, date(2025, 1, 15))))
        found = [Checker(law=law(), ledger=ledger).check([each])[0].headroom_minor for each in (there, here)]
        assert [47_500, 27_500] == found
        await confirm(ledger, "S1", 3)
        found = [Checker(law=law(), ledger=ledger).check([each])[0].headroom_minor for each in (there, here)]
        assert [77_500, 67_500] == found

    async def test_a_raised_value_holds_nothing(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        raised = await one(ledger, shipment("S1", cents=60_000, revision=2))

        assert not raised.confirm_wanted
        assert {} == ledger.view(lambda view: view.holds(["S1"]))

    async def test_one_who_passes_by_its_lowered_value_is_not_named_on_a_day_that_is_over(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=40_000))
        lowered = await one(ledger, shipment("S1", cents=40_000, revision=2))
        again = await one(ledger, shipment("S2", cents=40_000))

        assert (ELIGIBLE, 2, 0) == numbers(lowered)
        assert (NOT_ELIGIBLE, 2, 0) == numbers(again)
        assert [] == names(again.turned)
        assert [("S2", 1)] == await confirm(ledger, "S1", 2)

    async def test_one_told_otherwise_than_holds_in_the_end_is_named_when_it_is_confirmed(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=60_000))
        assert NOT_ELIGIBLE is (await one(ledger, shipment("S1", cents=30_000, revision=2))).finding.verdict
        await one(ledger, shipment("S2", cents=10_000, revision=2))
        await confirm(ledger, "S2", 2)

        assert [("S1", 2)] == await confirm(ledger, "S1", 2)

    async def test_a_what_if_counts_what_others_hold_and_not_its_own(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await one(ledger, shipment("S1", cents=10_000, revision=2))
        check = Checker(law=law(), ledger=ledger).check

        own, other = check([shipment("S1", cents=20_000), shipment("S2", cents=20_000)])

        assert (1, 60_000) == (own.counted_shipments, own.headroom_minor)
        assert (2, 10_000) == (other.counted_shipments, other.headroom_minor)

    async def test_an_unknown_shipment_and_a_stale_revision_are_confirmed_without_harm(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await one(ledger, shipment("S1", cents=10_000, revision=3))

        assert [] == await confirm(ledger, "unknown", 1)
        for stale in (1, 2):
            assert [] == await confirm(ledger, "S1", stale)
        assert 1 == len(ledger.view(lambda view: view.holds(["S1"]))["S1"])

    async def test_the_answer_to_an_earlier_revision_says_of_which_it_speaks(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000, revision=2))
        await one(ledger, shipment("S1", cents=10_000, revision=3))

        late = await one(ledger, shipment("S1", cents=70_000, revision=1))

        # To confirm revision 1 would free nothing: it is not asked for.
        assert (3, False) == (late.revision, late.confirm_wanted)

    async def test_under_another_law_what_counted_before_is_held_too(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        other = Determiner(law=Law(rows=law().rows, version="0" * 64), ledger=ledger)

        (again,) = await other.determine([shipment("S1", cents=10_000)])

        assert ((ELIGIBLE, 1, 70_000), True) == (numbers(again), again.confirm_wanted)
        assert 50_000 == ledger.view(lambda view: view.holds(["S1"]))["S1"][0].amount_minor
        await confirm(ledger, "S1", 1)
        assert {} == ledger.view(lambda view: view.holds(["S1"]))

    async def test_the_turned_of_a_confirmation_are_bounded_and_the_rest_comes_later(self, ledger: Ledger) -> None:
        many = [shipment(f"S{number:04d}", cents=100) for number in range(800)]
        await determine(ledger, *many, shipment("T", cents=100))
        await one(ledger, shipment("T", cents=100, day=NEXT_DAY, revision=2))

        first = await confirm(ledger, "T", 2)
        assert TURNED_IN_ANSWER_MAX == len(first)
        answers = await determine(ledger, *many[:TURNED_IN_ANSWER_MAX])
        rest = {name for answer in answers for name, _ in names(answer.turned)}
        assert {f"S{number:04d}" for number in range(TURNED_IN_ANSWER_MAX, 800)} >= rest > set()
        assert await confirm(ledger, "T", 2)

    async def test_a_confirmation_of_a_revision_that_no_claim_has_reached_changes_nothing(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=70_000))
        await one(ledger, shipment("S1", cents=10_000, revision=2))

        assert [] == await confirm(ledger, "S1", 999)
        assert NOT_ELIGIBLE is (await one(ledger, shipment("S2", cents=70_000))).finding.verdict
        assert [("S2", 1)] == await confirm(ledger, "S1", 2)

    async def test_the_same_revision_judged_again_under_another_law_holds_the_greater(self, ledger: Ledger) -> None:
        """A release of the law that moves a person-day meets an amendment that is not confirmed yet."""
        await one(ledger, shipment("S1", cents=50_000))
        lowered = shipment("S1", cents=30_000, revision=2)
        await one(ledger, lowered)
        moved = shipment("S1", cents=30_000, revision=2, day=NEXT_DAY)

        (again,) = await Determiner(law=Law(rows=law().rows, version="0" * 64), ledger=ledger).determine([moved])

        assert again.confirm_wanted
        beside = [shipment("S2", cents=cents) for cents in (30_000, 30_001)]
        verdicts = [Checker(law=law(), ledger=ledger).check([each])[0].verdict for each in beside]
        assert [ELIGIBLE, NOT_ELIGIBLE] == verdicts
        assert [] == await confirm(ledger, "S1", 2)
        assert ELIGIBLE is Checker(law=law(), ledger=ledger).check([shipment("S2", cents=80_000)])[0].verdict

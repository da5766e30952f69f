"""What lots of one order do on any store: none passes once they are together over the limit, whatever their days."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.expire import Expirer, Kept
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.ledger import Ledger, LedgerState, lot_id
from tidewaiter_eligibility.list_person_days import PersonDayLister
from tidewaiter_eligibility.model import (
    NO_DAY,
    Confidence,
    DayKey,
    Determined,
    EntryPath,
    Finding,
    ReasonCode,
    Shipment,
    Verdict,
)
from tidewaiter_eligibility.release import Releaser

from tests.contracts.eligibility_holds import confirm, determine, names, one
from tests.contracts.eligibility_ledger import ClosingLedger
from tests.contracts.eligibility_marginal import marginal_law
from tests.eligibility_shipments import OPEN_DAY, law, party, shipment

ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE
LOTS = ReasonCode.LOTS_OF_ONE_ORDER


def lot(name: str, number: int = 0, *, cents: int = 30_000, **changes: Any) -> Shipment:
    """A lot of an order of one shop, arriving so many days after the first."""
    day = OPEN_DAY + timedelta(days=number)
    return shipment(name, cents=cents, day=day, **{"order_id": "O-1", "seller_account_id": "shop", **changes})


async def three(ledger: Ledger, **changes: Any) -> list[Determined]:
    """Three lots of $300 on three days, one after the other."""
    return [await one(ledger, lot(f"S{number}", number, **changes)) for number in range(3)]


def check(ledger: Ledger, given: Shipment) -> Finding:
    return Checker(law=law(), ledger=ledger).check([given])[0]


def verdicts(answers: list[Determined]) -> list[Verdict]:
    return [each.finding.verdict for each in answers]


def failed(finding: Finding) -> list[ReasonCode]:
    return [each.code for each in finding.reasons if each.code in (LOTS, ReasonCode.PERSON_DAY_OVER_LIMIT)]


def orders(state: LedgerState) -> list[DayKey]:
    return list(state.totals(state.days(after=DayKey(NO_DAY, ""), through=NO_DAY, at_most=99)))


class OrderPromises:
    """The suite of lots; mixed into a store's class beside the others."""

    async def test_lots_of_one_order_on_three_days_all_fail_and_each_flipped_one_is_named(self, ledger: Ledger) -> None:
        answers = await three(ledger)

        assert [ELIGIBLE, ELIGIBLE, NOT_ELIGIBLE] == verdicts(answers)
        assert [("S0", 1), ("S1", 1)] == names(answers[2].turned)
        again = await determine(ledger, lot("S0", 0), lot("S1", 1))
        assert [NOT_ELIGIBLE] * 2 == verdicts(again)
        assert [[], []] == [names(each.turned) for each in again]

    async def test_the_reason_says_the_sum_and_the_number_and_never_the_order(self, ledger: Ledger) -> None:
        found = (await three(ledger))[2].finding

        assert (EntryPath.TYPE_11, 50_000) == (found.entry_path, found.headroom_minor)
        assert (90_000, 3) == (found.order_total_minor, found.order_shipments)
        (reason,) = [each for each in found.reasons if each.code is LOTS]
        assert ("E5", Confidence.INFERRED) == (reason.rule_id, reason.confidence)
        assert "3 shipments name one order of one seller and are together worth $900.00" in reason.detail
        assert "19 USC 1321(a)(2)" in reason.citation
        for private in ("O-1", "shop", "Ann", "Troy"):
            assert all(private not in each.detail for each in found.reasons)

    async def test_up_to_the_limit_lots_pass_and_nothing_is_said_of_their_order(self, ledger: Ledger) -> None:
        await one(ledger, lot("S0", cents=40_000))
        found = (await one(ledger, lot("S1", 1, cents=40_000))).finding

        assert (ELIGIBLE, []) == (found.verdict, failed(found))
        assert found == check(ledger, lot("S1", 1, cents=40_000))
        over = check(ledger, lot("S1", 1, cents=40_001))
        assert (NOT_ELIGIBLE, [LOTS]) == (over.verdict, failed(over))

    async def test_all_that_failed_is_said_of_a_lot_on_a_broken_day(self, ledger: Ledger) -> None:
        found = (await determine(ledger, lot("S0", cents=50_000), lot("S1", cents=50_000)))[0].finding

        assert [ReasonCode.PERSON_DAY_OVER_LIMIT, LOTS] == failed(found)

    @pytest.mark.parametrize(
        ("changes", "is_same"),
        [
            ({"order_id": " o-1 "}, True),
            ({"order_id": "\uff2f\u200b-1"}, True),
            ({"consignee": party("Ben Ode", postal_code="10001")}, True),
            ({"order_id": "O-2"}, False),
            ({"order_id": ""}, False),
            ({"order_id": "  "}, False),
            ({"seller_account_id": "another"}, False),
            ({"seller_account_id": ""}, False),
        ],
    )
    async def test_which_lots_are_of_one_order(self, ledger: Ledger, changes: dict[str, Any], is_same: bool) -> None:
        await one(ledger, lot("S0", cents=50_000))

        found = check(ledger, lot("S1", 1, cents=50_000, **changes))

        assert (NOT_ELIGIBLE if is_same else ELIGIBLE) is found.verdict

    async def test_without_an_account_the_seller_tells_whose_order_it_is_and_without_one_the_claimant(
        self, ledger: Ledger
    ) -> None:
        shop, other = (party(name, country_code="DE", postal_code="50667") for name in ("Hemden GmbH", "Hosen AG"))
        ben = party("Ben Ode", postal_code="10001")
        unnamed: dict[str, Any] = {"seller_account_id": "", "cents": 50_000}
        await determine(ledger, lot("S0", **unnamed, seller=shop), lot("S1", 1, **unnamed))

        def verdict(**changes: Any) -> Verdict:
            return check(ledger, lot("S9", 9, **unnamed, **changes)).verdict

        assert [NOT_ELIGIBLE, ELIGIBLE] == [verdict(seller=each, consignee=ben) for each in (shop, other)]
        assert [NOT_ELIGIBLE, ELIGIBLE] == [verdict(), verdict(consignee=ben)]

    async def test_a_limit_that_two_rows_state_alike_parts_no_order(self, ledger: Ledger) -> None:
        last, first = ((date(2016, 8, day) - OPEN_DAY).days for day in (25, 26))
        await one(ledger, lot("S0", last, cents=50_000))

        found = check(ledger, lot("S1", first, cents=50_000))

        assert (NOT_ELIGIBLE, [LOTS]) == (found.verdict, failed(found))

    async def test_what_cannot_have_the_exemption_is_no_lot_of_those_that_ask_for_it(self, ledger: Ledger) -> None:
        await determine(ledger, lot("S0", cents=80_001), lot("S1", 1, consignee=None))

        assert ELIGIBLE is (await one(ledger, lot("S3", 3, cents=80_000))).finding.verdict
        assert 1 == len(ledger.view(orders))

    async def test_the_order_of_arrival_changes_no_verdict(self, ledger: Ledger) -> None:
        for turn, arrived in enumerate(itertools.permutations([30_000, 20_000, 40_000])):
            order_id = f"T{turn}"
            given = [
                lot(f"{order_id}-{number}", 3 * turn + number, cents=cents, order_id=order_id)
                for number, cents in enumerate(arrived)
            ]
            last = [await one(ledger, each) for each in given][2]

            assert [(each.shipment_id, 1) for each in given[:2]] == names(last.turned)
            assert [NOT_ELIGIBLE] * 3 == verdicts(await determine(ledger, *given))

    @pytest.mark.parametrize("order_id", ["", "O-2"])
    async def test_an_amendment_that_drops_the_order_makes_room_only_once_it_is_on_record(
        self, ledger: Ledger, order_id: str
    ) -> None:
        await three(ledger)
        await determine(ledger, lot("S0", 0), lot("S1", 1))

        amended = await one(ledger, lot("S2", 2, order_id=order_id, revision=2))
        assert (ELIGIBLE, True, []) == (amended.finding.verdict, amended.confirm_wanted, names(amended.turned))
        assert NOT_ELIGIBLE is (await one(ledger, lot("S0"))).finding.verdict

        assert [("S0", 1), ("S1", 1)] == await confirm(ledger, "S2", 2)
        assert [ELIGIBLE] * 2 == verdicts(await determine(ledger, lot("S0"), lot("S1", 1)))
        assert [] == await confirm(ledger, "S2", 2)

    async def test_an_order_named_by_an_amendment_counts_from_then_on(self, ledger: Ledger) -> None:
        await three(ledger, order_id="")
        await determine(ledger, lot("S0", 0, revision=2), lot("S1", 1, revision=2))

        named = await one(ledger, lot("S2", 2, revision=2))

        assert (NOT_ELIGIBLE, [("S0", 2), ("S1", 2)]) == (named.finding.verdict, names(named.turned))
        assert {} == ledger.view(lambda view: view.holds(["S2", lot_id("S2")]))

    async def test_an_order_dropped_and_named_again_is_confirmed_to_its_end(self, ledger: Ledger) -> None:
        for revision, order_id in enumerate(["O-1", "", "O-2", "O-1"], start=1):
            await one(ledger, lot("S0", order_id=order_id, revision=revision, cents=80_000 - revision))

        await confirm(ledger, "S0", 4)

        assert {} == ledger.view(lambda view: view.holds(["S0", lot_id("S0")]))
        assert 1 == len(ledger.view(orders))

    async def test_a_late_revision_does_not_bring_an_order_back(self, ledger: Ledger) -> None:
        await one(ledger, lot("S0", order_id="", revision=2))

        late = await one(ledger, lot("S0", revision=1))

        assert 2 == late.revision
        assert [] == ledger.view(orders)

    async def test_a_lowered_lot_counts_as_before_until_confirmed(self, ledger: Ledger) -> None:
        await one(ledger, lot("S0", cents=70_000))
        lowered = await one(ledger, lot("S0", cents=10_000, revision=2))
        other = await one(ledger, lot("S1", 1, cents=50_000))

        assert [ELIGIBLE, NOT_ELIGIBLE] == verdicts([lowered, other])
        assert [("S1", 1)] == await confirm(ledger, "S0", 2)
        assert ELIGIBLE is (await one(ledger, lot("S1", 1, cents=50_000))).finding.verdict

    async def test_a_repeat_claims_nothing_more_and_names_the_turned_again(self, ledger: Ledger) -> None:
        answers = await three(ledger)

        assert answers[2] == await one(ledger, lot("S2", 2))

    async def test_under_another_law_the_same_revision_is_judged_anew(self, ledger: Ledger) -> None:
        await three(ledger)
        other = Determiner(law=Law(rows=law().rows, version="0" * 64), ledger=ledger)

        found = await other.determine([lot(f"S{number}", number) for number in range(3)])

        assert [NOT_ELIGIBLE] * 3 == verdicts(found)
        assert [False] * 3 == [each.confirm_wanted for each in found]

    async def test_where_only_those_beyond_the_limit_are_denied_all_lots_of_an_order_are_still(
        self, ledger: Ledger
    ) -> None:
        by = Determiner(law=marginal_law(), ledger=ledger)

        found = await by.determine([lot(f"S{number}", number) for number in range(3)])

        assert [[LOTS]] * 3 == [failed(each.finding) for each in found]

    async def test_a_withdrawn_lot_counts_no_more(self, ledger: Ledger) -> None:
        await three(ledger)
        await determine(ledger, lot("S0"))

        (turned,) = await Releaser(ledger=ledger).release(["S1"])

        assert [("S0", 1), ("S2", 1)] == names(turned)
        assert {} == ledger.view(lambda view: view.claims(["S1", lot_id("S1")]))

    async def test_orders_are_no_person_days(self, ledger: Ledger) -> None:
        await three(ledger)

        listed = PersonDayLister(ledger=ledger).list_(page_size=100)

        assert 3 == len(listed.person_days)
        assert 3 == len(await ledger.change(lambda change: change.local_days()))

    @pytest.mark.parametrize("clocked", [datetime(2025, 1, 1, tzinfo=UTC)], indirect=True)
    async def test_an_order_waits_for_the_claims_of_its_lots_on_days_to_come(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        lots = [lot(f"S{number}", 30 + number) for number in range(3)]
        await determine(ledger, *lots)
        clock.advance(timedelta(days=35))
        expirer = Expirer(ledger=ledger, clock=clock, kept=Kept(30, 0), on_rows=lambda _: None)

        assert 0 == await expirer.step()
        again = await determine(ledger, *lots)

        assert [NOT_ELIGIBLE] * 3 == verdicts(again)
        assert 1 == len(ledger.view(orders))

    async def test_an_order_is_forgotten_once_nothing_of_it_has_changed_for_long(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await determine(ledger, lot("S0", cents=40_000), lot("S1", 1, cents=40_000), lot("T0", order_id="T"))
        clock.advance(timedelta(days=20))
        await one(ledger, lot("T1", 1, order_id="T"))
        clock.advance(timedelta(days=20))
        expirer = Expirer(ledger=ledger, clock=clock, kept=Kept(30, 0), on_rows=lambda _: None, rows_at_once=2)

        while await expirer.step():
            pass

        lots = [lot_id(name) for name in ("S0", "S1", "T0", "T1")]
        assert set(lots[2:]) == set(ledger.view(lambda view: view.claims(lots)))
        # A lot whose own day was forgotten counts once for an order that was not.
        await one(ledger, lot("T0", order_id="T"))
        (total,) = ledger.view(
            lambda view: view.totals(view.days(after=DayKey(NO_DAY, ""), through=NO_DAY, at_most=9))
        ).values()
        assert (60_000, 2) == (total.total_minor, total.shipments)
        assert 1 == len(ledger.view(orders))
        assert ELIGIBLE is (await one(ledger, lot("S2", 2, cents=40_000))).finding.verdict

"""What is too old is forgotten on any store, a little at a time, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.expire import Expirer, Kept
from tidewaiter_eligibility.model import Verdict
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.snapshots import Snapshots, Wanted

from tests.contracts.eligibility_holds import confirm, determine, one
from tests.contracts.eligibility_ledger import ClosingLedger
from tests.contracts.eligibility_past import all_of, someone
from tests.eligibility_shipments import shipment

NOW = date(2026, 1, 1)


def expirer(ledger: ClosingLedger, clock: FixedClock, *, claims: int = 0, past: int = 0) -> Expirer:
    kept = Kept(claims, past)
    return Expirer(ledger=ledger, clock=clock, kept=kept, on_rows=lambda _: None, rows_at_once=3)


def days_ago(days: int) -> date:
    return NOW - timedelta(days=days)


class ExpiryPromises:
    """The suite of forgetting; mixed into a store's class beside the others."""

    async def test_claims_of_days_long_past_are_forgotten_and_all_others_stay(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        given = [
            shipment(f"S{days}", day=days_ago(days), consignee=someone(days)) for days in (200, 390, 401, 402, 500)
        ]
        given += [shipment(f"T{number}", day=days_ago(500), cents=100) for number in range(7)]
        await determine(ledger, *given)
        expiring, rows = expirer(ledger, clock, claims=400), []

        while done := await expiring.step():
            rows.append(done)

        assert len(rows) > 3
        assert 0 == await expiring.step()
        kept = ledger.view(all_of)
        assert [days_ago(390).isoformat(), days_ago(200).isoformat()] == [key.local_day for key in kept]
        assert {"S200", "S390"} == set(ledger.view(lambda view: view.claims([each.shipment_id for each in given])))

    async def test_a_person_day_is_forgotten_whole_however_many_count_on_it(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await determine(ledger, *[shipment(f"T{number}", day=days_ago(500), cents=100) for number in range(7)])
        await one(ledger, shipment("T0", day=days_ago(500), cents=50, revision=2))
        await determine(ledger, *[shipment(f"S{days}", day=days_ago(days)) for days in (401, 402, 403)])
        expiring, left = expirer(ledger, clock, claims=400), []

        while await expiring.step():
            kept = ledger.view(all_of)
            for total, counted in kept.values():
                assert (total.total_minor, total.shipments) == (
                    sum(each.amount_minor for each in counted),
                    len(counted),
                )
            left.append([key.local_day for key in kept])

        assert [days_ago(each).isoformat() for each in (403, 402, 401)] == left[0]
        assert [] == left[-1]
        assert {} == ledger.view(lambda view: view.holds(["T0"]))

    async def test_what_is_held_can_be_confirmed_for_as_long_as_its_day_is_kept(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        gift: dict[str, Any] = {"day": days_ago(-30), "gift": True, "cents": 5_000}
        await one(ledger, shipment("S1", **gift))
        await one(ledger, shipment("S1", **gift, consignee=None, revision=2))
        clock.advance(timedelta(days=20))
        expiring, version = expirer(ledger, clock, claims=10), ledger.view(lambda view: view.version())

        # The claim counts nowhere and is old; the day on which it holds something is not.
        assert 0 == await expiring.step()
        assert version == ledger.view(lambda view: view.version())
        await confirm(ledger, "S1", 2)

        assert {} == ledger.view(lambda view: view.holds(["S1"]))
        assert 1 == await expiring.step()

    async def test_a_day_waits_while_a_shipment_of_it_holds_something_on_a_later_one(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        later: dict[str, Any] = {"day": days_ago(150), "cents": 50_000}
        await one(ledger, shipment("S1", **later))
        await one(ledger, shipment("S1", day=days_ago(365), cents=50_000, revision=2))
        await one(ledger, shipment("S2", day=days_ago(150), cents=10_000))
        expiring = expirer(ledger, clock, claims=200)

        while await expiring.step():
            pass
        await confirm(ledger, "S1", 2)
        while await expiring.step():
            pass

        assert [(10_000, 1)] == [
            (total.total_minor, total.shipments) for total, _ in ledger.view(all_of).values() if total.shipments
        ]
        assert {} == ledger.view(lambda view: view.holds(["S1"]))

    async def test_claims_that_count_nowhere_go_by_the_day_they_were_made(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await one(ledger, shipment("S1", consignee=None))
        clock.advance(timedelta(days=20))
        await one(ledger, shipment("S2", consignee=None))
        clock.advance(timedelta(days=20))

        while await expirer(ledger, clock, claims=30).step():
            pass

        assert {"S2"} == set(ledger.view(lambda view: view.claims(["S1", "S2"])))

    async def test_the_past_is_forgotten_from_its_beginning_and_what_stands_stays(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        snapshots, seen = Snapshots(ledger), dict[int, Any]()
        for number in range(12):
            clock.advance(timedelta(days=1))
            await one(ledger, shipment(f"S{number % 3}", cents=100 * number + 1, revision=number + 1))
            seen[ledger.view(lambda view: view.version())] = ledger.view(all_of)
        expiring = expirer(ledger, clock, past=5)

        while await expiring.step():
            pass

        for version, expected in seen.items():
            wanted = Wanted(at_exact_snapshot=snapshots.token(version))
            if version >= 7:
                assert expected == snapshots.read(all_of, wanted)[0]
                continue
            with pytest.raises(Failure) as failure:
                snapshots.read(all_of, wanted)
            assert (Kind.STALE, "SNAPSHOT_GONE") == (failure.value.kind, failure.value.reason)

    async def test_what_was_known_before_claims_were_forgotten_cannot_be_read(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await one(ledger, shipment("S1", day=days_ago(500)))
        before = Snapshots(ledger).token(1)
        while await expirer(ledger, clock, claims=400).step():
            pass

        with pytest.raises(Failure, match="no longer kept"):
            Snapshots(ledger).read(all_of, Wanted(at_exact_snapshot=before))
        assert {} == ledger.view(all_of)

    async def test_a_day_after_a_forgotten_one_is_not_mistaken_for_it(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await one(ledger, shipment("S1", day=days_ago(500), cents=80_000))
        while await expirer(ledger, clock, claims=400).step():
            pass

        answer = await one(ledger, shipment("S2", day=days_ago(200), cents=80_000))

        assert (Verdict.ELIGIBLE, 1) == (answer.finding.verdict, answer.finding.counted_shipments)
        await Releaser(ledger=ledger).release(["S2"])
        assert {} == ledger.view(all_of)

    async def test_nothing_is_forgotten_when_all_is_kept_for_ever(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        await one(ledger, shipment("S1", day=date(1995, 1, 1)))
        before = ledger.view(all_of)

        assert 0 == await expirer(ledger, clock).step()
        assert before == ledger.view(all_of)

"""What any store knows of the past, and how it is read: snapshots, person-days page by page, what was released."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.confirm import Confirmer
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.get_person_day import PersonDayReader
from tidewaiter_eligibility.ledger import Ledger, LedgerState
from tidewaiter_eligibility.list_person_days import PersonDayLister
from tidewaiter_eligibility.model import Confirmation, DayKey, Party, Verdict
from tidewaiter_eligibility.release import Releaser
from tidewaiter_eligibility.snapshots import Snapshots, Wanted

from tests.contracts.eligibility_holds import NEXT_DAY, determine, names, one
from tests.contracts.eligibility_ledger import ClosingLedger
from tests.eligibility_shipments import OPEN_DAY, law, party, shipment

ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE
PAGE_SIZES = (1, 2, 5, 16, 53, 54, 100)


def someone(number: int) -> Party:
    """A person like no other: name, street and postal code differ."""
    name = "".join(chr(ord("a") + int(digit)) * 3 for digit in str(number))
    return party(name, address_lines=(f"{number} {name} Rd",), postal_code=f"{10_000 + 37 * number}")


def all_of(state: LedgerState) -> dict[DayKey, Any]:
    """All that a state says of what counts."""
    days = state.days(after=DayKey("", ""), through="9999", at_most=100)
    totals = state.totals(days)
    return {key: (total, state.breakdown(key, after="", at_most=100)) for key, total in sorted(totals.items())}


async def anything(ledger: Ledger, choose: random.Random, revisions: dict[str, int]) -> None:
    """Determine, confirm or release something."""
    name = choose.choice("ABCDE")
    act = choose.choice(["determine"] * 6 + ["confirm"] * 3 + ["release"])
    if act == "determine":
        revisions[name] = revisions.get(name, 0) + choose.choice([0, 1, 1])
        consignee = choose.choice([party(), party(), party("Ben Ode"), None])
        order_id = choose.choice(["", "O-1"])
        day, cents = choose.choice([OPEN_DAY, NEXT_DAY]), choose.randrange(1, 60_000)
        more: dict[str, Any] = {"revision": max(1, revisions[name]), "order_id": order_id}
        await one(ledger, shipment(name, cents=cents, day=day, consignee=consignee, **more))
    elif act == "confirm":
        await Confirmer(ledger=ledger).confirm([Confirmation(name, max(1, revisions.get(name, 1)))])
    else:
        await Releaser(ledger=ledger).release([name])


class PastPromises:
    """The suite of the past; mixed into a store's class beside the others."""

    @pytest.mark.parametrize("seed", range(4))
    async def test_every_version_is_read_as_it_was(self, ledger: Ledger, seed: int) -> None:
        choose, revisions = random.Random(seed), dict[str, int]()
        seen: dict[int, Any] = {}
        for _ in range(60):
            await anything(ledger, choose, revisions)
            seen[ledger.view(lambda view: view.version())] = ledger.view(all_of)

        for version, expected in seen.items():
            found = ledger.view(lambda view, version=version: all_of(view.at(version)))  # type: ignore[misc]
            assert expected == found
            for total, shipments in found.values():
                assert total.total_minor == sum(each.amount_minor for each in shipments)
                assert total.shipments == len(shipments)

    async def test_what_changes_nothing_makes_no_version(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1"))
        before = ledger.view(lambda view: view.version())

        await one(ledger, shipment("S1"))
        await Confirmer(ledger=ledger).confirm([Confirmation("S1", 1)])
        await Releaser(ledger=ledger).release(["unknown"])

        assert before == ledger.view(lambda view: view.version())

    async def test_a_what_if_at_an_exact_snapshot_repeats_its_answer(self, ledger: Ledger) -> None:
        checker = Checker(law=law(), ledger=ledger)
        await determine(ledger, shipment("S1", cents=30_000), shipment("S2", cents=20_000))
        asked = [shipment("S2", cents=25_000), shipment("S3", cents=10_000), shipment("S4", day=NEXT_DAY)]
        first, snapshot = checker.check_at(asked, Wanted())

        await determine(ledger, shipment("S1", cents=10_000, revision=2), shipment("S5", cents=70_000))
        await Releaser(ledger=ledger).release(["S2"])

        assert (first, snapshot) == checker.check_at(asked, Wanted(at_exact_snapshot=snapshot))
        now, _ = checker.check_at(asked, Wanted(at_least_as_fresh=snapshot))
        assert [NOT_ELIGIBLE, NOT_ELIGIBLE, ELIGIBLE] == [finding.verdict for finding in now]

    async def test_what_was_known_at_a_time_is_read_by_that_time(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        checker = Checker(law=law(), ledger=ledger)
        times = [clock.ns()]
        for number in range(3):
            clock.advance(60)
            await one(ledger, shipment(f"S{number}", cents=10_000))
            times.append(clock.ns())

        def counted(at_ns: int) -> int:
            (finding,), _ = checker.check_at([shipment("S9")], Wanted(known_at_ns=at_ns))
            return finding.counted_shipments

        assert [1, 2, 3, 4] == [counted(at_ns) for at_ns in times]
        assert [1, 2, 4] == [counted(at_ns) for at_ns in (times[1] - 1, times[2] - 1, times[-1] + 10**12)]

    async def test_versions_keep_their_order_when_the_clock_is_set_back(
        self, clocked: tuple[ClosingLedger, FixedClock]
    ) -> None:
        ledger, clock = clocked
        for number in range(3):
            await one(ledger, shipment(f"S{number}"))

        assert [1, 2, 3] == [ledger.view(lambda view, n=n: view.version_at(clock.ns() + n)) for n in range(3)]  # type: ignore[misc]

    @pytest.mark.parametrize(
        ("wanted", "kind", "reason"),
        [
            (Wanted(at_exact_snapshot="soon"), Kind.INVALID, "SNAPSHOT_UNKNOWN"),
            (Wanted(at_least_as_fresh="0123456789ab-1"), Kind.INVALID, "SNAPSHOT_UNKNOWN"),
            (Wanted(at_exact_snapshot="{}-9"), Kind.BUSY, "SNAPSHOT_AHEAD"),
            (Wanted(at_least_as_fresh="{}-9"), Kind.BUSY, "SNAPSHOT_AHEAD"),
        ],
    )
    def test_a_snapshot_that_cannot_be_read_is_refused(
        self, ledger: Ledger, wanted: Wanted, kind: Kind, reason: str
    ) -> None:
        snapshots = Snapshots(ledger)
        own = snapshots.token(0).partition("-")[0]
        asked = Wanted(wanted.at_least_as_fresh.format(own), wanted.at_exact_snapshot.format(own))

        with pytest.raises(Failure) as failure:
            snapshots.read(lambda state: state.totals([]), asked)
        assert (kind, reason) == (failure.value.kind, failure.value.reason)

    async def test_a_person_day_is_read_page_by_page_as_of_one_moment(self, ledger: Ledger) -> None:
        given = [shipment(f"S{number:02d}", cents=100 + number) for number in range(23)]
        key = _key((await determine(ledger, *given))[0].finding)
        reader = PersonDayReader(ledger=ledger)

        for size in PAGE_SIZES:
            page = reader.get(key, page_size=size)
            found, snapshot, total = [*page.person_day.shipments], page.snapshot, page.person_day.total
            while page.next_page_token:
                await one(ledger, shipment(f"W{size}-{len(found)}", cents=1))
                page = reader.get(key, page_size=size, page_token_=page.next_page_token)
                assert (snapshot, total) == (page.snapshot, page.person_day.total)
                found += page.person_day.shipments
            assert sum(each.amount_minor for each in found) == total.total_minor
            assert len(found) == total.shipments == len({each.shipment_id for each in found})

    async def test_what_is_held_is_in_the_breakdown_of_the_day_that_was_left(self, ledger: Ledger) -> None:
        key = _key((await one(ledger, shipment("S1", cents=50_000))).finding)
        await one(ledger, shipment("S1", cents=10_000, day=NEXT_DAY, revision=2))

        (counted,) = PersonDayReader(ledger=ledger).get(key, page_size=9).person_day.shipments

        assert ("S1", 0, 50_000) == counted

    async def test_a_person_day_without_claims_is_not_found_now_and_found_in_the_past(self, ledger: Ledger) -> None:
        key = _key((await one(ledger, shipment("S1"))).finding)
        reader = PersonDayReader(ledger=ledger)
        before = reader.get(key, page_size=9)
        await Releaser(ledger=ledger).release(["S1"])

        with pytest.raises(Failure) as failure:
            reader.get(key, page_size=9)
        assert (Kind.NOT_FOUND, "PERSON_DAY_NOT_FOUND") == (failure.value.kind, failure.value.reason)
        assert before == reader.get(key, page_size=9, wanted=Wanted(at_exact_snapshot=before.snapshot))

    @pytest.mark.parametrize("size", PAGE_SIZES)
    async def test_the_pages_together_are_the_whole_list_while_writers_write(self, ledger: Ledger, size: int) -> None:
        given = [
            shipment(
                f"S{number}", consignee=someone(number), cents=1_000 * number, day=(OPEN_DAY, NEXT_DAY)[number % 2]
            )
            for number in range(1, 61)
        ]
        answers = await determine(ledger, *given)
        await Releaser(ledger=ledger).release(["S7"])
        expected = sorted(_key(answer.finding) for number, answer in enumerate(answers, 1) if number != 7)
        lister = PersonDayLister(ledger=ledger)

        found, token, number = [], "", 0
        while number == 0 or token:
            page = lister.list_(page_size=size, page_token_=token)
            found += [each.key for each in page.person_days]
            token, number = page.next_page_token, number + 1
            await one(ledger, shipment(f"W{number}", consignee=someone(60 + number), cents=5))
            await one(ledger, shipment(f"S{number}", cents=7, day=NEXT_DAY, revision=2))
            await Releaser(ledger=ledger).release([f"S{61 - number}"])

        assert expected == found

    async def test_the_list_can_be_of_one_day_and_of_those_near_the_limit(self, ledger: Ledger) -> None:
        given = [
            shipment(f"S{number}", consignee=someone(number), cents=number * 20_000, day=day)
            for number, day in enumerate([OPEN_DAY, NEXT_DAY] * 2, 1)
        ]
        await determine(ledger, *given, shipment("S9", consignee=someone(4), cents=1, day=NEXT_DAY))
        lister = PersonDayLister(ledger=ledger)

        def totals(**asked: Any) -> list[int]:
            return sorted(each.total.total_minor for each in lister.list_(page_size=9, **asked).person_days)

        assert [20_000, 60_000] == totals(local_day=OPEN_DAY.isoformat())
        assert [60_000, 80_001] == totals(headroom_minor_max=20_000)
        assert [80_001] == totals(headroom_minor_max=0)
        assert [] == totals(local_day="2025-01-01")

    async def test_a_page_of_another_list_is_refused(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1"), shipment("S2", consignee=party("Ben Ode")))
        lister = PersonDayLister(ledger=ledger)
        token = lister.list_(page_size=1).next_page_token

        for wrong, asked in ((token, {"local_day": "2025-01-15"}), ("x", {}), (token[:-4], {}), ("é", {})):
            with pytest.raises(Failure) as failure:
                lister.list_(page_size=1, page_token_=wrong, **asked)  # type: ignore[arg-type]
            assert (Kind.INVALID, "PAGE_TOKEN") == (failure.value.kind, failure.value.reason)

    async def test_a_released_claim_counts_no_more_and_names_who_turned_until_told(self, ledger: Ledger) -> None:
        await determine(ledger, shipment("S1", cents=50_000), shipment("S2", cents=50_000))
        releaser = Releaser(ledger=ledger)

        for _ in range(2):
            ((turned,),) = [await releaser.release(["S1"])]
            assert [("S2", 1)] == names(turned)
        again = await one(ledger, shipment("S2", cents=50_000))
        assert (ELIGIBLE, 1) == (again.finding.verdict, again.finding.counted_shipments)
        assert [()] == await releaser.release(["S1"])

    async def test_a_release_frees_what_is_held_too(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await one(ledger, shipment("S1", cents=10_000, day=NEXT_DAY, revision=2))

        await Releaser(ledger=ledger).release(["S1"])

        assert {} == ledger.view(all_of)

    async def test_a_release_that_comes_late_leaves_what_was_claimed_since(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await one(ledger, shipment("S1", cents=60_000, revision=3))
        before = ledger.view(all_of)

        assert [()] == await Releaser(ledger=ledger).release(["S1"], revisions=[2])
        assert before == ledger.view(all_of)
        await Releaser(ledger=ledger).release(["S1"], revisions=[3])
        assert {} == ledger.view(all_of)

    async def test_a_shipment_released_and_determined_again_claims_as_a_new_one(self, ledger: Ledger) -> None:
        await one(ledger, shipment("S1", cents=50_000))
        await Releaser(ledger=ledger).release(["S1"])

        again = await one(ledger, shipment("S1", cents=60_000))

        assert (1, 20_000, False) == (
            again.finding.counted_shipments,
            again.finding.headroom_minor,
            again.confirm_wanted,
        )

    @pytest.fixture
    async def clocked(self, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
        clock = FixedClock(getattr(request, "param", datetime(2026, 1, 1, tzinfo=UTC)))
        ledger = await self.open_at(tmp_path / "clocked.db", clock)
        yield ledger, clock
        await ledger.close()

    async def open_at(self, path: Path, clock: FixedClock) -> ClosingLedger:
        """A new ledger with that clock; each store says how."""
        raise AssertionError("a store names how it is opened")

    async def test_a_determination_names_the_state_after_it(self, ledger: Ledger) -> None:
        _, snapshot = await Determiner(law=law(), ledger=ledger).determine_at([shipment("S1")])
        await one(ledger, shipment("S2"))

        (finding,), found = Checker(law=law(), ledger=ledger).check_at(
            [shipment("S9")], Wanted(at_exact_snapshot=snapshot)
        )
        assert (2, snapshot) == (finding.counted_shipments, found)


def _key(finding: Any) -> DayKey:
    return DayKey(finding.local_day, finding.person_day)

"""What every store of the person-day ledger promises, and what the verbs do on it.

A store runs the suite by naming how it is opened; see test_eligibility_ledgers.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from msgspec.structs import replace
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.ledger import Claim, Hold, Ledger, LedgerChange, Total
from tidewaiter_eligibility.model import DayKey, Turned, Verdict
from tidewaiter_eligibility.person_day import PersonDays

from tests.eligibility_shipments import law, shipment

DAY = DayKey("2025-01-15", "ab" * 16)
OTHER_DAY = DayKey("2025-01-16", "ab" * 16)
ELIGIBLE, NOT_ELIGIBLE = Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE


class ClosingLedger(Ledger, Protocol):
    """A ledger that a test has opened and closes."""

    async def close(self) -> None: ...


def claim(shipment_id: str = "S1", *, key: DayKey | None = DAY, told: Verdict = ELIGIBLE, revision: int = 1) -> Claim:
    """A claim of 25 dollars, with a judgement that is fit to be kept."""
    judgement = judge(shipment(shipment_id, consignee=None), law=law())
    return Claim(
        shipment_id=shipment_id,
        revision=revision,
        key=key,
        amount_minor=0 if key is None else 2_500,
        told=told,
        judgement=judgement,
    )


async def put(ledger: Ledger, *claims: Claim) -> None:
    """Keep claims, and some total for each of their days."""

    def work(change: LedgerChange) -> None:
        change.put_totals({each.key: _total(2_500, 1) for each in claims if each.key is not None})
        change.put_claims(claims)

    await ledger.change(work)


class LedgerPromises:
    """The suite of the port."""

    async def open(self, path: Path) -> ClosingLedger:
        """A new ledger; each store says how."""
        raise AssertionError("a store names how it is opened")

    @pytest.fixture
    async def ledger(self, tmp_path: Path) -> ClosingLedger:
        return await self.open(tmp_path / "eligibility.db")

    @pytest.fixture(autouse=True)
    async def _closed(self, ledger: ClosingLedger) -> object:
        yield
        await ledger.close()

    async def test_a_new_ledger_knows_nothing(self, ledger: Ledger) -> None:
        assert {} == ledger.view(lambda view: view.claims(["S1"]))
        assert {} == ledger.view(lambda view: view.totals({DAY}))
        assert () == ledger.view(lambda view: view.first_ids(DAY, at_most=9))
        assert [] == ledger.view(lambda view: view.told_otherwise(DAY, ELIGIBLE, at_most=9))
        assert {} == ledger.view(lambda view: view.left_days(["S1"]))

    async def test_a_ledger_has_a_secret_of_its_own(self, ledger: Ledger, tmp_path: Path) -> None:
        other = await self.open(tmp_path / "other.db")
        judgement = judge(shipment(), law=law())

        assert 32 == len(ledger.secret)
        assert PersonDays(ledger.secret).key(judgement) != PersonDays(other.secret).key(judgement)
        await other.close()

    async def test_a_claim_is_found_as_it_was_put(self, ledger: Ledger) -> None:
        claims = {name: claim(name, key=key) for name, key in (("S1", DAY), ("S2", OTHER_DAY), ("S3", None))}
        await put(ledger, *claims.values())

        assert claims == ledger.view(lambda view: view.claims(["S1", "S2", "S3", "S4"]))

    async def test_a_later_claim_takes_the_place_of_the_former(self, ledger: Ledger) -> None:
        await put(ledger, claim(key=DAY))
        await put(ledger, claim(key=OTHER_DAY, revision=2, told=NOT_ELIGIBLE))

        assert {"S1": claim(key=OTHER_DAY, revision=2, told=NOT_ELIGIBLE)} == ledger.view(
            lambda view: view.claims(["S1"])
        )
        assert () == ledger.view(lambda view: view.first_ids(DAY, at_most=9))

    async def test_a_claim_that_names_a_person_is_refused(self, ledger: Ledger) -> None:
        judgement = judge(shipment(), law=law())
        named = Claim(shipment_id="S1", revision=1, key=DAY, amount_minor=1, told=ELIGIBLE, judgement=judgement)

        with pytest.raises(ValueError, match="person"):
            await put(ledger, named)

    async def test_a_claim_against_a_day_without_a_total_is_refused(self, ledger: Ledger) -> None:
        with pytest.raises(ValueError, match="total"):
            await ledger.change(lambda change: change.put_claims([claim()]))

    async def test_totals_are_kept_and_forgotten_without_shipments(self, ledger: Ledger) -> None:
        one, other = _total(2_500, 1), _total(90_000, 3)
        await ledger.change(lambda change: change.put_totals({DAY: one, OTHER_DAY: other}))
        assert {DAY: one, OTHER_DAY: other} == ledger.view(lambda view: view.totals({DAY, OTHER_DAY}))

        await ledger.change(lambda change: change.put_totals({DAY: other, OTHER_DAY: _total(0, 0)}))
        assert {DAY: other} == ledger.view(lambda view: view.totals({DAY, OTHER_DAY}))

    @pytest.mark.parametrize("impossible", [(-1, 1), (1, 0), (1, -1)])
    async def test_a_total_that_cannot_be_is_refused_and_undoes_the_change(
        self, ledger: Ledger, impossible: tuple[int, int]
    ) -> None:
        def work(change: LedgerChange) -> None:
            change.put_claims([claim(key=None)])
            change.put_totals({DAY: _total(*impossible)})

        with pytest.raises(Exception, match="CHECK constraint"):
            await ledger.change(work)
        assert {} == ledger.view(lambda view: view.claims(["S1"]))

    async def test_a_change_that_raises_leaves_nothing(self, ledger: Ledger) -> None:
        def work(change: LedgerChange) -> None:
            change.put_totals({DAY: _total(2_500, 1)})
            change.put_claims([claim()])
            change.put_left("S1", DAY)
            raise LookupError("on purpose")

        with pytest.raises(LookupError):
            await ledger.change(work)
        assert {} == ledger.view(lambda view: view.claims(["S1"]))
        assert {} == ledger.view(lambda view: view.left_days(["S1"]))

    async def test_a_change_sees_what_it_wrote(self, ledger: Ledger) -> None:
        def work(change: LedgerChange) -> tuple[str, ...]:
            change.put_totals({DAY: _total(5_000, 2)})
            change.put_claims([claim("S2"), claim("S1")])
            return change.first_ids(DAY, at_most=9)

        assert ("S1", "S2") == await ledger.change(work)

    async def test_the_first_of_a_day_come_by_id_whatever_they_were_told(self, ledger: Ledger) -> None:
        await put(
            ledger,
            claim("S4", told=ELIGIBLE),
            claim("S1", told=NOT_ELIGIBLE),
            claim("S3", told=NOT_ELIGIBLE),
            claim("S2", told=ELIGIBLE),
            claim("S0", key=OTHER_DAY),
            claim("S9", key=None),
        )

        assert ("S1", "S2", "S3") == ledger.view(lambda view: view.first_ids(DAY, at_most=3))
        assert ("S1", "S2", "S3", "S4") == ledger.view(lambda view: view.first_ids(DAY, at_most=9))

    async def test_those_told_otherwise_are_named_with_the_revision_that_was_told(self, ledger: Ledger) -> None:
        await put(ledger, claim("S2", revision=5), claim("S1"), claim("S3", told=NOT_ELIGIBLE))

        named = ledger.view(lambda view: view.told_otherwise(DAY, NOT_ELIGIBLE, at_most=9))
        assert [Turned(shipment_id="S1", revision=1), Turned(shipment_id="S2", revision=5)] == named
        assert 1 == len(ledger.view(lambda view: view.told_otherwise(DAY, NOT_ELIGIBLE, at_most=1)))

        await ledger.change(lambda change: change.mark_told([("S1", NOT_ELIGIBLE), ("S2", NOT_ELIGIBLE)]))
        assert [] == ledger.view(lambda view: view.told_otherwise(DAY, NOT_ELIGIBLE, at_most=9))

    async def test_holds_are_kept_each_shipments_in_place_of_all_it_held(self, ledger: Ledger) -> None:
        hold, later = (Hold(key=DAY, amount_minor=amount, until_revision=until) for amount, until in ((9, 2), (5, 3)))
        elsewhere = Hold(key=OTHER_DAY, amount_minor=1, until_revision=2)
        totals = {DAY: _total(9, 1), OTHER_DAY: _total(1, 1)}

        def hold_all(change: LedgerChange) -> None:
            change.put_totals({key: replace(total, holding=1) for key, total in totals.items()})
            change.put_holds({"S1": (hold, later), "S2": (elsewhere,)})

        await ledger.change(hold_all)
        assert {"S1": (hold, later), "S2": (elsewhere,)} == ledger.view(lambda view: view.holds(["S1", "S2", "S3"]))
        assert 1 == ledger.view(lambda view: view.totals({DAY}))[DAY].holding
        assert ("S1",) == ledger.view(lambda view: view.first_ids(DAY, at_most=9))

        await ledger.change(lambda change: change.put_holds({"S1": (later,), "S2": ()}))
        assert {"S1": (later,)} == ledger.view(lambda view: view.holds(["S1", "S2"]))

    async def test_a_hold_on_a_day_without_a_total_is_refused(self, ledger: Ledger) -> None:
        hold = Hold(key=DAY, amount_minor=9, until_revision=2)

        with pytest.raises(ValueError, match="total"):
            await ledger.change(lambda change: change.put_holds({"S1": (hold,)}))

    async def test_those_who_hold_enough_beyond_their_claim_are_left_out(self, ledger: Ledger) -> None:
        await put(ledger, claim("S1"), claim("S2"))
        hold = Hold(key=DAY, amount_minor=2_600, until_revision=2)
        await ledger.change(lambda change: change.put_holds({"S1": (hold,)}))

        def told_otherwise(beyond_minor: int | None) -> list[str]:
            found = ledger.view(
                lambda view: view.told_otherwise(DAY, NOT_ELIGIBLE, at_most=9, beyond_minor=beyond_minor)
            )
            return [each.shipment_id for each in found]

        assert [["S1", "S2"], ["S1", "S2"], ["S2"]] == [told_otherwise(each) for each in (None, 101, 100)]

    async def test_a_day_that_was_left_is_remembered_until_forgotten(self, ledger: Ledger) -> None:
        def leave(change: LedgerChange) -> None:
            change.put_left("S1", DAY)
            change.put_left("S1", DAY)
            change.put_left("S1", OTHER_DAY)

        await ledger.change(leave)
        assert {"S1": [DAY, OTHER_DAY]} == ledger.view(lambda view: view.left_days(["S1", "S2"]))

        await ledger.change(lambda change: change.forget_left("S1", DAY))
        assert {"S1": [OTHER_DAY]} == ledger.view(lambda view: view.left_days(["S1"]))


def _total(total_minor: int, shipments: int) -> Total:
    return Total(total_minor=total_minor, limit_minor=80_000, shipments=shipments)

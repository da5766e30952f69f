"""The least change that turns a verdict: found by the code that answers, to the cent and to the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tidewaiter_eligibility.check import Checker
from tidewaiter_eligibility.determine import Determiner
from tidewaiter_eligibility.model import Mode, Shipment, Verdict
from tidewaiter_eligibility.store.memory import MemoryLedger
from tidewaiter_eligibility.what_would_change import Change, what_would_change

from tests.eligibility_laws import own_law, shipped_row
from tests.eligibility_shipments import CLOSED_DAY, OPEN_DAY, goods, law, shipment
from tests.model.eligibility_runs import run


def changes(given: Shipment, *, ledger: MemoryLedger | None = None, by: Any = None) -> dict[str, Change]:
    """By what is changed."""
    checker = Checker(law=by or law(), ledger=ledger or MemoryLedger())
    found = what_would_change(given, checker.check([given])[0], check=checker.check, law=by or law())
    kinds = [
        next(
            kind
            for kind in ("value_minor", "day", "mode", "is_undeclared")
            if getattr(change, kind) not in (None, False)
        )
        for change in found
    ]
    assert len(set(kinds)) == len(kinds)
    return dict(zip(kinds, found, strict=True))


@pytest.mark.parametrize(
    ("cents", "value", "verdict"),
    [
        (80_001, 80_000, Verdict.ELIGIBLE),
        (1_234_567, 80_000, Verdict.ELIGIBLE),
        (80_000, 80_001, Verdict.NOT_ELIGIBLE),
        (100, 80_001, Verdict.NOT_ELIGIBLE),
    ],
)
def test_the_nearest_value_is_told_to_the_cent(cents: int, value: int, verdict: Verdict) -> None:
    found = changes(shipment(cents=cents))["value_minor"]

    assert (value, verdict) == (found.value_minor, found.finding.verdict)


async def test_what_else_counts_on_the_persons_day_is_part_of_it() -> None:
    ledger = MemoryLedger()
    await Determiner(law=law(), ledger=ledger).determine([shipment("S1", cents=30_001)])

    broken = changes(shipment("S2", cents=50_000), ledger=ledger)
    alone = changes(shipment("S1", cents=30_001), ledger=ledger)

    # 800.00 less 300.01; and on the day before nobody else imports.
    assert 49_999 == broken["value_minor"].value_minor
    assert (date(2025, 1, 14), Verdict.ELIGIBLE) == (broken["day"].day, broken["day"].finding.verdict)
    # Its own claim does not count against it.
    assert 80_001 == alone["value_minor"].value_minor


def test_perfume_turns_at_its_own_limit() -> None:
    assert 500 == changes(shipment(items=(goods(2_000, hts_code="33030030"),)))["value_minor"].value_minor


def test_a_gift_turns_at_its_allowance_while_nothing_else_is_open() -> None:
    assert 10_000 == changes(shipment(day=CLOSED_DAY, cents=12_000, gift=True))["value_minor"].value_minor
    assert 10_001 == changes(shipment(day=CLOSED_DAY, cents=2_000, gift=True))["value_minor"].value_minor


@pytest.mark.parametrize(
    ("day", "origin", "turned", "verdict", "regime_id"),
    [
        ("2025-09-30", "DE", "2025-08-28", Verdict.ELIGIBLE, "R01"),
        ("2026-11-24", "DE", "2025-08-28", Verdict.ELIGIBLE, "R01"),
        ("2025-08-28", "DE", "2025-08-29", Verdict.NOT_ELIGIBLE, "R07"),
        ("2025-05-10", "CN", "2025-05-01", Verdict.ELIGIBLE, "R01"),
        ("2025-04-10", "CN", "2025-05-02", Verdict.NOT_ELIGIBLE, "R04"),
        ("2020-01-01", "DE", "2025-08-29", Verdict.NOT_ELIGIBLE, "R07"),
    ],
)
def test_the_nearest_day_is_told_with_its_regime(
    day: str, origin: str, turned: str, verdict: Verdict, regime_id: str
) -> None:
    found = changes(shipment(day=date.fromisoformat(day), origin=origin))["day"]

    assert (date.fromisoformat(turned), verdict, regime_id) == (
        found.day, found.finding.verdict, found.finding.regime_id,
    )  # fmt: skip


def test_of_two_days_as_near_the_earlier_is_told() -> None:
    closed = {**shipped_row("regimes", "regime", "R04"), "id": "ONE-DAY", "from": OPEN_DAY, "to": date(2025, 1, 16)}
    by = own_law(regimes={"regime": [closed]})

    assert date(2025, 1, 14) == changes(shipment(origin="CN"), by=by)["day"].day


def test_a_mode_that_turns_the_verdict_is_told() -> None:
    assert "mode" not in changes(shipment())
    closed = {**shipped_row("regimes", "regime", "R04"), "id": "AIR", "from": date(2025, 1, 1), "to": date(2025, 2, 1)}
    by = own_law(regimes={"regime": [closed]})

    found = changes(shipment(origin="CN"), by=by)["mode"]

    assert (Mode.MAIL, Verdict.ELIGIBLE) == (found.mode, found.finding.verdict)


def test_nothing_would_change_a_verdict_that_no_value_day_or_mode_turns() -> None:
    assert {} == changes(shipment(items=(goods(2_000, hts_code="220830"),)))


async def test_a_gift_on_a_broken_day_passes_undeclared_while_the_exemption_is_open() -> None:
    ledger = MemoryLedger()
    await Determiner(law=law(), ledger=ledger).determine([shipment("S1", cents=6_000, gift=True)])

    open_day = changes(shipment("S2", cents=6_000, gift=True), ledger=ledger)

    assert Verdict.ELIGIBLE is open_day["is_undeclared"].finding.verdict
    assert 4_000 == open_day["value_minor"].value_minor
    assert "is_undeclared" not in changes(shipment(day=CLOSED_DAY, cents=10_001, gift=True))


def test_what_is_unknown_is_asked_for_instead() -> None:
    assert {} == changes(shipment(consignee=None))


def test_a_day_may_be_named_instead_of_that_of_arrival() -> None:
    checker = Checker(law=law(), ledger=MemoryLedger())
    given = shipment(day=CLOSED_DAY, as_of=date(2016, 3, 9), cents=20_000)

    (found,) = checker.check([given])

    assert ("R00", "2016-03-09", "America/New_York") == (found.regime_id, found.local_day, found.zone)
    (without_port,) = checker.check([shipment(arrival_seconds=None, port_of_entry="", as_of=OPEN_DAY)])
    assert (Verdict.ELIGIBLE, "2025-01-15", "") == (without_port.verdict, without_port.local_day, without_port.zone)


def test_a_lot_of_an_order_over_the_limit_would_pass_at_what_its_order_leaves() -> None:
    ledger = MemoryLedger()
    lots: dict[str, Any] = {"order_id": "O-1", "seller_account_id": "shop"}
    others = [shipment(f"S{day}", day=OPEN_DAY.replace(day=day), cents=30_000, **lots) for day in (10, 11)]
    run(Determiner(law=law(), ledger=ledger).determine(others))

    denied = changes(shipment("S9", cents=30_000, **lots), ledger=ledger)
    passing = changes(shipment("S9", cents=10_000, **lots), ledger=ledger)

    # No day would help: the lots count together on all of them.
    assert ["value_minor"] == list(denied)
    assert (20_000, Verdict.ELIGIBLE) == (denied["value_minor"].value_minor, denied["value_minor"].finding.verdict)
    assert (20_001, Verdict.NOT_ELIGIBLE) == (
        passing["value_minor"].value_minor,
        passing["value_minor"].finding.verdict,
    )

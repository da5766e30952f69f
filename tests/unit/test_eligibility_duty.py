"""Duty on mail where the law of the day computes it: amounts by hand from law.md 2.2."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Confidence, Duty, DutyMethod, EntryPath, Mode

from tests.eligibility_laws import own_law
from tests.eligibility_shipments import goods, law, shipment

AD_VALOREM, SPECIFIC, BY_TARIFF = DutyMethod.AD_VALOREM, DutyMethod.SPECIFIC, DutyMethod.BY_TARIFF


def duty_on(day: str, *, origin: str = "CN", cents: int = 2_500, by: Law | None = None, **changes: Any) -> list[Duty]:
    given = shipment(day=date.fromisoformat(day), origin=origin, cents=cents, mode=Mode.MAIL, **changes)
    return list(judge(given, law=by or law()).duties)


def amounts(found: list[Duty]) -> list[tuple[DutyMethod, int | None]]:
    return [(duty.method, duty.amount_minor) for duty in found]


def rates(*rows: tuple[str, str]) -> Law:
    country_rates = [{"id": f"RATE-{country}", "origins": [country], "percent": percent} for country, percent in rows]
    return own_law(duties={"country_rate": country_rates})


@pytest.mark.parametrize(
    ("day", "origin", "rule_id", "expected"),
    [
        ("2025-05-01", "CN", "", []),
        # PD3: 120 % of $25.00 or $100 for the item.
        ("2025-05-02", "CN", "PD3", [(AD_VALOREM, 3_000), (SPECIFIC, 10_000)]),
        ("2025-05-13", "HK", "PD3", [(AD_VALOREM, 3_000), (SPECIFIC, 10_000)]),
        ("2025-05-13", "DE", "", []),
        # PD4: 54 % or $100.
        ("2025-05-14", "CN", "PD4", [(AD_VALOREM, 1_350), (SPECIFIC, 10_000)]),
        ("2025-08-28", "HK", "PD4", [(AD_VALOREM, 1_350), (SPECIFIC, 10_000)]),
        ("2025-08-28", "DE", "", []),
        # PD5: by the country's rate, of which none is on record.
        ("2025-08-29", "CN", "PD5", [(AD_VALOREM, None), (SPECIFIC, None)]),
        ("2026-02-23", "DE", "PD5", [(AD_VALOREM, None), (SPECIFIC, None)]),
        # PD6: 10 %, and no specific duty; the planned end of the option on 2026-02-28 changes nothing.
        ("2026-02-24", "DE", "PD6", [(AD_VALOREM, 250)]),
        ("2026-02-28", "CN", "PD6", [(AD_VALOREM, 250)]),
        ("2026-03-01", "CN", "PD6", [(AD_VALOREM, 250)]),
        ("2026-07-23", "MX", "PD6", [(AD_VALOREM, 250)]),
        # PD7: by the tariff.
        ("2026-07-24", "MX", "PD7", [(BY_TARIFF, None)]),
        ("2026-11-24", "CA", "PD7", [(BY_TARIFF, None)]),
        ("2027-07-01", "CA", "PD7", [(BY_TARIFF, None)]),
    ],
)
def test_duty_on_mail_worth_25_dollars(
    day: str, origin: str, rule_id: str, expected: list[tuple[DutyMethod, int | None]]
) -> None:
    found = duty_on(day, origin=origin)

    assert expected == amounts(found)
    assert {rule_id} == ({duty.rule_id for duty in found} or {""})


def test_the_formula_says_how_the_amount_came_about() -> None:
    ad_valorem, specific = duty_on("2025-05-14", cents=4_999)

    # 54 % of 49.99 is 26.9946.
    assert (2_699, "54.00 % of $49.99 = $26.99") == (ad_valorem.amount_minor, ad_valorem.formula)
    assert "$100.00 for the postal item" == specific.formula
    assert "CSMS 65029337" in specific.citation
    assert Confidence.SECONDARY is ad_valorem.confidence


@pytest.mark.parametrize(("cents", "duty"), [(4, 0), (5, 1), (14, 1), (15, 2), (0, 0), (250_000, 25_000)])
def test_half_a_cent_is_rounded_up(cents: int, duty: int) -> None:
    assert [(AD_VALOREM, duty)] == amounts(duty_on("2026-03-01", cents=cents))


# law.md 2.2 PD5: $80 below 16 %, $160 from 16 to 25 %, $200 above 25 %.
@pytest.mark.parametrize(
    ("rate", "ad_valorem", "specific"),
    [
        ("0.00", 0, 8_000),
        ("15.99", 400, 8_000),
        ("16.00", 400, 16_000),
        ("25.00", 625, 16_000),
        ("25.01", 625, 20_000),
        ("50.00", 1_250, 20_000),
    ],
)
def test_a_countrys_rate_gives_the_percentage_and_the_band(rate: str, ad_valorem: int, specific: int) -> None:
    found = duty_on("2025-10-01", origin="DE", by=rates(("DE", rate)))

    assert [(AD_VALOREM, ad_valorem), (SPECIFIC, specific)] == amounts(found)
    assert f"{rate} % (rate RATE-DE of DE)" in found[0].formula
    assert {Confidence.UNVERIFIED} == {duty.confidence for duty in found}
    assert all("the operator's own list" in duty.citation for duty in found)


def test_of_several_origins_the_highest_rate_governs_and_each_must_be_known() -> None:
    lines = (goods(1_000, origin_country="DE"), goods(1_000, origin_country="IN"))

    both = duty_on("2025-10-01", items=lines, by=rates(("DE", "15.00"), ("IN", "50.00")))
    one = duty_on("2025-10-01", items=lines, by=rates(("DE", "15.00")))

    assert [(AD_VALOREM, 1_000), (SPECIFIC, 20_000)] == amounts(both)
    assert [(AD_VALOREM, None), (SPECIFIC, None)] == amounts(one)
    assert "needs the rate of IN; supply it as a country_rate row" == one[0].formula


def test_a_value_that_is_not_known_leaves_what_does_not_depend_on_it() -> None:
    found = duty_on("2025-06-01", items=(goods(unit_value=None, origin_country="CN"),))

    # Nothing tells whether it is over the band of postal duty, so that no entry and no duty is named.
    assert [] == found


def test_duty_is_due_only_on_the_entry_it_is_for() -> None:
    formal = shipment(day=date(2025, 6, 1), origin="CN", mode=Mode.MAIL, cents=250_001)
    by_air = shipment(day=date(2025, 6, 1), origin="CN", mode=Mode.AIR)
    given = shipment(day=date(2025, 6, 1), origin="CN", mode=Mode.MAIL, cents=10_000, gift=True)

    assert (EntryPath.TYPE_01, ()) == (judge(formal, law=law()).path, judge(formal, law=law()).duties)
    assert () == judge(by_air, law=law()).duties
    # A gift pays when its recipient's day is over the allowance: 54 % of 100.00.
    gift = judge(given, law=law())
    assert (EntryPath.GIFT, EntryPath.POSTAL_DUTY) == (gift.path, gift.path_otherwise)
    assert [(AD_VALOREM, 5_400), (SPECIFIC, 10_000)] == amounts(list(gift.duties))

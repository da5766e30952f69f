"""One shipment alone before the law: every failed reason, and only the inputs that the answer hangs on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.model import (
    Confidence,
    EntryPath,
    Item,
    Judgement,
    Mode,
    Money,
    ReasonCode,
    Shipment,
    Verdict,
)

from tests.eligibility_shipments import CLOSED_DAY, OPEN_DAY, goods, law, party, shipment, usd

ONE_CN_DAY = date(2025, 6, 1)
"""Closed to China and Hong Kong, open to the rest."""


def judged(given: Shipment) -> Judgement:
    return judge(given, law=law())


def missing(found: Judgement) -> list[str]:
    return [reason.field for reason in found.reasons if reason.code is ReasonCode.INPUT_MISSING]


def codes(found: Judgement) -> list[ReasonCode]:
    return [reason.code for reason in found.reasons]


def test_a_reason_says_the_amounts_the_rule_its_citation_and_its_confidence() -> None:
    (reason,) = judged(shipment(cents=80_150)).reasons

    assert "$801.50 is over the limit of $800.00 for one person on one day." == reason.detail
    assert ("V-C-800", Confidence.OFFICIAL) == (reason.rule_id, reason.confidence)
    assert "19 USC 1321(a)(2)(C)" in reason.citation


def test_value_is_quantity_times_unit_value_over_all_lines() -> None:
    lines = (goods(1_999, quantity=3), goods(1, quantity=7))

    assert 3 * 1_999 + 7 == judged(shipment(items=lines)).value_minor


def test_all_failed_reasons_are_said_and_not_the_first() -> None:
    given = shipment(day=OPEN_DAY, items=(goods(300_000, hts_code="220830"), goods(1, hts_code="2402208000")))

    found = judged(given)

    assert [
        ReasonCode.EXCLUDED_ALCOHOL,
        ReasonCode.EXCLUDED_TOBACCO,
        ReasonCode.VALUE_OVER_LIMIT,
    ] == codes(found)
    assert (Verdict.NOT_ELIGIBLE, EntryPath.TYPE_01) == (found.verdict, found.path)


@pytest.mark.parametrize(
    ("hts_code", "code"),
    [
        ("220300", ReasonCode.EXCLUDED_ALCOHOL),
        ("22042150", ReasonCode.EXCLUDED_ALCOHOL),
        ("2207103000", ReasonCode.EXCLUDED_ALCOHOL),
        ("2402208000", ReasonCode.EXCLUDED_TOBACCO),
        ("2404110000", ReasonCode.EXCLUDED_TOBACCO),
        ("3303003000", ReasonCode.EXCLUDED_PERFUME),
    ],
)
def test_excluded_goods_never_pass(hts_code: str, code: ReasonCode) -> None:
    found = judged(shipment(items=(goods(2_000, hts_code=hts_code),)))

    assert (Verdict.NOT_ELIGIBLE, [code]) == (found.verdict, codes(found))
    assert "items[0].hts_code" == found.reasons[0].field


@pytest.mark.parametrize("hts_code", ["220210", "2207106090", "2404120500", "3303001000", "330499"])
def test_goods_beside_the_excluded_ones_pass(hts_code: str) -> None:
    assert Verdict.ELIGIBLE is judged(shipment(items=(goods(2_000, hts_code=hts_code),))).verdict


@pytest.mark.parametrize(("cents", "verdict"), [(500, Verdict.ELIGIBLE), (501, Verdict.NOT_ELIGIBLE)])
def test_perfume_passes_in_a_shipment_of_five_dollars(cents: int, verdict: Verdict) -> None:
    assert verdict is judged(shipment(items=(goods(cents, hts_code="33030030"),))).verdict


@pytest.mark.parametrize(
    ("hts_code", "verdict", "field"),
    [
        ("330300", Verdict.UNKNOWN, ["items[0].hts_code"]),
        ("220710", Verdict.UNKNOWN, ["items[0].hts_code"]),
        ("330310", Verdict.ELIGIBLE, []),
    ],
)
def test_a_number_too_short_to_tell_is_asked_for(hts_code: str, verdict: Verdict, field: list[str]) -> None:
    found = judged(shipment(items=(goods(2_000, hts_code=hts_code),)))

    assert (verdict, field) == (found.verdict, missing(found))


@pytest.mark.parametrize(
    ("description", "verdict"),
    [
        ("Scotch whisky, single malt, 0.7 l", Verdict.UNKNOWN),
        ("WINE of the Mosel", Verdict.UNKNOWN),
        ("ginger tea of organic ginger", Verdict.ELIGIBLE),
        ("leather drumsticks", Verdict.ELIGIBLE),
    ],
)
def test_without_a_number_a_description_that_hints_at_excluded_goods_is_asked_about(
    description: str, verdict: Verdict
) -> None:
    assert verdict is judged(shipment(items=(goods(2_000, hts_code="", description=description),))).verdict


def test_alcohol_needs_formal_entry_where_informal_entry_would_do_otherwise() -> None:
    for day, mode in ((CLOSED_DAY, Mode.AIR), (date(2026, 8, 1), Mode.MAIL), (date(2026, 11, 24), Mode.MAIL)):
        found = judged(shipment(day=day, mode=mode, items=(goods(2_000, hts_code="220421"),)))

        assert EntryPath.TYPE_01 is found.path


def test_a_closed_shipment_whose_entry_hangs_on_a_missing_number_names_no_entry_and_asks() -> None:
    found = judged(shipment(day=CLOSED_DAY, items=(goods(2_000, hts_code="", description="red wine"),)))

    assert (Verdict.NOT_ELIGIBLE, EntryPath.UNSPECIFIED) == (found.verdict, found.path)
    assert ["items[0].hts_code"] == missing(found)


def test_one_closed_origin_closes_the_shipment() -> None:
    lines = (goods(100, origin_country="DE"), goods(100, origin_country="HK"))

    found = judged(shipment(day=ONE_CN_DAY, items=lines))

    assert ("R04", Verdict.NOT_ELIGIBLE) == (found.regime_id, found.verdict)


@pytest.mark.parametrize(
    ("day", "changes", "fields"),
    [
        (OPEN_DAY, {"mode": None}, ["mode"]),
        (OPEN_DAY, {"arrival_seconds": None}, ["estimated_arrival"]),
        (OPEN_DAY, {"mode": None, "arrival_seconds": None}, ["mode", "estimated_arrival"]),
        (OPEN_DAY, {"port_of_entry": ""}, ["port_of_entry"]),
        (OPEN_DAY, {"port_of_entry": "7000"}, ["port_of_entry"]),
        (OPEN_DAY, {"items": ()}, ["items"]),
        (OPEN_DAY, {"items": (goods(unit_value=None), goods())}, ["items[0].unit_value"]),
        (OPEN_DAY, {"items": (goods(unit_value=Money(currency_code="", units=1, nanos=0)),)},
         ["items[0].unit_value.currency_code"]),
        (OPEN_DAY, {"consignee": None}, ["consignee"]),
        (OPEN_DAY, {"consignee": party(name="")}, ["consignee.name"]),
        (OPEN_DAY, {"consignee": party(name="", postal_code="", address_lines=())},
         ["consignee.name", "consignee.postal_code", "consignee.address_lines"]),
        (ONE_CN_DAY, {"items": (goods(origin_country=""),)}, ["items[0].origin_country"]),
        (ONE_CN_DAY, {"items": (goods(), goods(origin_country=""))}, ["items[1].origin_country"]),
    ],
)  # fmt: skip
def test_a_missing_input_that_decides_is_named(day: date, changes: dict[str, Any], fields: list[str]) -> None:
    found = judged(shipment(day=day, **changes))

    assert (Verdict.UNKNOWN, EntryPath.UNSPECIFIED, None) == (found.verdict, found.path, found.rule)
    assert fields == missing(found)


@pytest.mark.parametrize(
    ("day", "changes", "regime_id"),
    [
        (CLOSED_DAY, {"consignee": None}, "R07"),
        (CLOSED_DAY, {"port_of_entry": ""}, "R07"),
        (CLOSED_DAY, {"items": (goods(origin_country=""),)}, "R07"),
        (CLOSED_DAY, {"items": (goods(unit_value=None),)}, "R07"),
        (CLOSED_DAY, {"items": ()}, "R07"),
        (CLOSED_DAY, {"items": (goods(unit_value=Money(currency_code="EUR", units=1, nanos=0)),)}, "R07"),
        (ONE_CN_DAY, {"items": (goods(origin_country="CN"), goods(origin_country=""))}, "R04"),
        (ONE_CN_DAY, {"consignee": None, "items": (goods(origin_country="CN"),)}, "R04"),
    ],
)
def test_a_missing_input_that_decides_nothing_leaves_a_closed_shipment_closed(
    day: date, changes: dict[str, Any], regime_id: str
) -> None:
    found = judged(shipment(day=day, **changes))

    assert (Verdict.NOT_ELIGIBLE, regime_id) == (found.verdict, found.regime_id)


def test_a_port_that_is_none_on_record_is_named() -> None:
    (reason,) = judged(shipment(port_of_entry="7000")).reasons

    assert "port_of_entry 7000 is no port on record: the limit is that of one local day." == reason.detail


def test_an_origin_is_not_asked_for_while_every_origin_has_one_regime() -> None:
    assert Verdict.ELIGIBLE is judged(shipment(items=(goods(origin_country=""),))).verdict


@pytest.mark.parametrize(
    ("instant", "port", "regime_id", "day"),
    [
        # 00:00:59 and 00:01:00 of the 29th in New York: law.md 2.1, "00:01 local Eastern on the date given".
        (1_756_440_059, "4701", "R01", "2025-08-29"),
        (1_756_440_060, "4701", "R07", "2025-08-29"),
        # The same instants in Los Angeles and Honolulu, where it is still the 28th.
        (1_756_440_059, "2720", "R01", "2025-08-28"),
        (1_756_440_060, "2720", "R07", "2025-08-28"),
        (1_756_440_060, "3201", "R07", "2025-08-28"),
        # Without a port the person's day is not known; the law is.
        (1_756_440_060, "", "R07", ""),
    ],
)
def test_a_regime_switches_by_the_clock_of_the_law_and_a_day_is_that_of_the_port(
    instant: int, port: str, regime_id: str, day: str
) -> None:
    found = judged(shipment(arrival_seconds=instant, port_of_entry=port))

    assert (regime_id, day) == (found.regime_id, found.local_day)


def test_a_value_that_cannot_be_told_keeps_a_closed_shipment_from_naming_its_entry() -> None:
    foreign = goods(unit_value=Money(currency_code="EUR", units=10, nanos=0))

    found = judged(shipment(day=CLOSED_DAY, items=(foreign,)))

    assert EntryPath.UNSPECIFIED is found.path
    assert [ReasonCode.EXEMPTION_CLOSED, ReasonCode.RATE_UNKNOWN] == codes(found)


def test_another_currency_cannot_be_weighed() -> None:
    lines = (goods(), goods(unit_value=Money(currency_code="CNY", units=70, nanos=0)))

    found = judged(shipment(items=lines))

    assert (Verdict.UNKNOWN, [ReasonCode.RATE_UNKNOWN], None) == (found.verdict, codes(found), found.value_minor)
    assert "items[1].unit_value.currency_code" == found.reasons[0].field


def test_a_known_failure_settles_the_verdict_whatever_else_is_missing() -> None:
    lines: tuple[Item, ...] = (goods(hts_code="220421"), goods(unit_value=None))

    assert Verdict.NOT_ELIGIBLE is judged(shipment(items=lines, consignee=None)).verdict


def test_before_the_first_row_no_law_is_known() -> None:
    found = judged(shipment(day=date(1993, 12, 7)))

    assert (Verdict.UNKNOWN, [ReasonCode.LAW_UNKNOWN]) == (found.verdict, codes(found))


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        (None, "consignee"),
        (party("Ben Ode", address_lines=()), "consignee"),
        (party("Ben Ode", postal_code=""), "consignee"),
        (party("Ben Ode"), "buyer"),
    ],
)
def test_the_purchaser_counts_when_named_with_an_address_else_the_consignee(buyer: Any, expected: str) -> None:
    person = judged(shipment(buyer=buyer)).person

    assert ("ben ode" if expected == "buyer" else "ann lee") == person.split("|")[0]


def test_cents_are_exact_where_floats_are_not() -> None:
    lines = (*(goods(10, unit_value=usd(10)) for _ in range(3)), goods(79_970))

    assert (80_000, Verdict.ELIGIBLE) == (
        judged(shipment(items=lines)).value_minor,
        judged(shipment(items=lines)).verdict,
    )

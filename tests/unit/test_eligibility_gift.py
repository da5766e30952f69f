"""Declared gifts: an allowance of their own, unless the goods were sold to whom they are sent."""

from __future__ import annotations

from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.model import EntryPath, Judgement, ReasonCode, Shipment, Verdict

from tests.eligibility_shipments import CLOSED_DAY, goods, law, party, shipment


def judged(given: Shipment) -> Judgement:
    return judge(given, law=law())


def missing(found: Judgement) -> list[str]:
    return [reason.field for reason in found.reasons if reason.code is ReasonCode.INPUT_MISSING]


def codes(found: Judgement) -> list[ReasonCode]:
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    ("changes", "is_gift"),
    [
        ({}, True),
        ({"has_seller": True}, False),
        ({"order_id": "O-1"}, False),
        ({"has_listed_price": True}, False),
        ({"seller_account_id": "shop"}, False),
        ({"buyer": party("Ann LEE", address_lines=())}, False),
        ({"has_seller": True, "buyer": party("Omi Lee", country_code="DE")}, True),
        ({"has_seller": True, "buyer": party("Omi Lee", country_code="US")}, False),
        ({"has_seller": True, "buyer": party("Omi Lee", country_code="")}, False),
    ],
)
def test_goods_sold_to_the_recipient_are_no_gift(changes: dict[str, Any], is_gift: bool) -> None:
    found = judged(shipment(day=CLOSED_DAY, cents=5_000, gift=True, **changes))

    assert is_gift is (found.verdict is Verdict.ELIGIBLE)
    assert is_gift is not (ReasonCode.GIFT_NOT_BONA_FIDE in codes(found))


def test_what_is_no_gift_may_still_pass_as_any_other_shipment_while_the_exemption_is_open() -> None:
    found = judged(shipment(cents=10_001, gift=True))

    assert (Verdict.ELIGIBLE, EntryPath.SECTION_321_MANIFEST) == (found.verdict, found.path)
    assert [ReasonCode.GIFT_OVER_ALLOWANCE] == codes(found)


def test_a_gift_of_wine_is_none() -> None:
    found = judged(shipment(day=CLOSED_DAY, gift=True, items=(goods(1_000, hts_code="220421"),)))

    assert (Verdict.NOT_ELIGIBLE, EntryPath.TYPE_01) == (found.verdict, found.path)
    assert [ReasonCode.EXEMPTION_CLOSED, ReasonCode.EXCLUDED_ALCOHOL] == codes(found)


def test_a_gift_counts_against_its_recipient_and_needs_to_know_where_it_was_sent_from() -> None:
    found = judged(shipment(day=CLOSED_DAY, gift=True, country_of_shipment=""))

    assert (Verdict.UNKNOWN, ["country_of_shipment"]) == (found.verdict, missing(found))
    assert Verdict.ELIGIBLE is judged(shipment(gift=True, country_of_shipment="")).verdict


def test_a_gift_of_unknown_value_is_asked_about_even_where_the_exemption_is_closed() -> None:
    found = judged(shipment(day=CLOSED_DAY, gift=True, items=(goods(unit_value=None),)))

    assert (Verdict.UNKNOWN, ["items[0].unit_value"]) == (found.verdict, missing(found))


def test_a_broken_day_of_gifts_tells_that_the_exemption_is_open_to_it_undeclared() -> None:
    found = judged(shipment(gift=True, cents=6_000))

    (reason,) = found.reasons_otherwise
    assert (ReasonCode.GIFT_UNDECLARED_OPEN, "V-C-800", "gift") == (reason.code, reason.rule_id, reason.field)


def test_a_broken_day_of_gifts_tells_why_nothing_else_helps_and_which_entry_is_needed() -> None:
    found = judged(shipment(day=CLOSED_DAY, gift=True, cents=6_000))

    assert (EntryPath.GIFT, EntryPath.TYPE_11) == (found.path, found.path_otherwise)
    assert [ReasonCode.EXEMPTION_CLOSED] == [reason.code for reason in found.reasons_otherwise]

"""What refuses a filing beyond its fields: the requirement table, amounts, check digits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from google.type.money_pb2 import Money
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_intake import amounts, identifiers, places, requirements
from tidewaiter_intake.errors import RequirementsRefused
from tidewaiter_intake.keys import join_keys

from tests.filings import filing, goods, party

DAY = date(2025, 1, 15)
TABLE = requirements.load()
MARKET: dict[str, Any] = {"filer_type": trade_pb2.FILER_TYPE_ONLINE_MARKETPLACE}


def _refused(**changes: Any) -> list[str]:
    return [violation.code for violation in TABLE.violations(filing(**changes), DAY)]


def _told(**changes: Any) -> list[str]:
    return [reason.rule_id for reason in TABLE.shortfalls(filing(**changes), DAY)]


def test_a_sound_filing_lacks_nothing() -> None:
    assert [] == _refused()
    assert [] == _told()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tracking_number": ""}, ["SHIPMENT_KEY_MISSING"]),
        ({"tracking_number": "", "master_bill": "123-12345675"}, []),
        ({"consignee": None}, ["CONSIGNEE_MISSING"]),
        ({"items": [goods(description="")]}, ["DESCRIPTION_MISSING"]),
        ({"items": [goods(description="", listing_url="https://example.com/1")]}, []),
        ({**MARKET}, ["SELLER_MISSING"]),
        ({**MARKET, "seller": party("Shop"), "consignee": None}, []),
        ({**MARKET, "seller": party("Shop"), "items": []}, ["GOODS_MISSING"]),
    ],
)
def test_a_required_element_that_is_missing_refuses_the_filing(changes: dict[str, Any], expected: list[str]) -> None:
    assert expected == _refused(**changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"security_scan": None}, ["REQ-SCAN"]),
        ({"security_scan": None, "mode": trade_pb2.TRANSPORT_MODE_MAIL}, []),
        ({"house_bill": "H1"}, ["REQ-ISSUER"]),
        ({"house_bill": "H1", "house_bill_issuer": "ABCD"}, []),
        ({**MARKET, "seller": party("Shop")}, ["REQ-SELLER-ACCOUNT", "REQ-LISTED-PRICE"]),
    ],
)
def test_an_expected_element_that_is_missing_is_told_and_refuses_nothing(
    changes: dict[str, Any], expected: list[str]
) -> None:
    assert expected == _told(**changes)
    assert [] == _refused(**changes)


def test_an_element_is_asked_for_from_its_first_day_on() -> None:
    without = filing(estimated_arrival=None)

    assert [] == [r.rule_id for r in TABLE.shortfalls(without, date(2024, 7, 24)) if r.rule_id == "REQ-ARRIVAL"]
    assert ["REQ-ARRIVAL"] == [r.rule_id for r in TABLE.shortfalls(without, date(2024, 7, 25))]


def test_all_that_is_missing_is_told_at_once() -> None:
    assert ["SHIPMENT_KEY_MISSING", "DESCRIPTION_MISSING", "CONSIGNEE_MISSING"] == _refused(
        tracking_number="", items=[goods(description="")], consignee=None
    )


ROW = """
[[element]]
id = "A"
code = "A_MISSING"
fields = ["items"]
filers = []
modes = []
presence = "required"
from = "2019-08-22"
to = ""
citation = "c"
confidence = "official"
fix = "f"
"""


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (('"items"', '"itmes"'), "no field 'itmes'"),
        (('"official"', '"sure"'), "sure"),
        (('"required"', '"wanted"'), "wanted"),
        (("filers = []", 'filers = ["PIRATE"]'), "PIRATE"),
        (('citation = "c"', 'citation = ""'), "citation"),
        (('from = "2019-08-22"', 'from = "soon"'), "soon"),
        (('fix = "f"', ""), "fix"),
        (('id = "A"', 'id = "A"\nidd = 1'), "idd"),
    ],
)
def test_a_damaged_row_refuses_the_table_and_is_named(damage: tuple[str, str], said: str) -> None:
    with pytest.raises(RequirementsRefused, match="element 1") as refused:
        requirements.parse(ROW.replace(*damage))
    assert said in str(refused.value)


def test_an_id_used_twice_and_an_empty_table_are_refused() -> None:
    with pytest.raises(RequirementsRefused, match="twice"):
        requirements.parse(ROW + ROW)
    with pytest.raises(RequirementsRefused, match="empty"):
        requirements.parse("")


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Money(currency_code="USD", units=800, nanos=10_000_000), []),
        (Money(currency_code="JPY", units=800), []),
        (Money(currency_code="BHD", units=8, nanos=1_000_000), []),
        (Money(currency_code="USD", units=8, nanos=1_000_000), ["AMOUNT_TOO_FINE"]),
        (Money(currency_code="JPY", units=8, nanos=500_000_000), ["AMOUNT_TOO_FINE"]),
        (Money(currency_code="USD", units=-1), ["AMOUNT_NEGATIVE"]),
        (Money(currency_code="USD", units=1, nanos=-10_000_000), ["AMOUNT_NEGATIVE"]),
        (Money(currency_code="USD", nanos=1_000_000_000), ["AMOUNT_NANOS"]),
        (Money(currency_code="ABC", units=1), ["CURRENCY_UNKNOWN"]),
        (Money(units=1), ["CURRENCY_UNKNOWN"]),
        (Money(currency_code="USD", units=10_000_000), []),
        (Money(currency_code="USD", units=10_000_001), ["AMOUNT_TOO_LARGE"]),
        (Money(currency_code="VND", units=10_000_000_000), []),
        (Money(currency_code="VND", units=10_000_000_001), ["AMOUNT_TOO_LARGE"]),
    ],
)
def test_an_amount_is_well_formed_or_refused(money: Money, expected: list[str]) -> None:
    given = filing(items=[goods(unit_value=money)], listed_price=money)

    assert expected * 2 == [violation.code for violation in amounts.violations(given)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tracking_number": "RB123456785GB"}, []),
        ({"tracking_number": "rb 123 456 785 gb"}, []),
        ({"tracking_number": "RB123456786US"}, ["TRACKING_NUMBER_CHECK_DIGIT"]),
        ({"tracking_number": "1Z5R89390357567127"}, []),
        ({"tracking_number": "1Z5R89390357567128"}, ["TRACKING_NUMBER_CHECK_DIGIT"]),
        ({"tracking_number": "ANY-OTHER-1"}, []),
        ({"tracking_number": "- -"}, ["IDENTIFIER_BLANK"]),
        ({"house_bill": "-"}, ["IDENTIFIER_BLANK"]),
        ({"master_bill": " "}, ["IDENTIFIER_BLANK"]),
        ({"master_bill": "123-12345675"}, []),
        ({"master_bill": "123-12345674"}, ["AIR_WAYBILL_CHECK_DIGIT"]),
        ({"master_bill": "123-12345674", "mode": trade_pb2.TRANSPORT_MODE_OCEAN}, []),
    ],
)
def test_a_number_that_names_its_scheme_has_the_right_check_digit(changes: dict[str, Any], expected: list[str]) -> None:
    assert expected == [violation.code for violation in identifiers.violations(filing(**changes))]


def test_a_house_bill_joins_only_within_its_issuer_and_a_master_bill_never() -> None:
    assert () == join_keys(filing(tracking_number="", house_bill="H-1", master_bill="123-12345675"))
    assert () == join_keys(filing(tracking_number="- -", house_bill="-", house_bill_issuer="ABCD"))
    assert ("H:ABCD:H1",) == join_keys(filing(tracking_number="", house_bill="h-1", house_bill_issuer="abcd"))
    assert ("T:X1", "H:ABCD:H1") == join_keys(filing(tracking_number="x 1", house_bill="H1", house_bill_issuer="ABCD"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"country_of_shipment": "UK"}, ["filing.country_of_shipment"]),
        ({"items": [goods(), goods(origin_country="XX")]}, ["filing.items[1].origin_country"]),
        ({"country_of_shipment": "", "items": [goods(origin_country="")]}, []),
    ],
)
def test_a_country_that_does_not_exist_is_refused(changes: dict[str, Any], expected: list[str]) -> None:
    found = list(places.violations(filing(**changes)))

    assert expected == [violation.field for violation in found]
    assert {"COUNTRY_UNKNOWN"} >= {violation.code for violation in found}

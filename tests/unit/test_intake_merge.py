"""The merged view depends on the set of filings, not on their order, and keeps contradictions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_intake.merge import merge
from tidewaiter_intake.model import Conflict, FilerType, Filing, ShipmentId

from tests.filings import filing, goods, party

SHIPMENT = ShipmentId("0" * 26)
CARRIER: dict[str, Any] = {
    "tracking_number": "TW1",
    "originator_code": "CARR01",
    "filer_type": trade_pb2.FILER_TYPE_CARRIER,
}
MARKET: dict[str, Any] = {
    "tracking_number": "TW1",
    "originator_code": "MARK01",
    "filer_type": trade_pb2.FILER_TYPE_ONLINE_MARKETPLACE,
}
BROKER: dict[str, Any] = {
    "tracking_number": "TW1",
    "originator_code": "BROK01",
    "filer_type": trade_pb2.FILER_TYPE_BROKER,
}


def test_a_single_filing_is_its_own_view() -> None:
    given_one = filing(tracking_number="tw 12-34")

    view = merge(SHIPMENT, 1, [given_one])

    assert "TW1234" == view.facts.tracking_number
    assert given_one.facts.items == view.facts.items
    assert given_one.facts.consignee == view.facts.consignee
    assert (FilerType.CARRIER,) == view.filer_types
    assert () == view.conflicts
    assert ("CARR01/r-1",) == view.filings


def test_the_marketplace_is_trusted_for_goods_and_the_carrier_for_the_movement() -> None:
    sold = filing("m", **MARKET, items=[goods(9_900)], port_of_entry="2704", consignee=party("Bo Ek"))
    moved = filing("c", **CARRIER, items=[goods(9_900, description="shirt")], port_of_entry="4701")

    view = merge(SHIPMENT, 2, [sold, moved])

    assert sold.facts.items == view.facts.items
    assert "4701" == view.facts.port_of_entry
    assert "Ann Lee" == (view.facts.consignee.name if view.facts.consignee else None)


def test_another_value_of_the_goods_is_a_conflict_and_another_wording_is_none() -> None:
    sold = filing("m", **MARKET, items=[goods(9_900)])
    worded = filing("c", **CARRIER, items=[goods(9_900, description="shirt")])
    cheaper = filing("c", **CARRIER, items=[goods(1_900)])

    assert () == merge(SHIPMENT, 2, [sold, worded]).conflicts
    assert (Conflict("items.unit_value", ("MARK01", "CARR01")),) == merge(SHIPMENT, 2, [sold, cheaper]).conflicts


@pytest.mark.parametrize(
    ("sold", "moved", "conflict"),
    [
        ({"weight_grams": 300}, {"weight_grams": 400}, None),
        ({"weight_grams": 300}, {"weight_grams": 401}, "items.weight_grams"),
        ({"weight_grams": 20_000}, {"weight_grams": 22_000}, None),
        ({"weight_grams": 20_000}, {"weight_grams": 23_000}, "items.weight_grams"),
        ({"weight_grams": 300}, {"weight_grams": 0}, None),
        ({"hts_code": "6205.20.20"}, {"hts_code": "620530"}, None),
        ({"hts_code": "6205.20.20"}, {"hts_code": "8517.62"}, "items.hts_code"),
        ({"hts_code": "6205.20.20"}, {"hts_code": ""}, None),
    ],
)
def test_another_weight_or_heading_is_a_conflict_and_what_is_near_or_unsaid_is_none(
    sold: dict[str, Any], moved: dict[str, Any], conflict: str | None
) -> None:
    filings = [filing("m", **MARKET, items=[goods(**sold)]), filing("c", **CARRIER, items=[goods(**moved)])]

    found = merge(SHIPMENT, 2, filings).conflicts

    assert ([] if conflict is None else [Conflict(conflict, ("MARK01", "CARR01"))]) == list(found)


def test_a_name_in_other_letters_of_case_is_no_conflict_and_another_person_is_one() -> None:
    one = filing("m", **MARKET, consignee=party("ANN LEE"))
    same = filing("c", **CARRIER, consignee=party("Ann Lee", phone="555"))
    other = filing("c", **CARRIER, consignee=party("Zoe Poe"))

    assert () == merge(SHIPMENT, 2, [one, same]).conflicts
    assert (Conflict("consignee", ("CARR01", "MARK01")),) == merge(SHIPMENT, 2, [one, other]).conflicts


def test_a_later_filing_of_the_same_originator_replaces_its_earlier_one() -> None:
    first = filing("a", **CARRIER, items=[goods(100)])
    later = filing("b", **CARRIER, items=[goods(200)])

    view = merge(SHIPMENT, 2, [first, later])

    assert later.facts.items == view.facts.items
    assert () == view.conflicts
    assert ("CARR01/b",) == view.filings


def test_a_flag_that_one_filer_sets_is_not_denied_by_the_silence_of_another() -> None:
    view = merge(SHIPMENT, 2, [filing("m", **MARKET, gift=True), filing("c", **CARRIER)])

    assert view.facts.gift
    assert () == view.conflicts


def test_every_field_of_a_merged_view_names_the_filing_it_was_taken_from() -> None:
    view = merge(SHIPMENT, 2, [filing("m", **MARKET, order_id="O1"), filing("c", **CARRIER)])

    sources = {field: f"{one.originator_code}/{one.request_id}" for one in view.sources for field in one.fields}
    assert "MARK01/m" == sources["order_id"]
    assert "CARR01/c" == sources["estimated_arrival"]


def _filings() -> st.SearchStrategy[list[Filing]]:
    def one(kind: dict[str, Any], cents: int, port: str, name: str) -> Filing:
        return filing(
            kind["originator_code"].lower(), **kind, items=[goods(cents)], port_of_entry=port, consignee=party(name)
        )

    return st.tuples(
        *(
            st.builds(
                one,
                st.just(kind),
                st.sampled_from([100, 200]),
                st.sampled_from(["4701", "2704", ""]),
                st.sampled_from(["Ann Lee", "Bo Ek"]),
            )
            for kind in (CARRIER, MARKET, BROKER)
        )
    ).map(list)


@given(_filings(), st.permutations(range(3)))
def test_the_order_of_arrival_never_changes_the_view(filings: list[Filing], order: list[int]) -> None:
    assert merge(SHIPMENT, 3, filings) == merge(SHIPMENT, 3, [filings[index] for index in order])

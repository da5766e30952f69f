"""Messages become shipments and findings become messages, with nothing lost; what breaks a rule is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money as MoneyMessage
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_eligibility import model
from tidewaiter_eligibility.list_regimes import list_regimes, list_rows
from tidewaiter_eligibility.model import DutyMethod, GoodsFlag
from tidewaiter_eligibility.wire.findings import write_finding
from tidewaiter_eligibility.wire.regimes import regimes_to
from tidewaiter_eligibility.wire.shipments import claim_from, what_if_from

from tests.eligibility_shipments import law, message, shipment


def determination(**changes: Any) -> eligibility_pb2.Determination:
    return eligibility_pb2.Determination(shipment=message(**changes))


def flagged(*numbers: Any) -> trade_pb2.LineItem:
    return trade_pb2.LineItem(quantity=1, flags=numbers)


def refused(carrier: eligibility_pb2.Determination) -> dict[str, str]:
    """Field → code of every violation that `claim_from` names."""
    with pytest.raises(Failure) as failure:
        claim_from(carrier, at="determinations[3]")
    assert Kind.INVALID is failure.value.kind
    assert all(each.message for each in failure.value.violations)
    return {each.field: each.code for each in failure.value.violations}


@pytest.mark.parametrize(
    ("ours", "contract", "prefix"),
    [
        (model.Mode, trade_pb2.TransportMode, "TRANSPORT_MODE_"),
        (model.Verdict, trade_pb2.Verdict, "VERDICT_"),
        (model.EntryPath, trade_pb2.EntryPath, "ENTRY_PATH_"),
        (model.Confidence, trade_pb2.Confidence, "CONFIDENCE_"),
        (model.ReasonCode, trade_pb2.ReasonCode, "REASON_CODE_"),
        (GoodsFlag, trade_pb2.GoodsFlag, "GOODS_FLAG_"),
        (DutyMethod, trade_pb2.DutyMethod, "DUTY_METHOD_"),
    ],
)
def test_the_model_counts_as_the_contract_does(ours: Any, contract: Any, prefix: str) -> None:
    assert {each.name: each.value for each in ours} == {each.name: contract.Value(prefix + each.name) for each in ours}


def test_a_shipment_is_read_as_it_was_written() -> None:
    assert shipment() == claim_from(determination(), at="")


def test_what_eligibility_reads_of_a_full_shipment_is_all_there() -> None:
    full = message(
        buyer=trade_pb2.Party(name="Ben", address_lines=["1 A St", "Apt 2"], postal_code="9", country_code="FR"),
        seller=trade_pb2.Party(name="Shop"),
        order_id="O-1",
        listed_price=MoneyMessage(currency_code="USD", units=1),
        seller_account_id="acc",
        gift=True,
        mode=trade_pb2.TRANSPORT_MODE_MAIL,
        revision=7,
    )

    read = claim_from(eligibility_pb2.Determination(shipment=full), at="")

    assert model.Party(name="Ben", address_lines=("1 A St", "Apt 2"), postal_code="9", country_code="FR") == read.buyer
    assert (True, True, "O-1", "acc", True) == (
        read.has_seller, read.has_listed_price, read.order_id, read.seller_account_id, read.gift,
    )  # fmt: skip
    assert (model.Mode.MAIL, 7) == (read.mode, read.revision)


def test_a_seller_is_read_where_it_tells_whose_order_it_is() -> None:
    shop = trade_pb2.Party(name="Shop", country_code="DE")

    def seller(**changes: Any) -> model.Party | None:
        return claim_from(eligibility_pb2.Determination(shipment=message(seller=shop, **changes)), at="").seller

    assert model.Party(name="Shop", address_lines=(), postal_code="", country_code="DE") == seller(order_id="O-1")
    assert [None, None] == [seller(), seller(order_id="O-1", seller_account_id="acc")]


def test_the_flags_of_a_line_are_read() -> None:
    line = trade_pb2.LineItem(quantity=1, flags=[trade_pb2.GOODS_FLAG_QUOTA, trade_pb2.GOODS_FLAG_PARTNER_AGENCY])

    (item,) = claim_from(determination(items=[line]), at="").items

    assert {GoodsFlag.QUOTA, GoodsFlag.PARTNER_AGENCY} == item.flags


def test_what_is_absent_is_unknown_and_never_zero() -> None:
    read = what_if_from(eligibility_pb2.CheckEligibilityRequest(shipment=trade_pb2.Shipment()))

    assert (None, None, None, None, ()) == (read.mode, read.arrival_seconds, read.buyer, read.consignee, read.items)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"shipment_id": ""}, "shipment_id", "STRING_PATTERN"),
        ({"shipment_id": "a b"}, "shipment_id", "STRING_PATTERN"),
        ({"shipment_id": "a" * 129}, "shipment_id", "STRING_PATTERN"),
        ({"revision": 0}, "revision", "INT64_GTE"),
        ({"revision": -1}, "revision", "INT64_GTE"),
        ({"mode": 99}, "mode", "ENUM_DEFINED_ONLY"),
        ({"port_of_entry": "470"}, "port_of_entry", "STRING_PATTERN"),
        ({"country_of_shipment": "de"}, "country_of_shipment", "COUNTRY_UNKNOWN"),
        ({"estimated_arrival": Timestamp(seconds=757_382_399)}, "estimated_arrival", "TIMESTAMP_GTE_LT"),
        ({"estimated_arrival": Timestamp(seconds=4_102_444_800)}, "estimated_arrival", "TIMESTAMP_GTE_LT"),
        ({"estimated_arrival": Timestamp(seconds=253_402_300_799)}, "estimated_arrival", "TIMESTAMP_GTE_LT"),
        ({"estimated_arrival": Timestamp(seconds=10**18)}, "estimated_arrival", "TIMESTAMP_GTE_LT"),
        ({"consignee": trade_pb2.Party(name="\U0001f381")}, "consignee.name", "STRING_PATTERN"),
        ({"consignee": trade_pb2.Party(name="a" * 201)}, "consignee.name", "STRING_MAX_LEN"),
        ({"buyer": trade_pb2.Party(address_lines=["x"] * 6)}, "buyer.address_lines", "REPEATED_MAX_ITEMS"),
        ({"buyer": trade_pb2.Party(address_lines=["x" * 201])}, "buyer.address_lines[0]", "STRING_MAX_LEN"),
        ({"buyer": trade_pb2.Party(country_code="USA")}, "buyer.country_code", "STRING_PATTERN"),
        ({"items": [trade_pb2.LineItem(quantity=0)]}, "items[0].quantity", "INT64_GTE_LTE"),
        ({"items": [trade_pb2.LineItem(quantity=1, hts_code="12")]}, "items[0].hts_code", "STRING_PATTERN"),
        ({"items": [trade_pb2.LineItem(quantity=1)] * 251}, "items", "REPEATED_MAX_ITEMS"),
        ({"items": [flagged(1, 1)]}, "items[0].flags", "REPEATED_UNIQUE"),
        ({"items": [flagged(0)]}, "items[0].flags[0]", "ENUM_NOT_IN"),
        ({"items": [flagged(99)]}, "items[0].flags[0]", "ENUM_DEFINED_ONLY"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_field_and_code(changes: dict[str, Any], field: str, code: str) -> None:
    assert {f"determinations[3].shipment.{field}": code} == refused(determination(**changes))


@pytest.mark.parametrize(
    ("amount", "field", "code"),
    [
        (MoneyMessage(currency_code="USD", units=-1), "", "AMOUNT_NEGATIVE"),
        (MoneyMessage(currency_code="USD", nanos=-10_000_000), "", "AMOUNT_NEGATIVE"),
        (MoneyMessage(currency_code="USD", units=10_000_001), ".units", "AMOUNT_TOO_LARGE"),
        (MoneyMessage(currency_code="VND", units=10_000_000_001), ".units", "AMOUNT_TOO_LARGE"),
        (MoneyMessage(currency_code="USD", nanos=1_000_000_000), ".nanos", "AMOUNT_NANOS"),
        (MoneyMessage(currency_code="USD", nanos=1), ".nanos", "AMOUNT_TOO_FINE"),
        (MoneyMessage(currency_code="usd", units=1), ".currency_code", "CURRENCY_UNKNOWN"),
    ],
)
def test_a_malformed_amount_is_refused(amount: MoneyMessage, field: str, code: str) -> None:
    line = trade_pb2.LineItem(quantity=1, unit_value=amount)

    assert {f"determinations[3].shipment.items[0].unit_value{field}": code} == refused(determination(items=[line]))


def test_all_broken_rules_are_named_at_once() -> None:
    found = refused(determination(shipment_id="", mode=99, port_of_entry="x", items=[trade_pb2.LineItem()]))

    assert {"shipment_id", "mode", "port_of_entry", "items[0].quantity"} == {
        field.removeprefix("determinations[3].shipment.") for field in found
    }


def test_a_determination_without_a_shipment_is_refused() -> None:
    found = refused(eligibility_pb2.Determination())

    assert "REQUIRED" == found["determinations[3].shipment"]


def test_a_refusal_never_repeats_what_is_personal() -> None:
    with pytest.raises(Failure) as failure:
        claim_from(determination(consignee=trade_pb2.Party(name="Secret " * 40, country_code="Secret")), at="")

    assert "Secret" not in repr(failure.value)


TEXT = st.sampled_from(
    ["", "x", "DE", "de", "D1", "12180", "é" * 201, "_", "\U0001f381", "a b", "1" * 21, "6205.20", "620520201"]
)
PARTIES = st.builds(
    trade_pb2.Party, name=TEXT, address_lines=st.lists(TEXT, max_size=6), postal_code=TEXT, country_code=TEXT
)
LINES = st.builds(
    trade_pb2.LineItem,
    description=TEXT | st.just("d" * 1001),
    hts_code=TEXT,
    origin_country=TEXT,
    quantity=st.sampled_from([-1, 0, 1, 1_000_000, 1_000_001]),
)


@given(consignee=PARTIES, buyer=PARTIES, items=st.lists(LINES, max_size=2))
def test_the_quick_tests_refuse_exactly_what_the_rules_of_the_contract_refuse(
    consignee: trade_pb2.Party, buyer: trade_pb2.Party, items: list[trade_pb2.LineItem]
) -> None:
    carrier = determination(consignee=consignee, buyer=buyer, items=items)

    if validation.check(carrier):
        refused(carrier)
    else:
        claim_from(carrier, at="")


def test_a_finding_is_written_in_full() -> None:
    reason = model.Reason(
        code=model.ReasonCode.EXEMPTION_MET,
        rule_id="V-C-800",
        detail="It passes.",
        citation="19 USC 1321",
        confidence=model.Confidence.OFFICIAL,
        field="items",
    )
    finding = model.Finding(
        verdict=model.Verdict.ELIGIBLE,
        regime_id="R01",
        entry_path=model.EntryPath.TYPE_86,
        reasons=(reason,),
        person_day="ab" * 16,
        local_day="2025-01-15",
        zone="America/New_York",
        value_minor=2_505,
        limit_minor=80_000,
        headroom_minor=0,
        day_total_minor=80_010,
        counted_shipment_ids=("S1", "S2"),
        counted_shipments=2,
        law_version="f" * 64,
        order_total_minor=90_001,
        order_shipments=3,
    )
    written = trade_pb2.EligibilityFinding()

    write_finding(finding, written, law=law())

    assert (
        trade_pb2.EligibilityFinding(
            verdict=trade_pb2.VERDICT_ELIGIBLE,
            regime_id="R01",
            entry_path=trade_pb2.ENTRY_PATH_TYPE_86,
            reasons=[
                trade_pb2.Reason(
                    code=trade_pb2.REASON_CODE_EXEMPTION_MET,
                    source=trade_pb2.REASON_SOURCE_LAW,
                    rule_id="V-C-800",
                    detail="It passes.",
                    citation="19 USC 1321",
                    confidence=trade_pb2.CONFIDENCE_OFFICIAL,
                    field="items",
                )
            ],
            person_day="ab" * 16,
            local_day="2025-01-15",
            zone="America/New_York",
            value=MoneyMessage(currency_code="USD", units=25, nanos=50_000_000),
            limit=MoneyMessage(currency_code="USD", units=800),
            headroom=MoneyMessage(currency_code="USD"),
            day_total=MoneyMessage(currency_code="USD", units=800, nanos=100_000_000),
            counted_shipment_ids=["S1", "S2"],
            counted_shipments=2,
            law_version="f" * 64,
            order_total=MoneyMessage(currency_code="USD", units=900, nanos=10_000_000),
            order_shipments=3,
        )
        == written
    )


def test_every_row_of_the_law_can_be_shown() -> None:
    regimes = list_regimes(law(), on=None, origin_country="", mode=None)
    rows = list_rows(law(), on=None, origin_country="", mode=None)
    response = regimes_to(regimes, rows, law_version=law().version)

    assert (17, sum(map(len, law().rows.kinds().values()))) == (len(response.regimes), len(response.rows))
    assert all(row.says.endswith(".") and row.citation and row.clock and row.standing for row in response.rows)
    for regime in response.regimes:
        assert regime.citation
        assert getattr(regime, "from")
        assert (regime.exemption in {"open", "unknown"}) is regime.HasField("limit")

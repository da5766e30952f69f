"""What risk reads of a message and writes into one, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import fields, replace
from tidewaiter.risk.v1 import risk_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis.failures import Failure
from tidewaiter_goods.confidence import Confidence
from tidewaiter_risk import wire
from tidewaiter_risk.lists import wire as lists_wire
from tidewaiter_risk.model import (
    Action,
    Contribution,
    Counterfactual,
    FilerType,
    Finding,
    ListVersion,
    Mode,
    Party,
    Past,
    Reason,
    ReasonCode,
    Source,
)
from tidewaiter_risk.screen import screen_party
from tidewaiter_screening.places import NOWHERE

from tests.risk_examples import SAMPLE, SCORECARD, assessor, day, lists_of, party, shipment


def party_message(given: Party | None, **changes: Any) -> trade_pb2.Party | None:
    if given is None:
        return None
    parts: dict[str, Any] = {
        "name": given.name,
        "city": "Fargo" if given.addressed else "",
        "phone": "+1 701 555 0100" if given.reachable else "",
    }
    return trade_pb2.Party(**{**parts, **changes})


def shipment_message(**changes: Any) -> trade_pb2.Shipment:
    """The message from which `shipment()` of the examples is read."""
    message = trade_pb2.Shipment(
        shipment_id="01J0000000000000000000000A",
        mode=trade_pb2.TRANSPORT_MODE_AIR,
        seller=party_message(party("Hanoi Knitwear Co., Ltd.")),
        shipper=party_message(party("Hanoi Knitwear Co., Ltd.")),
        buyer=party_message(party("Dana Whitcombe")),
        consignee=party_message(party("Dana Whitcombe")),
        security_scan=trade_pb2.SecurityScan(performed=True),
        revision=1,
    )
    message.estimated_arrival.seconds = day("2025-03-01") * 86_400 + 86_399
    goods = message.items.add(
        description="Women's knitted cotton cardigan with buttons",
        hts_code="6110202079",
        origin_country="VN",
        quantity=1,
        weight_grams=350,
    )
    goods.unit_value.currency_code = "USD"
    goods.unit_value.units = 20
    message.MergeFrom(trade_pb2.Shipment(**changes))
    return message


def test_every_field_of_a_shipment_is_read() -> None:
    message = shipment_message(
        revision=7,
        seller_account_id="SHOP-7",
        filer_types=[trade_pb2.FILER_TYPE_CARRIER, trade_pb2.FILER_TYPE_ONLINE_MARKETPLACE],
    )

    assert replace(shipment(), past=None) == wire.shipment_from(shipment_message())
    assert (7, "SHOP-7", (FilerType.CARRIER, FilerType.ONLINE_MARKETPLACE)) == (
        wire.shipment_from(message).revision,
        wire.shipment_from(message).seller_account_id,
        wire.shipment_from(message).filer_types,
    )


def test_the_filer_types_are_those_of_the_contract() -> None:
    assert {f"FILER_TYPE_{one.name}": int(one) for one in FilerType} == {
        name: number for name, number in trade_pb2.FilerType.items() if number
    }


def test_a_shipment_with_its_past_is_the_same_in_all_else() -> None:
    past = Past(shipper_sent=3)
    given = shipment(revision=7, seller_account_id="S", filer_types=(FilerType.BROKER,), conflicting_fields=("a",))

    assert replace(given, past=past) == given.with_past(past)


def test_what_is_absent_is_unknown_and_never_zero() -> None:
    read = wire.shipment_from(trade_pb2.Shipment(shipment_id="x", items=[trade_pb2.LineItem(quantity=2)]))

    assert (None, None, None, None, None) == (read.seller, read.shipper, read.buyer, read.consignee, read.arrival_day)
    assert (None, "") == (read.items[0].unit_nanos, read.items[0].currency)
    assert Mode.UNSPECIFIED is read.mode
    assert read.scanned is False


def test_a_billionth_is_kept() -> None:
    message = shipment_message()
    message.items[0].unit_value.units, message.items[0].unit_value.nanos = 800, 1

    assert 800_000_000_001 == wire.shipment_from(message).items[0].unit_nanos


@pytest.mark.parametrize(
    ("changes", "addressed", "reachable"),
    [
        ({"city": "", "postal_code": "58102"}, True, True),
        ({"city": "", "address_lines": ["1 Quay"]}, True, True),
        ({"city": ""}, False, True),
        ({"phone": "", "email": "dana@shop.example"}, True, True),
        ({"phone": ""}, True, False),
    ],
)
def test_an_address_and_a_contact_may_be_given_in_several_ways(
    changes: dict[str, Any], addressed: bool, reachable: bool
) -> None:
    message = trade_pb2.Shipment(shipment_id="x", buyer=party_message(party("Dana"), **changes))
    buyer = wire.shipment_from(message).buyer

    assert replace(party("Dana"), addressed=addressed, reachable=reachable) == buyer


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_of_the_contract_is_known(mode: Mode) -> None:
    number = trade_pb2.TransportMode.Value(f"TRANSPORT_MODE_{mode.name}")

    assert mode is wire.shipment_from(trade_pb2.Shipment(shipment_id="x", mode=number)).mode
    assert len(Mode) == len(trade_pb2.TransportMode.values())


def test_an_unknown_mode_is_refused() -> None:
    message = trade_pb2.Shipment(shipment_id="x")
    message.MergeFromString(b"\x38\x63")

    with pytest.raises(Failure, match="MODE_UNKNOWN"):
        wire.shipment_from(message)


def test_a_shipment_without_id_is_refused() -> None:
    with pytest.raises(Failure, match="SHIPMENT_ID_MISSING"):
        wire.shipment_from(trade_pb2.Shipment())


def test_conflicts_are_read_as_their_fields() -> None:
    message = shipment_message(conflicts=[trade_pb2.FilerConflict(field="listed_price", originator_codes=["A", "B"])])

    assert ("listed_price",) == wire.shipment_from(message).conflicting_fields


def a_finding(*contributions: Contribution) -> Finding:
    return Finding(
        score=sum(one.points for one in contributions),
        action=Action.HOLD,
        contributions=contributions,
        scorecard_version="ab" * 32,
        lists=(ListVersion(list="one", version="7", sha256="cd" * 32, entries=9, stale=True),),
        counterfactual=Counterfactual(action=Action.REVIEW, score=150, signals=("party.listed",), detail="Otherwise."),
    )


def a_contribution(**changes: Any) -> Contribution:
    reason = Reason(
        code=ReasonCode.PARTY_LISTED,
        source=Source.RISK,
        rule_id="rule",
        detail="What was seen.",
        citation="19 CFR 1",
        confidence=Confidence.SECONDARY,
        field="buyer.name",
    )
    return Contribution(
        signal="party.listed",
        points=350,
        reason=replace(reason, **changes),
        data_version="table 1",
        shipment_ids=("a", "b"),
        suppression_id="S-1",
    )


def test_every_field_of_a_finding_is_written() -> None:
    message = trade_pb2.RiskFinding()
    wire.FindingWriter().write(a_finding(a_contribution()), message)
    (written,) = message.contributions

    assert (350, trade_pb2.RISK_ACTION_HOLD, "ab" * 32) == (message.score, message.action, message.scorecard_version)
    assert ("party.listed", 350, "table 1", ["a", "b"], "S-1") == (
        written.signal,
        written.points,
        written.data_version,
        list(written.shipment_ids),
        written.suppression_id,
    )
    assert (
        trade_pb2.RiskCounterfactual(
            action=trade_pb2.RISK_ACTION_REVIEW, score=150, signals=["party.listed"], detail="Otherwise."
        )
        == message.counterfactual
    )
    assert (trade_pb2.REASON_CODE_PARTY_LISTED, trade_pb2.REASON_SOURCE_RISK, trade_pb2.CONFIDENCE_SECONDARY) == (
        written.reason.code,
        written.reason.source,
        written.reason.confidence,
    )
    assert ("rule", "What was seen.", "19 CFR 1", "buyer.name") == (
        written.reason.rule_id,
        written.reason.detail,
        written.reason.citation,
        written.reason.field,
    )
    assert [trade_pb2.ListVersion(list="one", version="7", sha256="cd" * 32, entries=9, stale=True)] == list(
        message.lists
    )
    assert {field.name for field in fields(Reason)} == {field.name for field in trade_pb2.Reason.DESCRIPTOR.fields}


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_is_in_the_contract(code: ReasonCode) -> None:
    written = wire.contribution_to(a_contribution(code=code))

    assert f"REASON_CODE_{code.name}" == trade_pb2.ReasonCode.Name(written.reason.code)


def test_the_writer_tells_equal_findings_apart_from_others_after_any_number_of_them() -> None:
    writer = wire.FindingWriter()
    for number in range(10_000):
        message = trade_pb2.RiskFinding()
        writer.write(a_finding(a_contribution(rule_id=str(number))), message)
        assert str(number) == message.contributions[0].reason.rule_id


def test_findings_of_new_lists_name_the_new_lists() -> None:
    writer = wire.FindingWriter()
    sample, none = trade_pb2.RiskFinding(), trade_pb2.RiskFinding()

    writer.write(assessor().assess(shipment()), sample)
    writer.write(assessor(lists=lists_of()).assess(shipment()), none)

    assert ["sample"] == [one.list for one in sample.lists]
    assert [] == list(none.lists)


def test_every_field_of_a_hit_is_written() -> None:
    lists = lists_of(SAMPLE)
    screened = screen_party("Yoskel Taveron", NOWHERE, lists=lists, bounds=SCORECARD.screening, hits_max=0)
    message = lists_wire.screened_to("Yoskel Taveron", screened, lists.versions)

    assert [
        risk_pb2.PartyHit(
            list="sample",
            entry_id="90003",
            listed_name="TAVVERON, Joskel Amrit",
            matched_name="TAVERON, Yoskel",
            kind=risk_pb2.MATCH_KIND_ALIAS,
            score=998,
            program="SAMPLE-B",
            query_name="Yoskel Taveron",
            why="other punctuation, accents or script",
        )
    ] == list(message.hits)
    assert len(risk_pb2.PartyHit.DESCRIPTOR.fields) == len(message.hits[0].ListFields())
    assert ["sample"] == [one.list for one in message.lists]
    assert (trade_pb2.RISK_ACTION_HOLD, False) == (message.action, message.stale)


def test_a_shipment_twice_in_a_batch_is_refused_with_both_places() -> None:
    def batch(*ids: str) -> list[risk_pb2.Assessment]:
        return [risk_pb2.Assessment(shipment=trade_pb2.Shipment(shipment_id=one)) for one in ids]

    wire.refuse_repeated(batch("a", "b", "", ""))
    with pytest.raises(Failure) as refusal:
        wire.refuse_repeated(batch("a", "b", "a", "a"))

    assert ["assessments[2].shipment.shipment_id", "assessments[3].shipment.shipment_id"] == [
        violation.field for violation in refusal.value.violations
    ]
    assert all("assessments[0]" in violation.message for violation in refusal.value.violations)

"""Keys, the reference model of recording, and what each pattern makes of a past."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_risk import wire
from tidewaiter_risk.history.keys import Keyring, Keys, Parties
from tidewaiter_risk.history.record import Sighting
from tidewaiter_risk.history.trails import TRAIL_MAX
from tidewaiter_risk.model import Past, ReasonCode, Traces
from tidewaiter_risk.store.memory import MemoryHistory

from tests.risk_examples import NANOS_PER_CENT, SCORECARD, day, item, seen, shipment
from tests.risk_history import BOUNDS, DANA, KEYRING, TODAY, WINDOWS, pasts

IDS = tuple(f"01J000000000000000000000{number:02d}" for number in range(63))


def traces(count: int) -> Traces:
    return Traces(count=count, shipment_ids=IDS[: min(count, 10)])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"consignee": "WHITCOMBE, Dana"}, {"consignee": "dana whitcombe"}, True),
        ({"consignee": "Dana"}, {"consignee": "Dan"}, False),
        ({"address": ("12 Quay Street", "Fargo", "58102")}, {"address": ("12 QUAY ST.", "fargo", "58102")}, True),
        ({"address": ("12 Quay St", "Apartment 4", "Fargo")}, {"address": ("12 Quay St", "Apt 4", "Fargo")}, True),
        ({"address": ("12 Quay St", "Apt 4", "Fargo")}, {"address": ("12 Quay St", "Apt 5", "Fargo")}, False),
        ({"phone": "+1 (701) 555-0100"}, {"phone": "7015550100"}, True),
        ({"email": "D@X.example "}, {"phone": "555", "email": "d@x.example"}, True),
        ({"shipper": "A", "shipper_country": "CN"}, {"shipper": "A", "shipper_country": "VN"}, False),
        ({"order_id": "O-1"}, {"order_id": " o-1"}, True),
        ({"order_id": "O-1", "seller": "A"}, {"order_id": "O-1", "seller": "B"}, False),
    ],
)
def test_spellings_of_one_thing_meet_and_others_do_not(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert same == (KEYRING.keys(DANA._replace(**one)) == KEYRING.keys(DANA._replace(**other)))


def test_what_is_not_said_has_no_key() -> None:
    assert Keys() == KEYRING.keys(Parties())
    assert 0 == KEYRING.keys(Parties(phone="123456")).contact
    assert "" == KEYRING.keys(Parties(seller="S", consignee="D")).order_by


def test_kinds_and_secrets_keep_equal_texts_apart() -> None:
    alike = KEYRING.keys(Parties(consignee="one", address=("one",), email="one", shipper="one"))

    assert 4 == len({alike.consignee, alike.address, alike.contact, alike.shipper})
    assert all(0 < key < 2**63 for key in alike[:4])
    assert alike != Keyring(b"s" * 32).keys(Parties(consignee="one", address=("one",), email="one", shipper="one"))
    with pytest.raises(ValueError, match="a secret has 32 bytes"):
        Keyring(b"short")


def test_the_parties_are_read_for_the_history_alone() -> None:
    message = trade_pb2.Shipment(
        consignee=trade_pb2.Party(
            name="Dana", address_lines=["1 Quay", "Apt 2"], city="Fargo", postal_code="58102", phone="1", email="d@x"
        ),
        shipper=trade_pb2.Party(name="Hanoi", country_code="VN"),
        seller=trade_pb2.Party(name="Shop"),
        order_id="O-1",
    )
    read = wire.parties_from(message)

    assert Parties("Dana", ("1 Quay", "Apt 2", "Fargo", "58102"), "1", "d@x", "Hanoi", "VN", "Shop", "O-1") == read
    assert "SHOP-7" == wire.parties_from(trade_pb2.Shipment(seller_account_id="SHOP-7")).seller
    assert Parties() == wire.parties_from(trade_pb2.Shipment(consignee=trade_pb2.Party(city="Fargo")))


SIGHTINGS = st.builds(
    Sighting,
    shipment_id=st.sampled_from(IDS[:8]),
    revision=st.integers(1, 3),
    day=st.integers(TODAY - 20, TODAY + 20),
    keys=st.builds(
        Keys,
        consignee=st.integers(0, 2),
        address=st.sampled_from([0, 11, 12]),
        contact=st.sampled_from([0, 21]),
        shipper=st.sampled_from([0, 31, 32]),
        order=st.sampled_from([0, 41]),
        order_by=st.just("order"),
    ),
    currency=st.sampled_from(["USD", "EUR"]),
    nanos=st.none() | st.integers(0, 10**12),
    crowded=st.booleans(),
    arrives=st.none() | st.integers(TODAY - 20, TODAY + 20),
    what_if=st.booleans(),
)


def expected(now: Sighting, standing: list[Sighting]) -> dict[str, int]:
    """The counts by the plain definition: all that stand, one by one."""
    others = [one for one in standing if one.shipment_id != now.shipment_id]

    def near(kind: str, days: int) -> list[Sighting]:
        key = getattr(now.keys, kind)
        return [one for one in others if key and getattr(one.keys, kind) == key and abs(one.day - now.day) < days]

    own = now.keys.consignee
    at_address, by_contact = near("address", WINDOWS.address), near("contact", WINDOWS.names)
    sent = [one for one in near("shipper", WINDOWS.crowding) if one.nanos is not None and now.crowded]
    lots = near("order", WINDOWS.split)
    return {
        "consignees": len({one.keys.consignee for one in at_address} - {0, own}) if own else 0,
        "names": len({one.keys.consignee for one in by_contact} - {0, own}) if own else 0,
        "received": sum(one.keys.consignee == own for one in near("address", WINDOWS.frequency)) if own else 0,
        "sent": len(sent),
        "crowded": sum(one.crowded for one in sent),
        "lots": len(lots),
        "nanos": sum(one.nanos or 0 for one in lots if one.currency == now.currency),
    }


def counts(past: Past) -> dict[str, int]:
    return {
        "consignees": past.consignees_at_address.count,
        "names": past.names_of_contact.count,
        "received": past.received.count,
        "sent": past.shipper_sent,
        "crowded": past.shipper_crowded.count,
        "lots": past.order_lots.count,
        "nanos": past.order_nanos,
    }


@settings(max_examples=60)
@given(st.lists(st.lists(SIGHTINGS, max_size=4, unique_by=lambda one: one.shipment_id), max_size=8))
def test_any_course_of_batches_shows_what_the_plain_definition_says(batches: list[list[Sighting]]) -> None:
    history = MemoryHistory(bounds=BOUNDS)
    standing: dict[str, Sighting] = {}
    answered: dict[tuple[str, int], Past] = {}
    for batch in batches:
        for now, past in zip(batch, asyncio.run(pasts(history, *batch)), strict=True):
            known = standing.get(now.shipment_id)
            if known is not None and known.revision == now.revision:
                assert answered[now.shipment_id, now.revision] == past
                continue
            assert expected(now, list(standing.values())) == counts(past)
            if not now.what_if and (known is None or known.revision < now.revision):
                standing[now.shipment_id] = now
                answered[now.shipment_id, now.revision] = past
    asyncio.run(history.close())


@pytest.mark.parametrize(
    ("past", "signal", "points", "code"),
    [
        (Past(consignees_at_address=traces(4)), "history.address", None, None),
        (Past(consignees_at_address=traces(5)), "history.address", 8, ReasonCode.ADDRESS_CROWDED),
        (Past(consignees_at_address=traces(63)), "history.address", 15, ReasonCode.ADDRESS_CROWDED),
        (Past(names_of_contact=traces(2)), "history.names", None, None),
        (Past(names_of_contact=traces(4)), "history.names", 10, ReasonCode.NAMES_MANY),
        (Past(shipper_days=14), "history.new_shipper", 10, ReasonCode.SHIPPER_NEW),
        (Past(shipper_days=15), "history.new_shipper", None, None),
        (Past(received=traces(8)), "history.frequency", None, None),
        (Past(received=traces(10)), "history.frequency", 6, ReasonCode.SHIPMENTS_FREQUENT),
        (Past(order_lots=traces(2), order_by="order"), "history.split", 2, ReasonCode.ORDER_SPLIT),
        (Past(order_lots=traces(2), order_by="seller and consignee"), "history.split", None, None),
    ],
)
def test_each_pattern_counts_from_its_least_on_and_names_its_evidence(
    past: Past, signal: str, points: int | None, code: ReasonCode | None
) -> None:
    contribution = seen(shipment(past=past), signal)

    assert points == (None if contribution is None else contribution.points)
    if contribution is not None:
        assert code is contribution.reason.code
        assert len(contribution.shipment_ids) <= 10
        assert bool(contribution.shipment_ids) == (signal != "history.new_shipper")


@pytest.mark.parametrize(
    ("cents", "others", "rule_id"),
    [
        (40_000, 40_000, None),
        (40_000, 40_001, "history.split.value.under_800"),
        (80_000, 1, "history.split.value.under_800"),
        (80_001, 100_000, None),
        (80_001, 200_000, "history.split.value.under_2500"),
    ],
)
def test_a_split_is_told_when_all_together_pass_the_limit_that_each_alone_keeps(
    cents: int, others: int, rule_id: str | None
) -> None:
    past = Past(order_lots=traces(1), order_nanos=others * NANOS_PER_CENT, order_by="seller and consignee")
    given_shipment = shipment(items=(item(unit_nanos=cents * NANOS_PER_CENT),), past=past)
    contribution = seen(given_shipment, "history.split")

    assert rule_id == (None if contribution is None else contribution.reason.rule_id)


def test_the_limit_of_a_split_is_that_of_the_day() -> None:
    past = Past(order_lots=traces(1), order_nanos=30_000 * NANOS_PER_CENT, order_by="order")
    before = shipment(items=(item(unit_nanos=15_000 * NANOS_PER_CENT),), past=past, arrival_day=day("2016-03-09"))
    contribution = seen(before, "history.split")

    assert contribution is not None
    assert "history.split.value.under_200" == contribution.reason.rule_id


@pytest.mark.parametrize(
    ("cents", "sent", "points"), [(79_900, 8, 10), (79_900, 9, 10), (79_900, 10, None), (70_000, 8, None)]
)
def test_values_crowd_when_enough_of_a_shippers_lie_just_under_a_limit(
    cents: int, sent: int, points: int | None
) -> None:
    past = Past(shipper_sent=sent, shipper_crowded=traces(4))
    contribution = seen(shipment(items=(item(unit_nanos=cents * NANOS_PER_CENT),), past=past), "history.crowding")

    assert points == (None if contribution is None else contribution.points)


def test_no_pattern_can_ask_for_more_than_a_trail_holds() -> None:
    assert all(pattern.count_min < TRAIL_MAX for pattern in SCORECARD.patterns)

"""Who takes part and is on a list, or much like somebody who is; and when nobody is cleared."""

from __future__ import annotations

import pytest
from tidewaiter_goods.confidence import Confidence
from tidewaiter_risk.lists.lookup import ListSet
from tidewaiter_risk.model import Action, ReasonCode, Shipment, Source

from tests.risk_examples import SAMPLE, assessor, lists_of, party, seen, shipment

NOBODY = {"seller": None, "shipper": None, "buyer": None, "consignee": None}


@pytest.mark.parametrize("role", ["consignee", "buyer", "shipper", "seller"])
def test_a_listed_name_in_any_role_leads_to_hold(role: str) -> None:
    given = shipment(**{role: party("Vastimir Oduya Brellocht")})
    finding = assessor().assess(given)
    (contribution,) = finding.contributions

    assert Action.HOLD is finding.action
    assert ("party.listed", 350) == (contribution.signal, contribution.points)
    assert ReasonCode.PARTY_LISTED is contribution.reason.code
    assert Source.RISK is contribution.reason.source
    assert f"{role}.name" == contribution.reason.field
    assert "sample entry 90001" == contribution.reason.citation
    assert Confidence.UNVERIFIED is contribution.reason.confidence


def test_a_listed_alias_leads_to_review() -> None:
    finding = assessor().assess(shipment(buyer=party("Yoskel TAVERON")))
    (contribution,) = finding.contributions

    assert Action.REVIEW is finding.action
    assert ("party.listed_alias", 110) == (contribution.signal, contribution.points)
    assert ReasonCode.PARTY_LISTED_ALIAS is contribution.reason.code


def test_an_entry_matched_by_its_name_does_not_count_again_by_an_alias() -> None:
    given = shipment(consignee=party("Darbo Imelka Quenshaw"))

    assert seen(given, "party.listed") is not None
    assert seen(given, "party.listed_alias") is None


def test_a_listed_name_is_never_repeated() -> None:
    given = shipment(consignee=party("Vastimir Oduya Brellocht"), buyer=party("Vastimir Oduya Brellocht"))
    contribution = seen(given, "party.listed")

    assert contribution is not None
    assert (
        "The consignee and the buyer bear the name of entry 90001 on the list sample, programme SAMPLE-A."
        == contribution.reason.detail
    )


def test_an_entry_of_a_list_of_the_users_own_is_official() -> None:
    own = lists_of(SAMPLE, invented=False)
    contribution = seen(shipment(seller=party("Vastimir Oduya Brellocht")), "party.listed", lists=own)

    assert contribution is not None
    assert Confidence.OFFICIAL is contribution.reason.confidence


@pytest.mark.parametrize(
    ("given", "lists", "why"),
    [
        (shipment(), lists_of(), "no list is loaded"),
        (shipment(), lists_of(SAMPLE._replace(gaps=("the aliases are gone",))), "the aliases are gone"),
        (shipment(buyer=party("…")), lists_of(SAMPLE), "a party's name cannot be read"),
        (shipment(**NOBODY), lists_of(SAMPLE), "no party is named"),
        (shipment(**{**NOBODY, "seller": party("")}), lists_of(SAMPLE), "no party is named"),
    ],
)
def test_who_was_not_looked_up_is_not_cleared(given: Shipment, lists: ListSet, why: str) -> None:
    finding = assessor(lists=lists).assess(given)
    by_signal = {one.signal: one for one in finding.contributions}

    assert finding.action >= Action.REVIEW
    for signal, points in (("party.listed", 75), ("party.listed_alias", 25)):
        assert ReasonCode.SIGNAL_MISSING is by_signal[signal].reason.code
        assert points == by_signal[signal].points
        assert why in by_signal[signal].reason.detail


def test_a_hit_counts_even_when_not_every_list_could_be_searched() -> None:
    gappy = lists_of(SAMPLE._replace(gaps=("the list other could not be read",)))
    contribution = seen(shipment(buyer=party("Sorrin Liwenqua")), "party.listed", lists=gappy)

    assert contribution is not None
    assert ReasonCode.PARTY_LISTED is contribution.reason.code


def test_a_stale_list_clears_nobody_and_still_has_its_hits() -> None:
    stale = lists_of(SAMPLE).with_stale({"sample": "the list sample was last written 200 hours ago, over 168"})
    finding = assessor(lists=stale).assess(shipment())
    listed = seen(shipment(buyer=party("Sorrin Liwenqua")), "party.listed", lists=stale)
    by_signal = {one.signal: one for one in finding.contributions}

    assert Action.REVIEW is finding.action
    assert ReasonCode.LIST_STALE is by_signal["party.listed"].reason.code
    assert "STALE: the list sample was last written 200 hours ago" in by_signal["party.listed"].reason.detail
    assert [True] == [one.stale for one in finding.lists]
    assert listed is not None
    assert ReasonCode.PARTY_LISTED is listed.reason.code


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Vastimir Oduya Brelocht", "1 word sounds the same"),
        ("V. Oduya Brellocht", "1 initial"),
        ("VastimirOduya Brelloxht", "1 letter differs"),
    ],
)
def test_a_name_much_like_a_listed_one_leads_to_review_and_says_what_differs(name: str, why: str) -> None:
    finding = assessor().assess(shipment(consignee=party(name)))
    (contribution,) = finding.contributions

    assert Action.REVIEW is finding.action
    assert "party.similar" == contribution.signal
    assert 1 <= contribution.points <= 40
    assert ReasonCode.PARTY_SIMILAR is contribution.reason.code
    assert "entry 90001 on the list sample" in contribution.reason.detail
    assert why in contribution.reason.detail
    assert "Oduya" not in contribution.reason.detail
    assert contribution.data_version.startswith("sample invented")


def test_the_nearer_a_name_the_more_points() -> None:
    near = seen(shipment(consignee=party("Vastimir Oduya Brelocht")), "party.similar")
    far = seen(shipment(consignee=party("Vastimir Odya Brelocht")), "party.similar")

    assert near is not None
    assert far is not None
    assert far.points < near.points


def test_another_country_weakens_a_near_name() -> None:
    here = seen(shipment(consignee=party("Vastimir Brelocht")), "party.similar")
    there = seen(shipment(consignee=party("Vastimir Brelocht", country="US")), "party.similar")

    assert here is None or there is None or there.points <= here.points

"""Each signal at its borders: what it sees, what it does not, and when it says that it could not look."""

from __future__ import annotations

import pytest
from tidewaiter_goods.confidence import Confidence
from tidewaiter_risk.model import Action, Contribution, Item, Mode, ReasonCode, Shipment, Source

from tests.risk_examples import (
    NANOS_PER_CENT,
    assessor,
    day,
    item,
    party,
    seen,
    shipment,
)


def worth(cents: int, **changes: object) -> Item:
    return item(unit_nanos=cents * NANOS_PER_CENT, **changes)


def test_a_complete_ordinary_shipment_scores_nothing() -> None:
    finding = assessor().assess(shipment())

    assert (0, Action.NONE, ()) == (finding.score, finding.action, finding.contributions)


@pytest.mark.parametrize(
    ("description", "points", "rule_id", "confidence"),
    [
        ("gift", 100, "description.vague_term", Confidence.OFFICIAL),
        ("food", 80, "description.vague_term", Confidence.SECONDARY),
        ("toys", 80, "description.vague_term", Confidence.SECONDARY),
        ("tools", 60, "description.vague_term", Confidence.UNVERIFIED),
        ("toys, gift", 100, "description.vague_term", Confidence.OFFICIAL),
        ("1234", 60, "description.no_noun", Confidence.INFERRED),
    ],
)
def test_a_vague_description_counts_by_how_well_the_term_is_known(
    description: str, points: int, rule_id: str, confidence: Confidence
) -> None:
    contribution = seen(shipment(items=(item(description=description),)), "description.vague")

    assert contribution is not None
    assert (points, rule_id, confidence) == (
        contribution.points,
        contribution.reason.rule_id,
        contribution.reason.confidence,
    )
    assert "items[0].description" == contribution.reason.field
    assert Source.DATA_QUALITY is contribution.reason.source


def test_the_worst_line_counts_once_and_is_named() -> None:
    given = shipment(items=(item(), item(description="toys"), item(description="gift"), item(description="parts")))
    contribution = seen(given, "description.vague")

    assert contribution is not None
    assert (100, "items[2].description") == (contribution.points, contribution.reason.field)
    assert "3 of 4 descriptions are vague" in contribution.reason.detail


def test_a_term_by_an_official_bulletin_alone_leads_to_review() -> None:
    assert Action.REVIEW is assessor().assess(shipment(items=(item(description="gift"),))).action
    assert Action.NONE is assessor().assess(shipment(items=(item(description="tools"),))).action


def points_of(contribution: Contribution | None) -> int | None:
    return None if contribution is None else contribution.points


@pytest.mark.parametrize(
    ("cents", "points"),
    [
        (75_999, None),
        (76_000, 40),
        (80_000, 40),
        (80_001, None),
        (242_499, None),
        (242_500, 30),
        (250_000, 30),
        (250_001, None),
    ],
)
def test_a_value_counts_from_the_lower_border_to_the_limit_itself(cents: int, points: int | None) -> None:
    contribution = seen(shipment(items=(worth(cents),)), "value.under_threshold")

    assert points == points_of(contribution)


def test_a_thousandth_over_the_limit_is_over_it() -> None:
    over = item(unit_nanos=80_000 * NANOS_PER_CENT + 1)

    assert seen(shipment(items=(over,)), "value.under_threshold") is None


def test_the_value_is_that_of_all_units_of_all_lines() -> None:
    items = (worth(10_000, quantity=3), worth(49_900))

    assert 40 == points_of(seen(shipment(items=items), "value.under_threshold"))


@pytest.mark.parametrize(
    ("arrival", "cents", "rule_id"),
    [
        ("2016-03-09", 19_500, "value.under_200"),
        ("2016-03-10", 19_500, None),
        ("2016-03-09", 79_900, None),
        ("2016-03-10", 79_900, "value.under_800"),
        ("2027-06-30", 79_900, "value.under_800"),
        ("2027-07-01", 79_900, None),
        ("2012-12-05", 249_900, None),
        ("2012-12-06", 249_900, "value.under_2500"),
        ("9999-12-31", 249_900, "value.under_2500"),
    ],
)
def test_the_limit_is_that_of_the_day_of_arrival(arrival: str, cents: int, rule_id: str | None) -> None:
    contribution = seen(shipment(arrival_day=day(arrival), items=(worth(cents),)), "value.under_threshold")

    assert rule_id == (None if contribution is None else contribution.reason.rule_id)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (shipment(arrival_day=None), "the expected arrival is not given"),
        (shipment(items=()), "the value is not given"),
        (shipment(items=(item(), item(unit_nanos=None, currency=""))), "the value is not given"),
        (shipment(items=(item(), item(currency="EUR"))), "more than one currency"),
        (shipment(items=(item(currency="CNY"),)), "risk holds no rates"),
    ],
)
def test_a_value_that_cannot_be_told_is_missing_rather_than_low(given: Shipment, why: str) -> None:
    contribution = seen(given, "value.under_threshold")

    assert contribution is not None
    assert (10, ReasonCode.SIGNAL_MISSING) == (contribution.points, contribution.reason.code)
    assert why in contribution.reason.detail


@pytest.mark.parametrize(
    ("given", "points", "element"),
    [
        (shipment(scanned=False), 8, "security_scan"),
        (shipment(items=(item(), item(hts_code=""))), 5, "items.hts_code"),
        (shipment(items=(item(origin_country=""),)), 5, "items.origin_country"),
        (shipment(items=(item(weight_grams=0),)), 5, "items.weight_grams"),
        (shipment(items=(item(weight_grams=1),)), None, ""),
        (shipment(items=(item(unit_nanos=0),)), None, ""),
        (shipment(items=(item(unit_nanos=None),)), 15, "items.unit_value"),
        (shipment(items=(item(description=" "),)), 20, "items.description"),
        (shipment(items=()), 30, "items"),
        (shipment(consignee=party("Dana Whitcombe", addressed=False)), 10, "consignee.address"),
        (shipment(consignee=party("Dana Whitcombe", reachable=False)), 5, "consignee.contact"),
        (shipment(consignee=party("")), 10, "consignee.address"),
        (shipment(consignee=None), 15, "consignee.address"),
        (shipment(shipper=None), 13, "shipper.address"),
        (shipment(shipper=None, consignee=None, items=(), scanned=False), 40, "items"),
        (shipment(mode=Mode.TRUCK, scanned=False, shipper=party("X Y", reachable=False)), None, ""),
        (shipment(mode=Mode.UNSPECIFIED, items=()), None, ""),
    ],
)
def test_each_absent_element_adds_its_points(given: Shipment, points: int | None, element: str) -> None:
    contribution = seen(given, "data.incomplete")

    assert points == points_of(contribution)
    assert contribution is None or f"data.incomplete.{element}" == contribution.reason.rule_id


@pytest.mark.parametrize(
    ("paths", "points", "rule_id", "field"),
    [
        (("items[0].unit_value",), 40, "filers.disagree.value", "items[0].unit_value"),
        (("items.unit_value", "items[1].quantity"), 40, "filers.disagree.value", "items.unit_value"),
        (("items[0].weight_grams",), 20, "filers.disagree.weight", "items[0].weight_grams"),
        (("items[0].description",), 30, "filers.disagree.goods", "items[0].description"),
        (("items_other",), 10, "filers.disagree.other", "items_other"),
        (("consignee.name",), 30, "filers.disagree.parties", "consignee.name"),
        (("mode", "port_of_entry"), 15, "filers.disagree.transport", "mode"),
        (("mode", "listed_price", "buyer"), 70, "filers.disagree.value", "listed_price"),
        (("Dana Whitcombe",), 10, "filers.disagree.other", ""),
    ],
)
def test_each_subject_of_a_disagreement_counts_once(
    paths: tuple[str, ...], points: int, rule_id: str, field: str
) -> None:
    contribution = seen(shipment(conflicting_fields=paths), "filers.disagree")

    assert contribution is not None
    assert (points, rule_id, field) == (
        contribution.points,
        contribution.reason.rule_id,
        contribution.reason.field,
    )
    assert "Whitcombe" not in contribution.reason.detail

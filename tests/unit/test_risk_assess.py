"""A score is the sum of its reasons, whatever the shipment and whatever breaks."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tidewaiter_risk.assess import SIGNALS
from tidewaiter_risk.model import (
    SCORE_MAX,
    Action,
    FilerType,
    Finding,
    Item,
    Mode,
    Party,
    Past,
    ReasonCode,
    Shipment,
    Traces,
)
from tidewaiter_risk.scorecard.policy import Policies

from tests.risk_examples import NANOS_PER_CENT, SAMPLE, SCORECARD, assessor, day, lists_of, party, shipment

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TERMS = st.lists(st.sampled_from([row.term for row in SCORECARD.vague_terms.terms]), max_size=3).map(" ".join)
LISTED = st.sampled_from(
    [name for entry in SAMPLE.entries for name in (entry.name, *(alias.name for alias in entry.aliases))]
)
FIELDS = st.sampled_from([field for one in SCORECARD.disagreements for field in one.fields])

PARTIES = st.none() | st.builds(Party, name=TEXT | LISTED, addressed=st.booleans(), reachable=st.booleans())
CENTS = st.integers(0, 10**9) | st.sampled_from([75_999, 76_000, 80_000, 80_001, 250_000])
ITEMS = st.builds(
    Item,
    description=TEXT | TERMS,
    hts_code=st.sampled_from(["", "6110202079"]),
    origin_country=st.sampled_from(["", "CN"]),
    quantity=st.integers(0, 10**6),
    currency=st.sampled_from(["", "USD", "EUR"]),
    unit_nanos=st.none() | CENTS.map(lambda cents: cents * NANOS_PER_CENT),
    weight_grams=st.integers(0, 10**8),
)
TRACES = st.integers(0, 63).map(
    lambda count: Traces(count=count, shipment_ids=("01J0000000000000000000000B",) * min(count, 10))
)
PASTS = st.builds(
    Past,
    consignees_at_address=TRACES,
    names_of_contact=TRACES,
    shipper_days=st.none() | st.integers(0, 400),
    received=TRACES,
    shipper_sent=st.integers(0, 63),
    shipper_crowded=TRACES,
    order_lots=TRACES,
    order_nanos=st.integers(0, 10**14),
    order_by=st.sampled_from(["", "order", "seller and consignee"]),
)
SHIPMENTS = st.builds(
    Shipment,
    shipment_id=st.just("01J0000000000000000000000A"),
    mode=st.sampled_from(list(Mode)),
    arrival_day=st.none() | st.integers(-(10**9), 10**9) | st.just(day("2025-03-01")),
    seller=PARTIES,
    shipper=PARTIES,
    buyer=PARTIES,
    consignee=PARTIES,
    items=st.lists(ITEMS, max_size=4).map(tuple),
    scanned=st.booleans(),
    conflicting_fields=st.lists(TEXT | FIELDS, max_size=5).map(tuple),
    filer_types=st.lists(st.sampled_from(list(FilerType)), max_size=3).map(tuple),
    past=st.none() | PASTS,
)
LISTS = lists_of(SAMPLE)
ASSESSOR, ANOTHER = assessor(lists=LISTS), assessor()
STEPS = Policies(SCORECARD).steps(None, Mode.AIR, ())
WEIGHTS = {rule.id: rule.weight for rule in SCORECARD.signals}


def check_sums(finding: Finding) -> None:
    """The one judge of every finding: the sum, the range, each signal once and within its weight."""
    assert finding.score == sum(one.points for one in finding.contributions)
    assert 0 <= finding.score <= SCORE_MAX
    assert len(finding.contributions) == len({one.signal for one in finding.contributions})
    assert all(0 <= one.points <= WEIGHTS[one.signal] for one in finding.contributions)
    assert finding.action >= STEPS.action_at(finding.score)
    assert SCORECARD.version == finding.scorecard_version
    assert LISTS.versions == finding.lists


@settings(max_examples=500)
@given(SHIPMENTS)
def test_the_points_of_any_shipment_sum_to_its_score(given_shipment: Shipment) -> None:
    finding = ASSESSOR.assess(given_shipment)

    check_sums(finding)
    assert () == finding.faults
    assert finding == ANOTHER.assess(given_shipment)


@given(SHIPMENTS)
def test_no_reason_repeats_a_party(given_shipment: Shipment) -> None:
    marked = shipment(
        **{
            field: getattr(given_shipment, field)
            for field in ("mode", "arrival_day", "items", "scanned", "conflicting_fields")
        },
        consignee=party("Zebulonia Quartermaine"),
        buyer=party("Vastimir Oduya Brellocht"),
    )
    for contribution in ASSESSOR.assess(marked).contributions:
        words = " ".join([contribution.reason.detail, contribution.reason.citation, contribution.reason.rule_id])
        assert "Quartermaine" not in words
        assert "Brellocht" not in words


def broken(signal: str, error: Exception) -> dict[str, Any]:
    def build(_rule: object, _evidence: object) -> Any:
        def look(_shipment: Shipment) -> None:
            raise error

        return look

    return {**SIGNALS, signal: build}


def test_a_signal_that_breaks_is_missing_by_policy_and_the_rest_counts() -> None:
    breaking = assessor(signals=broken("description.vague", KeyError("Dana Whitcombe")))
    finding = breaking.assess(shipment(scanned=False))

    check_sums(finding)
    assert {"description.vague": 20, "data.incomplete": 8} == {one.signal: one.points for one in finding.contributions}
    missing = next(one for one in finding.contributions if one.signal == "description.vague")
    assert ReasonCode.SIGNAL_MISSING is missing.reason.code
    assert "The signal could not be computed: it broke with KeyError." == missing.reason.detail
    (fault,) = finding.faults
    assert ("description.vague", "KeyError") == (fault.signal, fault.error)
    assert fault.place.startswith("test_risk_assess.py:")


def test_a_broken_list_signal_leads_to_review() -> None:
    finding = assessor(signals=broken("party.listed", RuntimeError())).assess(shipment())

    assert (75, Action.REVIEW) == (finding.score, finding.action)


def test_the_thresholds_advise_from_their_own_score_on() -> None:
    assert [Action.NONE, Action.REVIEW, Action.REVIEW, Action.HOLD, Action.HOLD] == [
        STEPS.action_at(score) for score in (99, 100, 219, 220, SCORE_MAX)
    ]


def test_a_signal_that_is_late_twice_is_missing_and_one_that_is_late_once_is_not() -> None:
    def slow(times: int) -> Any:
        """A clock by which the first looks of description.vague take longer than its budget."""
        asked = {"now": 0, "late": 0}

        def build(_rule: object, _evidence: object) -> Any:
            def look(_shipment: Shipment) -> None:
                if asked["late"] < times:
                    asked["late"] += 1
                    asked["now"] += 51_000_000

            return look

        return assessor(signals={**SIGNALS, "description.vague": build}, now=lambda: asked["now"])

    assert () == slow(1).assess(shipment()).contributions
    finding = slow(2).assess(shipment())

    check_sums(finding)
    (late,) = finding.contributions
    assert ("description.vague", 20, ReasonCode.SIGNAL_MISSING) == (late.signal, late.points, late.reason.code)
    assert "The signal could not be computed: it took longer than 50 ms, twice." == late.reason.detail
    assert [("description.vague", "Late")] == [(fault.signal, fault.error) for fault in finding.faults]


def test_a_history_that_did_not_answer_raises_and_is_never_taken_for_no_history() -> None:
    without = assessor().assess(shipment(past=None))
    missing = {one.signal for one in without.contributions if one.reason.code is ReasonCode.SIGNAL_MISSING}

    assert {signal for signal in SIGNALS if signal.startswith("history.")} == missing
    assert 29 == without.score

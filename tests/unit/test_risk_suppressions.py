"""A suppression takes points away for a stated scope and time, says who wanted it, and is itself on record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk import wire
from tidewaiter_risk.model import Action, Contribution, Finding, Past, ReasonCode, Shipment, Traces
from tidewaiter_risk.rerun.recorded import RecordedHistory, is_over_history
from tidewaiter_risk.scorecard.load import SUPPRESSIONS_FILE
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.scorecard.suppressions import restored

from tests.risk_examples import SAMPLE, SCORECARD, assessor, day, item, lists_of, party, shipment
from tests.unit.test_risk_scorecard import changed, load

ROW = """
[[suppression]]
id = "S-1"
signal = "party.listed"
citation = "sample entry 90001"
seller_account_id = "SHOP-77"
from = 2025-01-01
to = 2025-07-01
author = "j.doe"
reason = "Namesake."
"""
LISTED = party("Vastimir Oduya Brellocht")


def with_rows(folder: Path, rows: str) -> Scorecard:
    return load(changed(folder, SUPPRESSIONS_FILE, "# Suppressions", rows + "\n# Suppressions"))


def listed(**changes: object) -> Shipment:
    return shipment(**{"buyer": LISTED, "seller_account_id": "SHOP-77", **changes})


def the(contributions: tuple[Contribution, ...]) -> Contribution:
    (one,) = contributions
    return one


def test_a_suppressed_contribution_stays_with_no_points_and_names_who_took_them(tmp_path: Path) -> None:
    scorecard = with_rows(tmp_path, ROW)
    finding = assessor(scorecard=scorecard).assess(listed())
    contribution = the(finding.contributions)

    assert (0, Action.NONE) == (finding.score, finding.action)
    assert ("party.listed", 0, "S-1") == (contribution.signal, contribution.points, contribution.suppression_id)
    assert ReasonCode.PARTY_LISTED is contribution.reason.code
    assert contribution.reason.detail.startswith(
        "Suppressed by S-1 of j.doe for arrivals before 2025-07-01: 350 points not counted. The buyer bears"
    )
    # What every recorded finding names is the hash over this file too.
    assert SCORECARD.version != finding.scorecard_version == scorecard.version


@pytest.mark.parametrize(
    "given",
    [
        listed(seller_account_id="SHOP-78"),
        listed(buyer=party("Darbo Imelka Quenshaw")),
        listed(arrival_day=day("2024-12-31")),
        listed(arrival_day=day("2025-07-01")),
        listed(arrival_day=None),
    ],
)
def test_outside_its_scope_and_time_it_takes_nothing(tmp_path: Path, given: Shipment) -> None:
    finding = assessor(scorecard=with_rows(tmp_path, ROW)).assess(given)

    assert finding.score >= 350
    assert Action.HOLD is finding.action
    assert all(not one.suppression_id for one in finding.contributions)


@pytest.mark.parametrize(
    ("scope", "fits", "does_not"),
    [
        ('rule_id = "description.vague_term"', {}, {"items": (item(description="1234"),)}),
        ('shipment_id = "01J0000000000000000000000A"', {}, {"shipment_id": "01J0000000000000000000000B"}),
        ('hts_code = "6110.20"', {}, {"items": (item(description="gift", hts_code="6109100000"),)}),
        ('hts_code = "61"', {}, {"items": (item(description="gift"), item(hts_code="8517620000"))}),
        ('origin_country = "VN"', {}, {"items": (item(description="gift", origin_country="CN"),)}),
    ],
)
def test_each_scope_narrows(tmp_path: Path, scope: str, fits: dict[str, object], does_not: dict[str, object]) -> None:
    row = ROW.replace('"party.listed"', '"description.vague"').replace('citation = "sample entry 90001"\n', "")
    scorecard = with_rows(tmp_path, row.replace('seller_account_id = "SHOP-77"', scope))
    gift = {"items": (item(description="gift"),)}

    suppressed = [
        [one.suppression_id for one in assessor(scorecard=scorecard).assess(shipment(**given)).contributions]
        for given in (gift | fits, gift | does_not)
    ]

    assert ["S-1"] == suppressed[0]
    assert "S-1" not in suppressed[1]


def test_what_could_not_be_computed_is_never_suppressed(tmp_path: Path) -> None:
    row = ROW.replace('citation = "sample entry 90001"\n', "")
    finding = assessor(scorecard=with_rows(tmp_path, row), lists=lists_of()).assess(listed())

    assert 75 == next(one.points for one in finding.contributions if one.signal == "party.listed")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('author = "j.doe"\n', "", "author is missing"),
        ('reason = "Namesake."\n', "", "reason is missing"),
        ("to = 2025-07-01\n", "", "to is missing"),
        ("to = 2025-07-01", "to = 2026-01-03", "to is not 1 to 366 days after from"),
        ("to = 2025-07-01", "to = 2025-01-01", "to is not 1 to 366 days after from"),
        ('citation = "sample entry 90001"\nseller_account_id = "SHOP-77"\n', "", "needs a scope: one of rule_id"),
        ('"party.listed"', '"party.lsited"', "(S-1): party.lsited is no signal of this release"),
        ("author", "auhtor", "auhtor is not known here"),
        (ROW, ROW + ROW, "[[suppression]] (S-1): stands more than once"),
        ("[[suppression]]", "[[supression]]", "supression is not known here"),
    ],
)
def test_one_without_scope_dates_or_author_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in ROW
    with pytest.raises(Failure) as refusal:
        with_rows(tmp_path, ROW.replace(old, new))

    assert "SCORECARD_REFUSED" == refusal.value.reason
    assert problem in refusal.value.detail


@pytest.mark.parametrize("author", ["j.doe", "x: 7 points not counted. y", "a\nb"])
def test_what_a_suppression_took_is_read_back_whole(tmp_path: Path, author: str) -> None:
    row = with_rows(tmp_path, ROW).suppressions[0]
    before = the(assessor().assess(listed()).contributions)
    after = replace(row, author=author).applied(before)

    assert (0, "S-1") == (after.points, after.suppression_id)
    # The floor is the rule's and never travels.
    assert before == restored(after)
    assert before == restored(before)


def test_a_stale_list_is_never_suppressed(tmp_path: Path) -> None:
    row = ROW.replace('citation = "sample entry 90001"\n', "")
    stale = lists_of(SAMPLE).with_stale({"sample": "it is old"})
    finding = assessor(scorecard=with_rows(tmp_path, row), lists=stale).assess(listed(buyer=party("Dana Whitcombe")))
    contribution = next(one for one in finding.contributions if one.signal == "party.listed")

    assert (ReasonCode.LIST_STALE, 75, "") == (
        contribution.reason.code,
        contribution.points,
        contribution.suppression_id,
    )


class Replay:
    """Assessed once with a history, recorded, and assessed again from the record."""

    def __init__(self, scorecard: Scorecard) -> None:
        self.first = assessor(scorecard=scorecard).assess(CROWDED)

    def again(self, scorecard: Scorecard) -> Finding:
        history = RecordedHistory()
        history.contributions = [
            wire.contribution_from(wire.contribution_to(one))
            for one in self.first.contributions
            if is_over_history(one.signal)
        ]
        return assessor(scorecard=scorecard, signals=history.signals()).assess(CROWDED.with_past(None))


CROWDED = listed(buyer=party("Dana Whitcombe"), past=Past(names_of_contact=Traces(count=9, shipment_ids=("a", "b"))))
OF_NAMES = ROW.replace('"party.listed"', '"history.names"').replace('citation = "sample entry 90001"\n', "")


def test_a_decision_is_replayed_the_same_however_long_ago_its_suppression_expired(tmp_path: Path) -> None:
    """Suppressions hold by the day of arrival, which the record has: today is not asked."""
    scorecard = with_rows(tmp_path, OF_NAMES)
    replay = Replay(scorecard)
    contribution = the(replay.first.contributions)

    assert ("history.names", 0, "S-1") == (contribution.signal, contribution.points, contribution.suppression_id)
    assert replay.first == replay.again(scorecard)


def test_with_a_scorecard_whose_suppression_ended_before_the_arrival_the_points_count_again(tmp_path: Path) -> None:
    replay = Replay(with_rows(tmp_path, OF_NAMES))
    ended = with_rows(tmp_path, OF_NAMES.replace("2025-07-01", "2025-02-01"))
    plain = the(assessor().assess(CROWDED).contributions)

    for scorecard in (ended, SCORECARD):
        finding = replay.again(scorecard)
        assert plain == the(finding.contributions)
        assert plain.points == finding.score > 0
        # Another scorecard is never taken for the one on record.
        assert finding.scorecard_version != replay.first.scorecard_version


def test_a_suppression_that_came_since_takes_the_points_of_what_is_run_again(tmp_path: Path) -> None:
    finding = Replay(SCORECARD).again(with_rows(tmp_path, OF_NAMES))

    assert (0, "S-1") == (finding.score, the(finding.contributions).suppression_id)

"""Which rows hold for a shipment: by the day it arrives, how, and who filed it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tidewaiter_chassis.failures import Failure
from tidewaiter_risk.model import Action, FilerType, Mode
from tidewaiter_risk.scorecard.load import SCORECARD_FILE
from tidewaiter_risk.scorecard.policy import Policies
from tidewaiter_risk.scorecard.rules import Scorecard, Span

from tests.risk_examples import SCORECARD, assessor, day, item, shipment
from tests.unit.test_risk_scorecard import changed, load

STRICTER = """
[[threshold]]
action = "REVIEW"
score = 50
modes = ["MAIL"]
filer_types = ["BROKER", "CARRIER"]
from = 2026-01-01
to = 2026-07-01

[[threshold]]
"""
VAGUE = 'id = "description.vague"\nweight = 100'


@pytest.fixture
def stricter(tmp_path: Path) -> Scorecard:
    """The packaged scorecard with a row for mail filed by brokers or carriers in half a year."""
    return load(changed(tmp_path, SCORECARD_FILE, "\n[[threshold]]\n", STRICTER))


@pytest.mark.parametrize(
    ("arrival", "mode", "filers", "action"),
    [
        ("2026-01-01", Mode.MAIL, (FilerType.BROKER,), Action.REVIEW),
        ("2026-06-30", Mode.MAIL, (FilerType.ONLINE_MARKETPLACE, FilerType.CARRIER), Action.REVIEW),
        ("2025-12-31", Mode.MAIL, (FilerType.BROKER,), Action.NONE),
        ("2026-07-01", Mode.MAIL, (FilerType.BROKER,), Action.NONE),
        ("2026-01-01", Mode.AIR, (FilerType.BROKER,), Action.NONE),
        ("2026-01-01", Mode.MAIL, (FilerType.ONLINE_MARKETPLACE,), Action.NONE),
        ("2026-01-01", Mode.MAIL, (), Action.NONE),
        (None, Mode.MAIL, (FilerType.BROKER,), Action.NONE),
    ],
)
def test_a_row_for_some_holds_for_those_and_on_those_days_only(
    stricter: Scorecard, arrival: str | None, mode: Mode, filers: tuple[FilerType, ...], action: Action
) -> None:
    on = None if arrival is None else day(arrival)
    given = shipment(
        arrival_day=on, mode=mode, filer_types=filers, items=(item(description="tools"),), conflicting_fields=()
    )

    assert action is Policies(stricter).steps(on, mode, filers).action_at(60)
    if on is not None:
        assert action is assessor(scorecard=stricter).assess(given).action


def test_a_weight_may_change_from_a_day_on(tmp_path: Path) -> None:
    rest = 'floor = "NONE"\nsource = "DATA_QUALITY"\nmissing_points = 20\nmissing_floor = "NONE"\nbudget_ms = 50\n'
    two = f"{VAGUE}\n{rest}to = 2026-01-01\n\n[[signal]]\n{VAGUE.replace('100', '90')}\nfrom = 2026-01-01"
    scorecard = load(changed(tmp_path, SCORECARD_FILE, VAGUE, two))
    judged = assessor(scorecard=scorecard)
    gift = (item(description="gift"),)

    scores = [judged.assess(shipment(arrival_day=day(on), items=gift)).score for on in ("2025-12-31", "2026-01-01")]

    assert [100, 90] == scores
    # Without an arrival the row without end counts, beside the signals that then are missing.
    vague = judged.assess(shipment(arrival_day=None, items=gift)).contributions
    assert [90] == [one.points for one in vague if one.signal == "description.vague"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (VAGUE, f"{VAGUE}\nto = 2026-01-01", "description.vague has no row on some days"),
        (VAGUE, f"{VAGUE}\nfrom = 2026-01-01", "description.vague has no row on some days"),
        ("\n[[threshold]]\n", STRICTER.replace("50", "100"), "(REVIEW): is not stricter than the row for all"),
        (
            "\n[[threshold]]\n",
            STRICTER.replace("BROKER", "TAILOR"),
            "filer_types holds TAILOR, which is none",
        ),
        ("\n[[threshold]]\n", STRICTER.replace("MAIL", "PLANE"), "modes holds PLANE"),
        ("\n[[threshold]]\n", STRICTER.replace("2026-07-01", "2026-01-01"), "to is not after from"),
    ],
)
def test_rows_that_leave_a_gap_or_change_nothing_are_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(Failure) as refusal:
        load(changed(tmp_path, SCORECARD_FILE, old, new))

    assert problem in refusal.value.detail


def test_weights_must_fit_on_every_day(tmp_path: Path) -> None:
    rest = 'floor = "NONE"\nsource = "DATA_QUALITY"\nmissing_points = 20\nmissing_floor = "NONE"\nbudget_ms = 50\n'
    two = f"{VAGUE}\n{rest}to = 2026-01-01\n\n[[signal]]\n{VAGUE.replace('100', '101')}\nfrom = 2026-01-01"

    with pytest.raises(Failure, match="the weights sum to 1001, over 1000"):
        load(changed(tmp_path, SCORECARD_FILE, VAGUE, two))


def test_each_period_has_a_day_of_its_own() -> None:
    rule = SCORECARD.signals[0]
    spans = [Span(to_day=10), Span(from_day=10, to_day=20), Span(from_day=20)]
    policies = Policies(replace(SCORECARD, signals=tuple(replace(rule, span=span) for span in spans)))

    assert [9, 10, 20, None] == policies.days
    assert [0, 1, 1, 2, -1] == [policies.period(on) for on in (9, 10, 19, 20, None)]
    assert [1, 1, 1, 1] == [len(policies.rules_on(on)) for on in policies.days]


def test_the_next_step_is_the_nearest_graver_one() -> None:
    steps = Policies(SCORECARD).steps(None, Mode.AIR, ())

    assert [(100, Action.REVIEW), (220, Action.HOLD), None] == [steps.next_above(score) for score in (99, 100, 220)]
    assert [100, 100, 220, None] == [steps.least_for(action) for action in Action]

"""The smallest change that flips the advice: true, and none smaller, by trying them all."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_risk.counterfactual import Part, advised, counterfactual
from tidewaiter_risk.model import Action, Mode
from tidewaiter_risk.scorecard.policy import Policies, Steps

from tests.risk_examples import SCORECARD, assessor, item, party, shipment

STEPS = Policies(SCORECARD).steps(None, Mode.AIR, ())

PARTS = st.lists(
    st.tuples(st.integers(0, 150), st.sampled_from(list(Action)), st.booleans()),
    max_size=7,
).map(lambda rows: tuple(Part(f"s{place}", *row) for place, row in enumerate(rows)))


def fewest_that_flip(parts: tuple[Part, ...]) -> int:
    """How many must go so that the advice is less grave, by trying every set."""
    action = advised(parts, STEPS)
    return next(
        size
        for size in range(len(parts) + 1)
        if any(
            advised([part for part in parts if part not in gone], STEPS) < action for gone in combinations(parts, size)
        )
    )


@given(PARTS)
def test_it_names_the_fewest_signals_and_what_would_then_be_advised(parts: tuple[Part, ...]) -> None:
    action, score = advised(parts, STEPS), sum(part.points for part in parts)
    change = counterfactual(parts, STEPS)

    if action is Action.NONE:
        assert (change is None) == (score == 0)
        assert change is None or (change.action, ()) == (STEPS.action_at(change.score), change.signals)
        assert change is None or Action.NONE is STEPS.action_at(change.score - 1)
        return
    assert change is not None
    rest = [part for part in parts if part.signal not in change.signals]
    assert change.action is advised(rest, STEPS)
    assert change.action < action
    assert change.score == sum(part.points for part in rest)
    assert fewest_that_flip(parts) == len(change.signals)


def test_of_equal_points_the_filers_own_to_mend_goes_first() -> None:
    parts = (Part("a", 60, Action.NONE, False), Part("b", 60, Action.NONE, True))
    change = counterfactual(parts, STEPS)

    assert change is not None
    assert ("b",) == change.signals
    assert "Without b the score would be 60, and the advice NONE. The filer can mend b." == change.detail


def test_nothing_could_change_what_no_threshold_stands_above() -> None:
    assert counterfactual((Part("a", 60, Action.NONE, False),), Steps(())) is None


def test_a_finding_says_what_would_have_changed_it() -> None:
    held = assessor().assess(shipment(buyer=party("Vastimir Oduya Brellocht"), items=(item(description="gift"),)))
    near = assessor().assess(shipment(items=(item(description="tools"),)))

    assert held.counterfactual is not None
    assert (Action.HOLD, ("party.listed",), Action.REVIEW, 100) == (
        held.action,
        held.counterfactual.signals,
        held.counterfactual.action,
        held.counterfactual.score,
    )
    assert near.counterfactual is not None
    assert "With 40 points more, 100 instead of 60, the advice would be REVIEW." == near.counterfactual.detail
    assert assessor().assess(shipment()).counterfactual is None

"""Failures: equal by content, copied whole, refused when malformed."""

from __future__ import annotations

import copy
import pickle

import pytest
from tidewaiter_chassis.failures import RETRY_AFTER_SECONDS, Failure, Kind, Violation, invalid


def full() -> Failure:
    return Failure(
        kind=Kind.INVALID,
        reason="HTS_CODE_MALFORMED",
        detail="The code is malformed.",
        facts={"line": "3"},
        violations=(Violation(field="items[2].hts_code", code="PATTERN", message="Correct it."),),
        retry_after_seconds=0.25,
    )


def test_failures_with_the_same_content_are_equal_and_hash_alike() -> None:
    assert full() == full()
    assert hash(full()) == hash(full())


@pytest.mark.parametrize(
    "other",
    [
        Failure(kind=Kind.STALE, reason="A_B", detail="d"),
        Failure(kind=Kind.LATE, reason="A_C", detail="d"),
        Failure(kind=Kind.LATE, reason="A_B", detail="e"),
        Failure(kind=Kind.LATE, reason="A_B", detail="d", facts={"a": "1"}),
        Failure(kind=Kind.LATE, reason="A_B", detail="d", retry_after_seconds=1),
    ],
)
def test_a_difference_in_anything_makes_failures_unequal(other: Failure) -> None:
    assert Failure(kind=Kind.LATE, reason="A_B", detail="d") != other


def test_a_failure_is_unequal_to_anything_else() -> None:
    assert full() != "HTS_CODE_MALFORMED"


def test_a_copied_or_pickled_failure_is_the_same_failure() -> None:
    assert full() == copy.copy(full())
    assert full() == pickle.loads(pickle.dumps(full()))


def test_its_text_says_kind_reason_and_detail() -> None:
    assert "INVALID HTS_CODE_MALFORMED: The code is malformed." == str(full())
    assert "HTS_CODE_MALFORMED" in repr(full())


@pytest.mark.parametrize("kind", list(Kind))
def test_only_kinds_that_pass_by_themselves_always_say_when_to_come_back(kind: Kind) -> None:
    says = kind in {Kind.BUSY, Kind.PEER, Kind.FULL}

    failure = Failure(kind=kind, reason="SOME_REASON", detail="d")

    assert (RETRY_AFTER_SECONDS if says else None) == failure.retry_after_seconds


def test_the_time_to_come_back_is_kept_to_the_millisecond() -> None:
    assert 0.123 == Failure(kind=Kind.BUSY, reason="A_B", detail="d", retry_after_seconds=0.1234).retry_after_seconds


def test_facts_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        full().facts["line"] = "4"  # type: ignore[index]


@pytest.mark.parametrize("reason", ["", "A", "lower", "1ST", "WITH-DASH", "X" * 64])
def test_a_malformed_reason_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        Failure(kind=Kind.INVALID, reason=reason, detail="d")


@pytest.mark.parametrize("facts", [{"kind": "x"}, {"Upper": "x"}, {"a b": "x"}, {"": "x"}, {"a": 3}])
def test_a_malformed_fact_is_refused(facts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="fact"):
        Failure(kind=Kind.INVALID, reason="A_B", detail="d", facts=facts)


@pytest.mark.parametrize("seconds", [-0.001, float("nan"), float("inf")])
def test_a_time_that_is_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="retry_after_seconds"):
        Failure(kind=Kind.BUSY, reason="A_B", detail="d", retry_after_seconds=seconds)


def test_invalid_names_the_first_violation_and_counts_the_others() -> None:
    first = Violation(field="a.b", code="FIRST_RULE", message="Mend it.")
    second = Violation(field="c", code="SECOND_RULE", message="Mend that.")

    failure = invalid(first, second)

    assert Kind.INVALID is failure.kind
    assert "FIRST_RULE" == failure.reason
    assert "a.b: Mend it. (and 1 more)" == failure.detail
    assert (first, second) == failure.violations


def test_invalid_without_a_violation_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        invalid()

"""What must hold between the rows of a scorecard, and between it and the code."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tidewaiter_goods.rows import repeated

from tidewaiter_risk.model import SCORE_MAX, Action
from tidewaiter_risk.scorecard.policy import Policies, overlap
from tidewaiter_risk.scorecard.rules import Scorecard, Threshold

_MAIN, _SUPPRESSIONS, _CONTROLLED = "scorecard.toml", "suppressions.toml", "controlled_goods.toml"
_PATTERNS = "history."
"""Signals of this family have a row of [[pattern]] each."""


def cross_check(scorecard: Scorecard, *, signal_ids: frozenset[str], element_ids: frozenset[str]) -> list[str]:
    """Every contradiction, each naming the file and the row; empty when there is none."""
    return [
        *_signals(scorecard, signal_ids),
        *_thresholds(scorecard),
        *_repetitions(scorecard),
        *_points_within_weights(scorecard),
        *_elements(scorecard, element_ids),
        *_disagreements(scorecard),
        *_patterns(scorecard, signal_ids),
        *_suppressions(scorecard, signal_ids),
    ]


def _signals(scorecard: Scorecard, signal_ids: frozenset[str]) -> Iterator[str]:
    ids = {rule.id for rule in scorecard.signals}
    for unknown in sorted(ids - signal_ids):
        yield f"{_MAIN} [[signal]] ({unknown}): is no signal of this release; known: {', '.join(sorted(signal_ids))}"
    told: set[str] = set()
    policies = Policies(scorecard)
    for day in policies.days:
        rules = policies.rules_on(day)
        told.update(f"{absent} has no row, so it would count nothing silently" for absent in signal_ids - ids)
        for absent in ids - {rule.id for rule in rules}:
            told.add(f"{absent} has no row on some days, so it would count nothing silently")
        total = sum(rule.weight for rule in rules)
        if total > SCORE_MAX:
            told.add(f"the weights sum to {total}, over {SCORE_MAX}")
    yield from (f"{_MAIN} [[signal]]: {what}" for what in sorted(told))
    for rule in scorecard.signals:
        if rule.missing_points > rule.weight:
            yield (
                f"{_MAIN} [[signal]] ({rule.id}): missing_points {rule.missing_points} is over the weight {rule.weight}"
            )
    for one, other in itertools.combinations(scorecard.signals, 2):
        if one.id == other.id and overlap(one.span, other.span):
            yield f"{_MAIN} [[signal]] ({one.id}): stands more than once on the same days"


def _thresholds(scorecard: Scorecard) -> Iterator[str]:
    for step in scorecard.thresholds:
        if step.action is Action.NONE:
            yield f"{_MAIN} [[threshold]] (NONE): is what is advised below every threshold; leave it out"
    for_all = [step for step in scorecard.thresholds if not step.modes and not step.filer_types]
    for lower, upper in itertools.pairwise(for_all):
        if overlap(lower.span, upper.span) and not (lower.score < upper.score and lower.action < upper.action):
            yield f"{_MAIN} [[threshold]] ({upper.action.name}): score and gravity must rise from row to row"
    for step in scorecard.thresholds:
        if step not in for_all and any(_hides(other, step) for other in for_all):
            yield f"{_MAIN} [[threshold]] ({step.action.name}): is not stricter than the row for all"


def _hides(other: Threshold, step: Threshold) -> bool:
    return other.action is step.action and other.score <= step.score and overlap(other.span, step.span)


def _repetitions(scorecard: Scorecard) -> Iterator[str]:
    tables = {
        "value_band": [band.id for band in scorecard.value_bands],
        "element": [element.id for element in scorecard.elements],
        "disagreement": [subject.id for subject in scorecard.disagreements],
        "pattern": [pattern.id for pattern in scorecard.patterns],
    }
    for table, ids in tables.items():
        for twice in repeated(ids):
            yield f"{_MAIN} [[{table}]] ({twice}): stands more than once"
    for twice in repeated(one.id for one in scorecard.suppressions):
        yield f"{_SUPPRESSIONS} [[suppression]] ({twice}): stands more than once"


def _points_within_weights(scorecard: Scorecard) -> Iterator[str]:
    weights: dict[str, int] = {}
    for rule in scorecard.signals:
        weights[rule.id] = max(rule.weight, weights.get(rule.id, 0))
    vague = scorecard.vague_points
    parts = [
        *(("value.under_threshold", f"[[value_band]] ({one.id})", one.points) for one in scorecard.value_bands),
        *(("data.incomplete", f"[[element]] ({one.id})", one.points) for one in scorecard.elements),
        *(("filers.disagree", f"[[disagreement]] ({one.id})", one.points) for one in scorecard.disagreements),
        *((one.id, f"[[pattern]] ({one.id})", one.points) for one in scorecard.patterns),
        *(("value.undervalued", "[[undervaluation_step]]", points) for _, points in scorecard.undervaluation.steps),
        *(("description.vague", f"[vague_points] ({one.name})", points) for one, points in vague.by_confidence.items()),
        ("description.vague", "[vague_points] (MODEL)", vague.by_model),
        ("description.heading", "[heading]", scorecard.heading.points),
    ]
    for signal, row, points in parts:
        if points > weights.get(signal, SCORE_MAX):
            yield f"{_MAIN} {row}: points {points} is over the weight of {signal}"
    for goods in scorecard.controlled.rules:
        if goods.points > weights.get("goods.controlled", SCORE_MAX):
            yield f"{_CONTROLLED} [[rule]] ({goods.id}): points {goods.points} is over the weight of goods.controlled"


def _elements(scorecard: Scorecard, element_ids: frozenset[str]) -> Iterator[str]:
    for element in scorecard.elements:
        if element.id not in element_ids:
            yield (
                f"{_MAIN} [[element]] ({element.id}): is nothing that this release can look at; "
                f"known: {', '.join(sorted(element_ids))}"
            )


def _disagreements(scorecard: Scorecard) -> Iterator[str]:
    rest = [one.id for one in scorecard.disagreements if not one.fields]
    if len(rest) != 1:
        yield f"{_MAIN} [[disagreement]]: exactly one row has no fields and takes what fits no other, not {len(rest)}"
    for twice in repeated(field for one in scorecard.disagreements for field in one.fields):
        yield f"{_MAIN} [[disagreement]]: the field {twice} belongs to more than one row"


def _patterns(scorecard: Scorecard, signal_ids: frozenset[str]) -> Iterator[str]:
    ids = {pattern.id for pattern in scorecard.patterns}
    wanted = {signal for signal in signal_ids if signal.startswith(_PATTERNS)}
    for absent in sorted(wanted - ids):
        yield f"{_MAIN} [[pattern]]: {absent} has no row"
    for unknown in sorted(ids - wanted):
        yield f"{_MAIN} [[pattern]] ({unknown}): is no pattern of this release; known: {', '.join(sorted(wanted))}"


def _suppressions(scorecard: Scorecard, signal_ids: frozenset[str]) -> Iterator[str]:
    for one in scorecard.suppressions:
        if one.signal not in signal_ids:
            yield f"{_SUPPRESSIONS} [[suppression]] ({one.id}): {one.signal} is no signal of this release"

"""What must hold between the rows of a scorecard, and between it and the code."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tidewaiter_risk.model import SCORE_MAX, Action
from tidewaiter_risk.scorecard.rows import repeated
from tidewaiter_risk.scorecard.rules import Scorecard
from tidewaiter_risk.words import plain, words_of

_MAIN, _TERMS = "scorecard.toml", "vague_terms.toml"


def cross_check(scorecard: Scorecard, *, signal_ids: frozenset[str], element_ids: frozenset[str]) -> list[str]:
    """Every contradiction, each naming the file and the row; empty when there is none."""
    return [
        *_signals(scorecard, signal_ids),
        *_thresholds(scorecard),
        *_repetitions(scorecard),
        *_points_within_weights(scorecard),
        *_elements(scorecard, element_ids),
        *_disagreements(scorecard),
        *_terms(scorecard),
    ]


def _signals(scorecard: Scorecard, signal_ids: frozenset[str]) -> Iterator[str]:
    ids = [rule.id for rule in scorecard.signals]
    for unknown in sorted(set(ids) - signal_ids):
        yield f"{_MAIN} [[signal]] ({unknown}): is no signal of this release; known: {', '.join(sorted(signal_ids))}"
    for absent in sorted(signal_ids - set(ids)):
        yield f"{_MAIN} [[signal]]: {absent} has no row, so it would count nothing silently"
    total = sum(rule.weight for rule in scorecard.signals)
    if total > SCORE_MAX:
        yield f"{_MAIN} [[signal]]: the weights sum to {total}, over {SCORE_MAX}"
    for rule in scorecard.signals:
        if rule.missing_points > rule.weight:
            yield (
                f"{_MAIN} [[signal]] ({rule.id}): missing_points {rule.missing_points} is over the weight {rule.weight}"
            )


def _thresholds(scorecard: Scorecard) -> Iterator[str]:
    steps = scorecard.thresholds
    for step in steps:
        if step.action is Action.NONE:
            yield f"{_MAIN} [[threshold]] (NONE): is what is advised below every threshold; leave it out"
    for lower, upper in itertools.pairwise(steps):
        if not (lower.score < upper.score and lower.action < upper.action):
            yield f"{_MAIN} [[threshold]] ({upper.action.name}): score and gravity must rise from row to row"


def _repetitions(scorecard: Scorecard) -> Iterator[str]:
    tables = {
        "signal": [rule.id for rule in scorecard.signals],
        "value_band": [band.id for band in scorecard.value_bands],
        "element": [element.id for element in scorecard.elements],
        "disagreement": [subject.id for subject in scorecard.disagreements],
    }
    for table, ids in tables.items():
        for twice in repeated(ids):
            yield f"{_MAIN} [[{table}]] ({twice}): stands more than once"


def _points_within_weights(scorecard: Scorecard) -> Iterator[str]:
    weights = {rule.id: rule.weight for rule in scorecard.signals}
    parts = [
        *(("value.under_threshold", "value_band", band.id, band.points) for band in scorecard.value_bands),
        *(("data.incomplete", "element", element.id, element.points) for element in scorecard.elements),
        *(("filers.disagree", "disagreement", one.id, one.points) for one in scorecard.disagreements),
    ]
    for signal, table, row, points in parts:
        if points > weights.get(signal, SCORE_MAX):
            yield f"{_MAIN} [[{table}]] ({row}): points {points} is over the weight of {signal}"
    for confidence, points in scorecard.vague_terms.points.items():
        if points > weights.get("description.vague", SCORE_MAX):
            yield f"{_TERMS} [points]: {confidence.name} = {points} is over the weight of description.vague"


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


def _terms(scorecard: Scorecard) -> Iterator[str]:
    spelled = [" ".join(words_of(plain(row.term))) for row in scorecard.vague_terms.terms]
    for row, words in zip(scorecard.vague_terms.terms, spelled, strict=True):
        if not words:
            yield f"{_TERMS} [[term]] ({row.term}): holds neither letter nor digit"
    for twice in repeated(spelled):
        yield f"{_TERMS} [[term]] ({twice}): stands more than once"

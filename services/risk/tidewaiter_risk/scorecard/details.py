"""The rows that belong to one signal each: value bands, elements, disagreements, headings, values, patterns."""

from __future__ import annotations

from collections.abc import Mapping

from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.rows import Row, rows, single

from tidewaiter_risk.model import NANOS_PER_UNIT, SCORE_MAX, FilerType, Mode
from tidewaiter_risk.scorecard.rules import (
    Disagreement,
    Element,
    HeadingRule,
    Pattern,
    Span,
    Undervaluation,
    VaguePoints,
    ValueBand,
)

_AMOUNT_MAX = 10**15
_MODES = tuple(mode.name for mode in Mode if mode is not Mode.UNSPECIFIED)
_FILER_TYPES = tuple(one.name for one in FilerType)


def span(row: Row, *, begins: bool = False) -> Span:
    """From when until when a row holds; `begins`: `from` is needed."""
    from_day, to_day = row.day("from", needed=begins), row.day("to", needed=False)
    if from_day is not None and to_day is not None and to_day <= from_day:
        row.problem("to is not after from")
    return Span(from_day=from_day, to_day=to_day)


def modes(row: Row, *, default: tuple[str, ...] = _MODES) -> frozenset[Mode]:
    """The modes of transport that a row names."""
    return frozenset(Mode[one] for one in _named(row, "modes", _MODES, default))


def filer_types(row: Row) -> frozenset[FilerType]:
    """The kinds of filers that a row names; none for all."""
    return frozenset(FilerType[one] for one in _named(row, "filer_types", _FILER_TYPES, ()))


def value_bands(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[ValueBand, ...]:
    """The limits and how far under each of them counts as just under."""
    return tuple(_value_band(row) for row in rows(document, "value_band", file=file, problems=problems))


def elements(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[Element, ...]:
    """The elements that a complete filing carries."""
    return tuple(_element(row) for row in rows(document, "element", file=file, problems=problems))


def disagreements(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[Disagreement, ...]:
    """The subjects on which filers can contradict one another."""
    return tuple(_disagreement(row) for row in rows(document, "disagreement", file=file, problems=problems))


def patterns(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[Pattern, ...]:
    """What counts as a pattern over time."""
    return tuple(_pattern(row) for row in rows(document, "pattern", file=file, problems=problems))


def vague_points(document: Mapping[str, object], *, file: str, problems: list[str]) -> VaguePoints:
    """The points of a vague description, by what is known of it."""
    row = single(document, "vague_points", file=file, problems=problems)
    points = VaguePoints(
        by_confidence={one: row.integer(one.name, least=1, most=SCORE_MAX) for one in Confidence},
        by_model=row.integer("MODEL", least=1, most=SCORE_MAX),
    )
    row.close()
    return points


def heading(document: Mapping[str, object], *, file: str, problems: list[str]) -> HeadingRule:
    """When words speak for another chapter."""
    row = single(document, "heading", file=file, problems=problems)
    rule = HeadingRule(
        weight_min=row.integer("weight_min", least=1, most=1_000_000),
        points=row.integer("points", least=1, most=SCORE_MAX),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return rule


def undervaluation(document: Mapping[str, object], *, file: str, problems: list[str]) -> Undervaluation:
    """How low a value is low."""
    row = single(document, "undervaluation", file=file, problems=problems)
    steps: list[tuple[int, int]] = []
    for step in rows(document, "undervaluation_step", file=file, problems=problems):
        percentile = step.integer("percentile", least=1, most=50)
        points = step.integer("points", least=1, most=SCORE_MAX)
        if steps and not (percentile > steps[-1][0] and points < steps[-1][1]):
            step.problem("percentiles must rise and points fall from row to row")
        steps.append((percentile, points))
        step.close()
    rule = Undervaluation(
        sample_min=row.integer("sample_min", least=10, most=1_000_000),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
        steps=tuple(steps),
    )
    row.close()
    return rule


def _pattern(row: Row) -> Pattern:
    pattern = Pattern(
        id=row.text("id"),
        days=row.integer("days", least=1, most=366),
        count_min=row.integer("count_min", least=1, most=1_000),
        share_min=row.integer("share_min", least=0, most=100, default=0),
        points=row.integer("points", least=1, most=SCORE_MAX),
        points_each=row.integer("points_each", least=0, most=SCORE_MAX),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return pattern


def _value_band(row: Row) -> ValueBand:
    currency = row.text("currency")
    decimals = row.integer("minor_units", least=0, most=4)
    limit = row.integer("limit", least=1, most=_AMOUNT_MAX)
    band = row.integer("band", least=0, most=_AMOUNT_MAX)
    if band >= limit:
        row.problem(f"band {band} is not under the limit {limit}")
    nanos = NANOS_PER_UNIT // 10**decimals
    value_band = ValueBand(
        id=row.text("id"),
        currency=currency,
        limit_nanos=limit * nanos,
        least_nanos=(limit - band) * nanos,
        shown=f"{_shown(limit - band, decimals)} to {_shown(limit, decimals)} {currency}",
        points=row.integer("points", least=1, most=SCORE_MAX),
        span=span(row, begins=True),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return value_band


def _element(row: Row) -> Element:
    element = Element(
        id=row.text("id"),
        name=row.text("name"),
        field=row.text("field"),
        points=row.integer("points", least=1, most=SCORE_MAX),
        modes=modes(row),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return element


def _disagreement(row: Row) -> Disagreement:
    disagreement = Disagreement(
        id=row.text("id"),
        points=row.integer("points", least=1, most=SCORE_MAX),
        fields=row.texts("fields"),
    )
    row.close()
    return disagreement


def _named(row: Row, key: str, known: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
    named = row.texts(key, default=default)
    for one in named:
        if one not in known:
            row.problem(f"{key} holds {one}, which is none of {', '.join(known)}")
    return [one for one in named if one in known]


def _shown(minor: int, decimals: int) -> str:
    if not decimals:
        return f"{minor:,}"
    units, rest = divmod(minor, 10**decimals)
    return f"{units:,}.{rest:0{decimals}d}"

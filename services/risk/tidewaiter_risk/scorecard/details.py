"""The rows that belong to one signal each: value bands, elements, disagreements, vague terms."""

from __future__ import annotations

from collections.abc import Mapping

from tidewaiter_risk.model import NANOS_PER_UNIT, SCORE_MAX, Confidence, Mode
from tidewaiter_risk.scorecard.rows import Row, rows, single
from tidewaiter_risk.scorecard.rules import Disagreement, Element, VagueTerm, VagueTerms, ValueBand

_TERM_TABLES = frozenset({"version", "letters_min", "fillers", "points", "term"})
_AMOUNT_MAX = 10**15
_MODES = tuple(mode.name for mode in Mode if mode is not Mode.UNSPECIFIED)


def value_bands(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[ValueBand, ...]:
    """The limits and how far under each of them counts as just under."""
    return tuple(_value_band(row) for row in rows(document, "value_band", file=file, problems=problems))


def elements(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[Element, ...]:
    """The elements that a complete filing carries."""
    return tuple(_element(row) for row in rows(document, "element", file=file, problems=problems))


def disagreements(document: Mapping[str, object], *, file: str, problems: list[str]) -> tuple[Disagreement, ...]:
    """The subjects on which filers can contradict one another."""
    return tuple(_disagreement(row) for row in rows(document, "disagreement", file=file, problems=problems))


def vague_terms(document: Mapping[str, object], *, file: str, problems: list[str]) -> VagueTerms:
    """The terms that do not say what the goods are."""
    for key in sorted(document.keys() - _TERM_TABLES):
        problems.append(f"{file}: {key} is not known here")
    head = Row(
        {key: document[key] for key in ("version", "letters_min", "fillers") if key in document},
        where=file,
        problems=problems,
    )
    points = single(document, "points", file=file, problems=problems)
    terms = VagueTerms(
        version=head.text("version"),
        letters_min=head.integer("letters_min", least=1, most=10),
        fillers=frozenset(head.texts("fillers")),
        points={confidence: points.integer(confidence.name, least=1, most=SCORE_MAX) for confidence in Confidence},
        terms=tuple(_term(row) for row in rows(document, "term", file=file, problems=problems)),
    )
    points.close()
    return terms


def _value_band(row: Row) -> ValueBand:
    currency = row.text("currency")
    decimals = row.integer("minor_units", least=0, most=4)
    limit = row.integer("limit", least=1, most=_AMOUNT_MAX)
    band = row.integer("band", least=0, most=_AMOUNT_MAX)
    if band >= limit:
        row.problem(f"band {band} is not under the limit {limit}")
    from_day, to_day = row.day("from") or 0, row.day("to", needed=False)
    if to_day is not None and to_day <= from_day:
        row.problem("to is not after from")
    nanos = NANOS_PER_UNIT // 10**decimals
    value_band = ValueBand(
        id=row.text("id"),
        currency=currency,
        limit_nanos=limit * nanos,
        least_nanos=(limit - band) * nanos,
        shown=f"{_shown(limit - band, decimals)} to {_shown(limit, decimals)} {currency}",
        points=row.integer("points", least=1, most=SCORE_MAX),
        from_day=from_day,
        to_day=to_day,
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
    )
    row.close()
    return value_band


def _element(row: Row) -> Element:
    modes = row.texts("modes", default=_MODES)
    for mode in modes:
        if mode not in _MODES:
            row.problem(f"modes holds {mode}, which is none of {', '.join(_MODES)}")
    element = Element(
        id=row.text("id"),
        name=row.text("name"),
        field=row.text("field"),
        points=row.integer("points", least=1, most=SCORE_MAX),
        modes=frozenset(Mode[mode] for mode in modes if mode in _MODES),
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


def _term(row: Row) -> VagueTerm:
    term = VagueTerm(
        term=row.text("term"),
        citation=row.text("citation"),
        confidence=row.choice("confidence", Confidence),
        instead=row.text("instead", default=""),
    )
    row.close()
    return term


def _shown(minor: int, decimals: int) -> str:
    if not decimals:
        return f"{minor:,}"
    units, rest = divmod(minor, 10**decimals)
    return f"{units:,}.{rest:0{decimals}d}"

"""The scorecard as the code sees it: frozen, checked, hashed."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_risk.model import Action, Confidence, Contribution, Mode, Reason, ReasonCode, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """How one signal counts. `weight` and `missing_points` are points, 1 to 1,000; missing at most the weight."""

    id: str
    weight: int
    floor: Action
    source: Source
    missing_points: int
    missing_floor: Action

    def seen(
        self,
        *,
        points: int,
        code: ReasonCode,
        rule_id: str,
        detail: str,
        citation: str,
        confidence: Confidence,
        field: str,
    ) -> Contribution:
        """The contribution of something seen: its points, never over the weight."""
        return Contribution(
            signal=self.id,
            points=min(points, self.weight),
            reason=Reason(
                code=code,
                source=self.source,
                rule_id=rule_id,
                detail=detail,
                citation=citation,
                confidence=confidence,
                field=field,
            ),
        )

    def missing(self, why: str) -> Contribution:
        """The contribution of a signal that could not be computed: it raises by policy, and only operators see it."""
        return Contribution(
            signal=self.id,
            points=self.missing_points,
            reason=Reason(
                code=ReasonCode.SIGNAL_MISSING,
                source=Source.RISK,
                rule_id=self.id,
                detail=f"The signal could not be computed: {why}.",
                citation="",
                confidence=Confidence.INFERRED,
                field="",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """From `score` on, `action` is advised. A scorecard's thresholds rise in score and gravity."""

    action: Action
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBand:
    """A limit and how far under it counts as just under, both in billionths of the currency's unit.

    In force for arrivals on the UTC days `from_day` (included) to `to_day` (not included; None: no end), counted
    from 1970-01-01.
    """

    id: str
    currency: str
    limit_nanos: int
    least_nanos: int
    shown: str
    points: int
    from_day: int
    to_day: int | None
    citation: str
    confidence: Confidence

    def holds_on(self, day: int) -> bool:
        """Whether the row is in force for an arrival on that day."""
        return self.from_day <= day and (self.to_day is None or day < self.to_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Something that a complete filing carries. `modes` is where it is expected."""

    id: str
    name: str
    field: str
    points: int
    modes: frozenset[Mode]
    citation: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A subject on which filers can contradict one another, by the paths that belong to it."""

    id: str
    points: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VagueTerm:
    """A term that does not say what the goods are; `instead` is an example of what does, or empty."""

    term: str
    citation: str
    confidence: Confidence
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VagueTerms:
    """The vague terms, and the points for each degree of confidence."""

    version: str
    letters_min: int
    fillers: frozenset[str]
    points: dict[Confidence, int]
    terms: tuple[VagueTerm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The bounds of the search for near names; `score_min` is of 1,000."""

    score_min: int
    word_names_max: int
    candidates_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Everything that decides a score beside the shipment and the lists. `version` is its SHA-256 in hex."""

    name: str
    version: str
    thresholds: tuple[Threshold, ...]
    signals: tuple[SignalRule, ...]
    value_bands: tuple[ValueBand, ...]
    elements: tuple[Element, ...]
    disagreements: tuple[Disagreement, ...]
    vague_terms: VagueTerms
    screening: Screening

    def action_at(self, score: int) -> Action:
        """What is advised at this score alone, before any signal's floor."""
        action = Action.NONE
        for step in self.thresholds:
            if score < step.score:
                break
            action = step.action
        return action

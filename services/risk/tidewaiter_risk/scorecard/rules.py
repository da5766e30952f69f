"""The scorecard as the code sees it: frozen, checked, hashed."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.controlled import ControlledGoods
from tidewaiter_goods.vague_terms import VagueTerms

from tidewaiter_risk.model import Action, Contribution, FilerType, Mode, Reason, ReasonCode, Source
from tidewaiter_risk.scorecard.suppressions import Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """UTC days of arrival, counted from 1970-01-01: `from_day` included, `to_day` not; None is no end."""

    from_day: int | None = None
    to_day: int | None = None

    def holds_on(self, day: int | None) -> bool:
        """Whether a row is in force for an arrival on that day; without a day, whether it has no end."""
        if day is None:
            return self.to_day is None
        return (self.from_day is None or self.from_day <= day) and (self.to_day is None or day < self.to_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """How one signal counts. `weight` and `missing_points` are points, 1 to 1,000; missing at most the weight."""

    id: str
    weight: int
    floor: Action
    source: Source
    missing_points: int
    missing_floor: Action
    budget_ms: int
    span: Span = Span()

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
        data_version: str = "",
        shipment_ids: tuple[str, ...] = (),
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
            data_version=data_version,
            shipment_ids=shipment_ids,
        )

    def missing(self, why: str, code: ReasonCode = ReasonCode.SIGNAL_MISSING) -> Contribution:
        """The contribution of a signal that could not be computed: it raises by policy, and only operators see it."""
        return Contribution(
            signal=self.id,
            points=self.missing_points,
            reason=Reason(
                code=code,
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
    """From `score` on, `action` is advised; for these modes and filer types only, when any are named."""

    action: Action
    score: int
    modes: frozenset[Mode] = frozenset()
    filer_types: frozenset[FilerType] = frozenset()
    span: Span = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueBand:
    """A limit and how far under it counts as just under, both in billionths of the currency's unit."""

    id: str
    currency: str
    limit_nanos: int
    least_nanos: int
    shown: str
    points: int
    span: Span
    citation: str
    confidence: Confidence


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
class HeadingRule:
    """From which weight of words on another chapter is spoken for."""

    weight_min: int
    points: int
    citation: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Undervaluation:
    """How low a value is low: (percentile, points), rising in percentile; nothing is said under `sample_min` values."""

    sample_min: int
    citation: str
    confidence: Confidence
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What counts as a pattern over time: `count_min` within `days`. `share_min` is in percent, 0 where unused."""

    id: str
    days: int
    count_min: int
    share_min: int
    points: int
    points_each: int
    citation: str
    confidence: Confidence

    def points_for(self, count: int) -> int:
        """The points of so many, 0 under the least."""
        return self.points + self.points_each * (count - self.count_min) if count >= self.count_min else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VaguePoints:
    """The points for each degree of confidence of a listed term, and for what the model finds vague."""

    by_confidence: dict[Confidence, int]
    by_model: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """When a listed party is a hit, and what is advised. Scores are of 1,000.

    A party is a hit from `score_min` on, and advises HOLD from `hold_score_min` on, REVIEW below. A list is stale when
    it was last written over `list_hours_max` ago; then `stale_action` is advised at least.
    """

    score_min: int
    hold_score_min: int
    list_hours_max: int
    stale_action: Action

    def action_at(self, score: int, *, stale: bool) -> Action:
        """What the best hit's score advises, 0 without a hit."""
        action = Action.HOLD if score >= self.hold_score_min else Action.REVIEW if score else Action.NONE
        return max(action, self.stale_action) if stale else action


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Everything that decides a score beside the shipment, its past, the lists and the values filed before.

    `version` is its SHA-256 in hex.
    """

    name: str
    version: str
    thresholds: tuple[Threshold, ...]
    signals: tuple[SignalRule, ...]
    value_bands: tuple[ValueBand, ...]
    elements: tuple[Element, ...]
    disagreements: tuple[Disagreement, ...]
    vague_points: VaguePoints
    vague_terms: VagueTerms
    heading: HeadingRule
    undervaluation: Undervaluation
    patterns: tuple[Pattern, ...]
    controlled: ControlledGoods
    suppressions: tuple[Suppression, ...]
    screening: Screening

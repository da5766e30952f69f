"""What the goods are said to be: is anything said, does the number say the same, are they watched?"""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace
from tidewaiter_goods.confidence import Confidence
from tidewaiter_goods.judge import Vagueness
from tidewaiter_goods.stems import stems_of

from tidewaiter_risk.model import Action, Contribution, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look

_CITATION = "19 CFR 4.7a, 122.48a, 123.91, 123.92, 128.21"
_CACHED_MAX = 16_384


def vague_description(rule: SignalRule, evidence: Evidence) -> Look:
    """Some description does not say what the goods are. The worst line counts, the others are only numbered."""
    vagueness, points = evidence.vagueness, evidence.scorecard.vague_points

    def weight(seen: Vagueness) -> int:
        return points.by_model if seen.by_model else points.by_confidence[_confidence(seen)]

    def look(shipment: Shipment) -> Contribution | None:
        vague = [(place, seen) for place, item in enumerate(shipment.items) if (seen := vagueness(item.description))]
        if not vague:
            return None
        place, worst = max(vague, key=lambda one: (weight(one[1]), -one[0]))
        return rule.seen(
            points=weight(worst),
            code=ReasonCode.DESCRIPTION_VAGUE,
            rule_id=_rule_id(worst),
            detail=_detail(worst, lines=len(shipment.items), vague=len(vague)),
            citation=f"{worst.terms[0].citation}; {_CITATION}" if worst.terms else _CITATION,
            confidence=_confidence(worst),
            field=f"items[{place}].description",
            data_version=worst.version,
        )

    return look


def doubtful_heading(rule: SignalRule, evidence: Evidence) -> Look:
    """The words of a description stand nowhere in the chapter of its HTSUS number, and speak for another one."""
    heading, headings = evidence.scorecard.heading, evidence.headings

    @lru_cache(_CACHED_MAX)
    def doubt_of(description: str, chapter: str) -> Contribution | None:
        doubt = headings.doubt(stems_of(description), chapter, weight_min=heading.weight_min)
        if doubt is None:
            return None
        # The words are the tariff's own, so that none of them is anybody's name.
        detail = (
            f"The HTSUS number is of chapter {chapter}, where no word of the description stands; "
            f"{', '.join(doubt.words)} speak for chapter {doubt.chapter}."
        )
        return rule.seen(
            points=heading.points,
            code=ReasonCode.HEADING_IMPLAUSIBLE,
            rule_id=f"{rule.id}.chapter",
            detail=detail,
            citation=heading.citation,
            confidence=heading.confidence,
            field="",
            data_version=headings.version,
        )

    def look(shipment: Shipment) -> Contribution | None:
        for place, item in enumerate(shipment.items):
            contribution = doubt_of(item.description, item.hts_code[:2])
            if contribution is not None:
                return replace(contribution, reason=replace(contribution.reason, field=f"items[{place}].hts_code"))
        return None

    return look


def controlled_goods(rule: SignalRule, evidence: Evidence) -> Look:
    """A line is of goods that are examined whatever they are worth. The rule of most points counts."""
    controlled = evidence.scorecard.controlled

    def look(shipment: Shipment) -> Contribution | None:
        found = [
            (place, one)
            for place, item in enumerate(shipment.items)
            if (one := controlled.found(item.description, item.hts_code, item.origin_country))
        ]
        if not found:
            return None
        place, worst = max(found, key=lambda one: (one[1].rule.points, -one[0]))
        what = worst.rule
        by = f'the words "{worst.term}"' if worst.term else "the HTSUS number"
        contribution = rule.seen(
            points=what.points,
            code=ReasonCode.GOODS_CONTROLLED,
            rule_id=f"{rule.id}.{what.id}",
            detail=f"By {by} the goods may be {what.kind.value}; a person should look.",
            citation=what.citation,
            confidence=what.confidence,
            field=f"items[{place}].description" if worst.term else f"items[{place}].hts_code",
            data_version=controlled.version,
        )
        return replace(contribution, floor=Action[what.floor])

    return look


def _confidence(seen: Vagueness) -> Confidence:
    return seen.terms[0].confidence if seen.terms else Confidence.INFERRED


def _rule_id(seen: Vagueness) -> str:
    if seen.by_model:
        return "description.vague_model"
    return "description.vague_term" if seen.terms else "description.no_noun"


def _detail(seen: Vagueness, *, lines: int, vague: int) -> str:
    # Only terms of our own list are repeated: a description can hold a name.
    if seen.terms:
        terms = ", ".join(f'"{row.term}"' for row in seen.terms)
        what = f"The description says no more than {terms}."
    elif seen.by_model:
        what = "The description reads like those that were judged vague."
    else:
        what = "The description names no goods."
    ask = f"Say {_listed(seen.asks)}."
    example = next((f" For example: {row.instead}." for row in seen.terms if row.instead), "")
    others = f" {vague} of {lines} descriptions are vague." if lines > 1 else ""
    return f"{what} {ask}{example}{others}"


def _listed(asks: tuple[str, ...]) -> str:
    return asks[0] if len(asks) == 1 else f"{', '.join(asks[:-1])} and {asks[-1]}"

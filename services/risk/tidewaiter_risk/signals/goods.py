"""What the goods are said to be."""

from __future__ import annotations

from tidewaiter_risk.descriptions import Vagueness
from tidewaiter_risk.model import Confidence, Contribution, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look

_CITATION = "19 CFR 4.7a, 122.48a, 123.91, 123.92, 128.21"
_ASK = "Say what it is, what it is made of and what it is for."


def vague_description(rule: SignalRule, evidence: Evidence) -> Look:
    """Some description does not say what the goods are. The worst line counts, the others are only numbered."""
    vagueness = evidence.vagueness
    points = evidence.scorecard.vague_terms.points

    def look(shipment: Shipment) -> Contribution | None:
        vague = [(place, seen) for place, item in enumerate(shipment.items) if (seen := vagueness(item.description))]
        if not vague:
            return None
        place, worst = max(vague, key=lambda one: (points[_confidence(one[1])], -one[0]))
        return rule.seen(
            points=points[_confidence(worst)],
            code=ReasonCode.DESCRIPTION_VAGUE,
            rule_id="description.vague_term" if worst.terms else "description.no_noun",
            detail=_detail(worst, lines=len(shipment.items), vague=len(vague)),
            citation=f"{worst.terms[0].citation}; {_CITATION}" if worst.terms else _CITATION,
            confidence=_confidence(worst),
            field=f"items[{place}].description",
        )

    return look


def _confidence(seen: Vagueness) -> Confidence:
    return seen.terms[0].confidence if seen.terms else Confidence.INFERRED


def _detail(seen: Vagueness, *, lines: int, vague: int) -> str:
    # Only terms of our own list are repeated: a description can hold a name.
    if seen.terms:
        terms = ", ".join(f'"{row.term}"' for row in seen.terms)
        what = f"The description says no more than {terms}."
    else:
        what = "The description names no goods."
    example = next((f" For example: {row.instead}." for row in seen.terms if row.instead), "")
    others = f" {vague} of {lines} descriptions are vague." if lines > 1 else ""
    return f"{what} {_ASK}{example}{others}"

"""Do the filers of one shipment tell the same story?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tidewaiter_goods.confidence import Confidence

from tidewaiter_risk.model import Contribution, ReasonCode, Shipment
from tidewaiter_risk.scorecard.rules import Disagreement, SignalRule
from tidewaiter_risk.signals.evidence import Evidence, Look

_INDEX = re.compile(r"\[[0-9]{1,6}\]")
_PATH = re.compile(r"[a-z0-9_.\[\]]{1,100}")
_CITATION = "84 FR 35405"


def disagreeing_filers(rule: SignalRule, evidence: Evidence) -> Look:
    """Filers contradict one another. Each subject counts once, however many fields of it differ."""
    subjects = evidence.scorecard.disagreements

    def look(shipment: Shipment) -> Contribution | None:
        paths = shipment.conflicting_fields
        if not paths:
            return None
        first_paths: dict[Disagreement, str] = {}
        for path in paths:
            first_paths.setdefault(_subject(path, subjects), path)
        worst = max(first_paths, key=lambda subject: subject.points)
        field = first_paths[worst]
        return rule.seen(
            points=sum(subject.points for subject in first_paths),
            code=ReasonCode.FILERS_DISAGREE,
            rule_id=f"{rule.id}.{worst.id}",
            detail=_detail(len(paths), [subject.id for subject in first_paths]),
            citation=_CITATION,
            confidence=Confidence.SECONDARY,
            # A path is ours, not a filer's; but what is repeated is only ever what looks like one.
            field=field if _PATH.fullmatch(field) else "",
        )

    return look


def _detail(fields: int, subjects: Sequence[str]) -> str:
    counted = "1 field" if fields == 1 else f"{fields} fields"
    return f"Filers contradict one another on {counted}; it concerns: {', '.join(subjects)}."


def _subject(path: str, subjects: Sequence[Disagreement]) -> Disagreement:
    """The subject with the longest field that the path is or lies below; else the one without fields."""
    bare = _INDEX.sub("", path)
    return max(subjects, key=lambda subject: _fit(bare, subject))


def _fit(path: str, subject: Disagreement) -> int:
    if not subject.fields:
        return 0
    return max((len(field) for field in subject.fields if path == field or path.startswith(field + ".")), default=-1)

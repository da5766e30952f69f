"""What screening answers for one name, as a line for a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from tidewaiter_screening.index import MatchKind
from tidewaiter_screening.screen import Hit

HOLD_SCORE_MIN = 900
"""From this score on a hit advises HOLD, as the packaged scorecard of risk has it; below REVIEW."""


def action_of(hits: Sequence[Hit] | None, *, gaps: bool) -> str:
    """NONE, REVIEW or HOLD. A name that cannot be looked up, or not everywhere, is never cleared."""
    if hits:
        return "HOLD" if hits[0].score >= HOLD_SCORE_MIN else "REVIEW"
    return "REVIEW" if hits is None or gaps else "NONE"


def as_json(query: str, hits: Sequence[Hit] | None, *, hits_max: int, gaps: bool) -> str:
    """One line: query, hits (name, alias that matched or empty, list, entry_id, score), action."""
    line: dict[str, Any] = {
        "query": query,
        "hits": [
            {
                "name": hit.listed.entry.name,
                "alias": "" if hit.listed.kind is MatchKind.NAME else hit.listed.text,
                "list": hit.listed.list,
                "entry_id": hit.listed.entry.entry_id,
                "score": hit.score,
            }
            for hit in (hits or ())[:hits_max]
        ],
        "action": action_of(hits, gaps=gaps),
    }
    return msgspec.json.encode(line).decode()

"""How well the rule or the fact behind an answer is known."""

from __future__ import annotations

from enum import Enum


class Confidence(Enum):
    """How well something is known, best first."""

    OFFICIAL = "OFFICIAL"
    SECONDARY = "SECONDARY"
    INFERRED = "INFERRED"
    UNVERIFIED = "UNVERIFIED"

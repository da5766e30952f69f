"""From times to figures: percentiles, medians, ratios, and how a figure is written for a person."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure for a person: what, how much, beside what of the same run, and the one over the other."""

    what: str
    figure: str
    baseline: str = ""
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One section of the result: its JSON object, and the same as lines."""

    figures: dict[str, Any] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()

    def __add__(self, other: Measured) -> Measured:
        return Measured({**self.figures, **other.figures}, (*self.lines, *other.lines))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed (nearest rank).

    ValueError without values, and unless 0 < percent <= 100.
    """
    if not values or not 0 < percent <= 100:
        raise ValueError(f"no percentile {percent} of {len(values)} values")
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def latency(what: str, own: Sequence[float], echo: Sequence[float], *, prefix: str = "") -> Measured:
    """p50 and p99 of calls made one after the other, beside those of the echoes made between them; in seconds."""
    figures: dict[str, Any] = {f"{prefix}calls": len(own)}
    lines = []
    for name, percent in (("p50", 50), ("p99", 99)):
        mine, bare = percentile(own, percent) * _MILLISECONDS, percentile(echo, percent) * _MILLISECONDS
        figures |= {
            f"{prefix}{name}_ms": round(mine, 3),
            f"{prefix}echo_{name}_ms": round(bare, 3),
            f"{prefix}{name}_ratio_to_echo": shortened(mine / bare),
        }
        lines.append(
            Line(what=f"{what}, {name}", figure=f"{mine:.2f} ms", baseline=f"echo {bare:.2f} ms", ratio=mine / bare)
        )
    return Measured(figures, tuple(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateKeys:
    """Under which keys a rate, the baseline beside it and the ratio go into the JSON object."""

    rate: str
    baseline: str
    ratio: str


def rate(what: str, own: Sequence[float], bare: Sequence[float], *, keys: RateKeys, baseline: str = "echo") -> Measured:
    """The median of rates a second, one for each round, beside the baseline's rates in the same rounds.

    The ratio is the median of the rounds' own ratios: what disturbed a round disturbed both.
    """
    ratio = statistics.median(mine / other for mine, other in zip(own, bare, strict=True))
    mine, other = statistics.median(own), statistics.median(bare)
    figures = {
        keys.rate: round(mine, 1),
        f"{keys.rate}_rounds": [round(each, 1) for each in own],
        keys.baseline: round(other, 1),
        f"{keys.baseline}_rounds": [round(each, 1) for each in bare],
        keys.ratio: shortened(ratio),
    }
    line = Line(what=what, figure=f"{mine:,.0f} /s", baseline=f"{baseline} {other:,.0f} /s", ratio=ratio)
    return Measured(figures, (line,))


def shortened(ratio: float) -> float:
    """To three digits that count: ratios lie far over 1 and far under it."""
    return float(f"{ratio:.3g}")

"""One file for each part of the benchmarks: what it sends, and beside what it is put."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tidewaiter_cli.bench.figures import Measured
from tidewaiter_cli.bench.ground import Ground
from tidewaiter_cli.bench.parts import audit, echo, eligibility, growth, risk, stream, submit

Sections = Mapping[str, Measured]

PARTS: Final[Mapping[str, Callable[[Ground], Sections]]] = {
    "echo": echo.measure,
    "submit": submit.measure,
    "stream": stream.measure,
    "eligibility": eligibility.measure,
    "risk": risk.measure,
    "audit": audit.measure,
}
"""In the order in which they run.

What goes in by intake comes first: the claims and decisions that the later parts make by themselves belong to no
filing, and intake would be asked to decide them again. Audit comes last, on the largest log.
"""

PARTS_ON_REQUEST: Final[Mapping[str, Callable[[Ground], Sections]]] = {"growth": growth.measure}
"""Measured only when named: they take minutes."""

"""Load on a log of its own, with every answer, proof and file checked as a stranger would check it."""

from __future__ import annotations

from tidewaiter_cli.hammer.course import Plan, run

__all__ = ["Plan", "run"]

"""The benchmarks: what the services do on this machine, beside what bare gRPC and a bare disk do in the same run."""

from __future__ import annotations

from pathlib import Path

__all__ = ["run"]


def run(part: str | None, json: bool, out: Path | None, *, scale: float = 1.0, entries: int = 0) -> int:
    """Measures one part, or all with None, on services of its own, and answers the exit status.

    `scale`, over 0 and at most 1, is the share of the usual counts; figures from few calls say little. `entries` is how
    large the log of the audit part grows, 0 for the usual.
    With `json` one object goes to standard output and the tables to standard error; `out` is given the object in any
    case. Stop when the part is unknown, and when any call of the run failed: then there are no figures.
    """
    # The process of the echo is started from this package, and needs none of this.
    from tidewaiter_cli.bench.course import Course

    return Course(part, scale=scale, entries=entries).run(json=json, out=out)

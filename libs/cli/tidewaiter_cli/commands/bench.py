"""tidewaiter bench"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json


def bench(
    part: Annotated[
        str, Parameter(help="echo, submit, stream, eligibility, risk or audit, with the echo it needs; else all.")
    ] = "",
    /,
    *,
    json: Json = False,
    out: Annotated[Path | None, Parameter(help="Also write the JSON here.")] = None,
    scale: Annotated[float, Parameter(help="Share of the usual counts, for a quick look: over 0, at most 1.")] = 1.0,
    entries: Annotated[
        int, Parameter(help="How large the log of the audit part grows; 0 for the usual, a million takes minutes.")
    ] = 0,
) -> int:
    """Measures the services on this machine.

    Starts services of its own in a temporary folder, and measures bare gRPC in the same run to compare with.
    Nothing is left running. With --json one object goes to standard output and the tables to standard error.

    For example:

        tidewaiter bench --json --out build/bench.json
        tidewaiter bench stream
        tidewaiter bench audit --entries 1000000
    """
    from tidewaiter_cli.bench import run

    return run(part or None, json, out, scale=scale, entries=entries)

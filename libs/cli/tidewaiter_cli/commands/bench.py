"""tidewaiter bench"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import MISSPELT, Stop


def bench(
    part: Annotated[
        str,
        Parameter(
            help="echo, submit, stream, eligibility, risk or audit, with the echo it needs; screening, which needs no "
            "service; else all but screening."
        ),
    ] = "",
    /,
    *,
    json: Json = False,
    out: Annotated[Path | None, Parameter(help="Also write the JSON here.")] = None,
    scale: Annotated[float, Parameter(help="Share of the usual counts, for a quick look: over 0, at most 1.")] = 1.0,
    entries: Annotated[
        int, Parameter(help="How large the log of the audit part grows; 0 for the usual, a million takes minutes.")
    ] = 0,
    lists: Annotated[Path | None, Parameter(help="For screening: a folder of official lists.")] = None,
    quality: Annotated[
        bool, Parameter(negative="", help="For screening: how well names are told apart, rather than how fast.")
    ] = False,
    pairs: Annotated[
        Path | None, Parameter(help="For screening: a table of labelled pairs, name1, name2 and is_match.")
    ] = None,
    positives: Annotated[
        Path | None, Parameter(help="For screening: a table of listed names and what was asked, listed and query.")
    ] = None,
    negatives: Annotated[
        Path | None, Parameter(help="For screening: a table of names of nobody on a list, query.")
    ] = None,
) -> int:
    """Measures the services on this machine.

    Starts services of its own in a temporary folder, and measures bare gRPC in the same run to compare with.
    Nothing is left running. With --json one object goes to standard output and the tables to standard error.

    For example:

        tidewaiter bench --json --out build/bench.json
        tidewaiter bench stream
        tidewaiter bench audit --entries 1000000
        tidewaiter bench screening --lists lists/
        tidewaiter bench screening --quality --pairs pairs.csv --lists lists/
    """
    if part == "screening":
        from tidewaiter_cli.screening.bench import run as run_screening

        return run_screening(
            lists,
            quality=quality,
            pairs=pairs,
            positives=positives,
            negatives=negatives,
            json=json,
            out=out,
            scale=scale,
        )
    if quality or lists or pairs or positives or negatives:
        raise Stop("these options are of screening alone.", advice="Use `tidewaiter bench screening`.", status=MISSPELT)
    from tidewaiter_cli.bench import run

    return run(part or None, json, out, scale=scale, entries=entries)

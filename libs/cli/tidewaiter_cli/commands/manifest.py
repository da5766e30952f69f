"""tidewaiter manifest"""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop


def manifest(
    *,
    parcels: Annotated[int, Parameter(validator=Number(gte=1), help="Lines to write; each is one filing.")] = 5_000,
    seed: Annotated[int, Parameter(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path | None, Parameter(help="The file to write; without it, standard output.")] = None,
    wrong_check_digits: Annotated[
        float,
        Parameter(validator=Number(gte=0, lte=1), help="Share of parcels with a wrong tracking number: refused."),
    ] = 0.0,
    listed: Annotated[
        Path | None, Parameter(help="Names to be found on a denied-party list, a line each; else invented ones.")
    ] = None,
    json: Json = False,
) -> int:
    """Makes a realistic manifest to try things on.

    Invented parcels as several filers know them (marketplace, carrier, broker), arriving before and after each change
    of the law: people whose day goes over $800, gifts, spirits, vague wordings, listed parties, names in many scripts.

    For example:

        tidewaiter manifest --parcels 5000 --seed 7 --out parcels.jsonl
        tidewaiter manifest --parcels 200 | tidewaiter file -
    """
    from tidewaiter_cli.generator.lines import manifest_lines
    from tidewaiter_cli.generator.names import SAMPLE_LISTED
    from tidewaiter_cli.pages.showing import counted

    if json and out is None:
        problem = "--json and the manifest would both go to standard output."
        raise Stop(problem, advice="Name a file with --out.", status=MISSPELT)
    names = _names_in(listed) if listed else SAMPLE_LISTED
    lines = manifest_lines(parcels, seed=seed, wrong_check_digits=wrong_check_digits, listed=names)
    if out is None:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()
        return DONE
    with out.open("wb") as file:
        file.writelines(lines)
    if json:
        print(json_format.dumps({"out": str(out), "filings": parcels, "seed": seed, "bytes": out.stat().st_size}))
    else:
        print(f"{out}: {counted(parcels, 'filing')}, seed {seed}")
    return DONE


def _names_in(file: Path) -> tuple[str, ...]:
    names = tuple(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    if not names:
        raise Stop(f"{file} names nobody.", advice="Write one name a line.")
    return names

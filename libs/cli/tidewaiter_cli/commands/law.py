"""tidewaiter law"""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter

from tidewaiter_cli.asking_law import ByMode, Origin, rows_on
from tidewaiter_cli.commands.law_diff import diff
from tidewaiter_cli.flags import Eligibility, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import day_of


def law(
    *,
    on: Annotated[str, Parameter(help="Only what is in force on this day, YYYY-MM-DD.")] = "",
    origin: Origin = "",
    mode: ByMode = None,
    kind: Annotated[str, Parameter(help="Only rows of this kind, such as regime, limit or duty.")] = "",
    notes: Annotated[bool, Parameter(negative="", help="Also what a reader should know of each row.")] = False,
    json: Json = False,
    data: Running = None,
    eligibility: Eligibility = "",
) -> int:
    """Shows the law that eligibility judges by, row by row, with citations.

    Each row says its days, its instrument, how well it is known, and whether it is the operator's own.
    The zones of ports are left out, unless asked for with --kind zone.

    For example:

        tidewaiter law --on 2025-06-01 --origin CN --mode mail
        tidewaiter law --kind duty --json
    """
    from tidewaiter_cli.pages.law import dictionary_of, of_kind, print_rows
    from tidewaiter_cli.pages.showing import print_json

    response = rows_on(day_of("--on", on) if on else None, origin, mode, data, eligibility)
    rows = of_kind(response.rows, kind)
    if json:
        print_json({"law_version": response.law_version, "rows": [dictionary_of(row) for row in rows]})
    else:
        print_rows(rows, notes=notes, law_version=response.law_version)
    return DONE


app: Final = App(name="law", help_format="plaintext", version_flags=[])
"""The command with the one below it."""
app.default(law)
app.command(diff)

"""tidewaiter law diff"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.asking_law import ByMode, Origin, rows_on
from tidewaiter_cli.flags import Eligibility, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import day_of


def diff(
    before: Annotated[str, Parameter(help="A day, YYYY-MM-DD.")],
    after: Annotated[str, Parameter(help="Another day, YYYY-MM-DD.")],
    /,
    *,
    origin: Origin = "",
    mode: ByMode = None,
    json: Json = False,
    data: Running = None,
    eligibility: Eligibility = "",
) -> int:
    """Shows what changed in the law from one day to another.

    A row that ended is marked with a minus, one that began with a plus.

    For example:

        tidewaiter law diff 2025-08-28 2025-08-29
        tidewaiter law diff 2026-02-23 2026-02-24 --mode mail --json
    """
    from tidewaiter_cli.pages.law import dictionary_of, difference, print_difference
    from tidewaiter_cli.pages.showing import print_json

    days = day_of("BEFORE", before), day_of("AFTER", after)
    first, second = (rows_on(day, origin, mode, data, eligibility) for day in days)
    ended, began = difference(first.rows, second.rows)
    if json:
        found = {"ended": [dictionary_of(row) for row in ended], "began": [dictionary_of(row) for row in began]}
        print_json({"law_version": second.law_version, "before": before, "after": after, **found})
    else:
        print_difference(ended, began, before=before, after=after, law_version=second.law_version)
    return DONE

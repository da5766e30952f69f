"""tidewaiter describe"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop


def describe(
    description: Annotated[str, Parameter(help="What the goods are said to be, in quotes.")] = "",
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(
            name=["--in"],
            help="A file of descriptions, one a line, or .csv with a column `description` or `product_name`, or .jsonl "
            "with such a key; - is standard input.",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Says which descriptions of goods are vague, and what to add.

    Judged by the stop lists and the model that risk uses; no service is asked. With --json one object a line:
    description, vague, terms, ask.

    For example:

        tidewaiter describe "gift"
        tidewaiter describe --in descriptions.txt --json
    """
    from tidewaiter_goods.judge import packaged_judge

    from tidewaiter_cli.pages.describing import as_json, print_judged
    from tidewaiter_cli.reading.descriptions import descriptions_in

    if bool(description) == (file is not None):
        raise Stop("either one description in quotes, or a file with --in.", status=MISSPELT)
    judge = packaged_judge(cached_max=4_096)
    given = [description] if file is None else descriptions_in(file)
    if json:
        for one in given:
            print(as_json(one, judge.judge(one)))
    else:
        print_judged([(one, judge.judge(one)) for one in given])
    return DONE

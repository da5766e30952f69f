"""tidewaiter values"""

from __future__ import annotations

import json as json_format
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE, SOME_BAD, Stop


def values(
    *,
    file: Annotated[
        Path,
        Parameter(name=["--in"], help="A manifest of filings, .jsonl or .csv; - is standard input."),
    ],
    out: Annotated[Path, Parameter(help="The file to write, for TIDEWAITER_RISK_VALUES_FILE.")],
    count_min: Annotated[
        int, Parameter(validator=Number(gte=1), help="Leave out what was filed less often than this.")
    ] = 10,
    json: Json = False,
) -> int:
    """Learns from your own filings what goods are usually worth.

    Writes the distribution of unit values by six HTSUS digits, origin and currency; risk then tells values that are low
    among them. Lines that cannot be read are counted and passed over.

    For example:

        tidewaiter values --in filings.jsonl --out values.json
    """
    from tidewaiter_cli.pages.showing import counted
    from tidewaiter_cli.reading.values import gather

    gathering, bad = gather(file)
    if not len(gathering):
        raise Stop(f"{file} holds no line of goods with number, origin and value: nothing was written.")
    out.write_bytes(gathering.written(built=datetime.now(UTC).date().isoformat(), count_min=count_min))
    told = {"out": str(out), "filings": gathering.filings, "kinds": len(gathering), "bad": bad}
    if json:
        print(json_format.dumps(told))
    else:
        print(f"{out}: {counted(gathering.filings, 'filing')}, {len(gathering)} kinds of goods, {bad} bad lines")
    return SOME_BAD if bad else DONE

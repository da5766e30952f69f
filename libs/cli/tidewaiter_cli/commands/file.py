"""tidewaiter file"""

from __future__ import annotations

import json as json_format
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Running


def file(
    manifest: Annotated[str, Parameter(help="A .jsonl or .csv file, or - for stdin.")],
    /,
    *,
    out: Annotated[Path | None, Parameter(help="Write the answers here, a line each, in the manifest's order.")] = None,
    format: Annotated[Literal["jsonl", "csv"] | None, Parameter(help="If the name does not say it.")] = None,
    in_flight: Annotated[
        int, Parameter(validator=Number(gte=1, lte=10_000), help="Filings unanswered at once, at most.")
    ] = 2_000,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Files a manifest, and reports every bad line.

    One filing a line: protojson in .jsonl, documented columns in .csv. A bad line is reported with its number and
    field, and the rest goes on. Filed again, a manifest gets the same answers: nothing is filed twice.
    Ends with 0 when all are decided, 3 when some lines are bad and the rest is decided, 1 when it could not.

    For example:

        tidewaiter file parcels.jsonl --out decisions.jsonl
        zcat parcels.csv.gz | tidewaiter file - --json
    """
    from tidewaiter_cli.filing.answers_file import replacing
    from tidewaiter_cli.filing.ordered_output import OrderedOutput
    from tidewaiter_cli.filing.progress import displayed, print_summary
    from tidewaiter_cli.filing.run import Run
    from tidewaiter_cli.reading.manifest_file import opened

    address = reach.address_of("intake", given=intake, data=data)
    with (
        opened(manifest, format=format) as source,
        replacing(out, manifest=manifest, say=lambda line: print(line, file=sys.stderr)) as output,
    ):
        with displayed(source) as display:
            run = Run(source, output=OrderedOutput(output), display=display)
            run.file(address, in_flight_max=in_flight)
        summary = run.summary()
        if json:
            print(json_format.dumps(summary))
        elif summary["filings"]:
            print_summary(summary)
        # Within the output, which keeps what was there when nothing was answered.
        return run.finish()

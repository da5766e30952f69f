"""tidewaiter watch"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import filer_of, named_as_typed


def watch(
    *,
    filer: Annotated[str, Parameter(help="The filer, by its originator_code.")],
    after: Annotated[str, Parameter(help="A token to go on from; `earliest` for the first decision of all.")] = "",
    token_file: Annotated[
        Path | None, Parameter(help="Go on from the token in this file when it is there, and keep it up to date.")
    ] = None,
    count: Annotated[int, Parameter(validator=Number(gte=0), help="End after so many decisions; 0 for never.")] = 0,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Shows every decision on one filer's filings as it is recorded, one a line, until Ctrl-C.

    With --json, and when standard output is no terminal, each is a line of JSON with its whole content, the token to
    go on from and a key that is the same whenever it is told.
    When intake goes away the watch goes on from where it was, as soon as it is back.

    For example:

        tidewaiter watch --filer SKYTIDE
        tidewaiter watch --filer SKYTIDE --after earliest --count 10 --json
    """
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.listing import KeptToken, sighting_facts, sighting_line
    from tidewaiter_cli.pages.showing import print_json

    kept = KeptToken(token_file)
    as_json = json or not sys.stdout.isatty()
    shown = 0
    names = {"originator_code": "--filer", "resume_token": "--token-file" if kept.token else "--after"}
    address = reach.address_of("intake", given=intake, data=data)
    with Client(address, tls=reach.tls()) as client, named_as_typed(names):
        for told in client.watch_decisions(filer_of(filer), resume_token=kept.token or after):
            if told.HasField("decision"):
                shown += 1
                if as_json:
                    print_json(sighting_facts(told))
                else:
                    print(sighting_line(told))
                sys.stdout.flush()
            kept.keep(told.resume_token)
            if 0 < count <= shown:
                break
    return DONE

"""tidewaiter log watch"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import named_as_typed


def watch(
    *,
    after: Annotated[str, Parameter(help="A token to go on from; `earliest` for the first decision of all.")] = "",
    token_file: Annotated[
        Path | None, Parameter(help="Go on from the token in this file when it is there, and keep it up to date.")
    ] = None,
    count: Annotated[int, Parameter(help="End after so many decisions; 0 for never.")] = 0,
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Shows decisions as they are recorded, one a line, until Ctrl-C.

    With --json each is a line with its whole content and the token to go on from.
    With --token-file nothing is shown twice and nothing left out between two runs, but for a run that was killed:
    what it showed last may be shown again.

    For example:

        tidewaiter log watch --after earliest --json --token-file audit.token
    """
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.pages.listing import KeptToken, decision_facts, decision_line
    from tidewaiter_cli.pages.showing import print_json

    kept = KeptToken(token_file)
    shown = 0
    address = reach.address_of("audit", given=audit, data=data)
    with (
        AuditOperator(address, tls=reach.tls()) as operator,
        named_as_typed({"resume_token": "--token-file" if kept.token else "--after"}),
    ):
        for told in operator.watch_decisions(kept.token or after):
            if told.HasField("decision"):
                shown += 1
                if json:
                    facts = decision_facts(told.decision, told.leaf_index, told.recorded_at)
                    print_json({**facts, "resume_token": told.resume_token})
                else:
                    print(decision_line(told.decision, told.leaf_index, told.recorded_at), flush=True)
            kept.keep(told.resume_token)
            if 0 < count <= shown:
                break
    return DONE

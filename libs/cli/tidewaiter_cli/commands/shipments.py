"""tidewaiter shipments"""

from __future__ import annotations

import sys
from datetime import timedelta
from itertools import islice
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import filer_of, midnight_of, named_as_typed, outcome_of

_NAMES: Final = {
    "originator_code": "--filer",
    "outcomes": "--outcome",
    "arrival_from": "--arriving-from",
    "arrival_until": "--arriving-to",
}
"""Which flag each field of ListShipmentsRequest was typed as."""


def shipments(
    *,
    filer: Annotated[str, Parameter(help="The filer, by its originator_code.")],
    outcome: Annotated[str, Parameter(help="With this outcome, such as HOLD; any when not given.")] = "",
    arriving_from: Annotated[str, Parameter(help="Expected on this day or later, YYYY-MM-DD, UTC.")] = "",
    arriving_to: Annotated[str, Parameter(help="Expected on this day or earlier, YYYY-MM-DD, UTC.")] = "",
    limit: Annotated[int, Parameter(validator=Number(gte=0), help="At most so many; 0 for all.")] = 100,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Lists the shipments on which one filer filed, oldest first, each with its outcome.

    With --json each is a line with its merged view and its decision, as the filer may see them.

    For example:

        tidewaiter shipments --filer SKYTIDE
        tidewaiter shipments --filer SKYTIDE --outcome REVIEW --limit 0
    """
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.listing import shipment_facts, shipment_line
    from tidewaiter_cli.pages.showing import counted, print_json

    wanted = [outcome_of("--outcome", outcome)] if outcome else []
    first = midnight_of("--arriving-from", arriving_from)
    last = midnight_of("--arriving-to", arriving_to)
    address = reach.address_of("intake", given=intake, data=data)
    shown = 0
    with Client(address, tls=reach.tls()) as client, named_as_typed(_NAMES):
        told = client.list_shipments(
            filer_of(filer),
            outcomes=wanted,
            arrival_from=first,
            arrival_until=last + timedelta(days=1) if last else None,
            page_size=min(limit, 1_000) if limit else 1_000,
        )
        for shipment, decision in islice(told, limit or None):
            shown += 1
            if json:
                print_json(shipment_facts(shipment, decision))
            else:
                print(shipment_line(shipment, decision))
    more = ", as many as were asked for" if limit and shown == limit else ""
    print(f"{counted(shown, 'shipment')}{more}", file=sys.stderr)
    return DONE

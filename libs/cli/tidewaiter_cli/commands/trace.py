"""tidewaiter trace"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Intake, Json
from tidewaiter_cli.stopping import DONE, Stop

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")


def trace(
    shipment: Annotated[str, Parameter(help="A shipment id, a tracking number, ORIGINATOR/request_id or a trace id.")],
    /,
    *,
    traces: Annotated[Path | None, Parameter(help="Folder of the trace files, if not DATA/traces.")] = None,
    json: Json = False,
    data: Data = reach.DATA,
    intake: Intake = "",
) -> int:
    """Shows how one filing went through the services, with times.

    Of a shipment, the filing that caused its current decision. Reads the local trace files, so it needs a data
    directory on this machine; a filing that was not sampled has left nothing, and that is said.

    For example:

        tidewaiter trace 1Z27T2558729147140
    """
    from tidewaiter_chassis.spanfile import read_spans

    from tidewaiter_cli.pages.showing import print_json
    from tidewaiter_cli.pages.tracing import print_tree, span_tree

    trace_id = shipment.lower() if _TRACE_ID.fullmatch(shipment.lower()) else _trace_of(shipment, intake, data)
    folder = traces or data / "traces"
    if not folder.is_dir():
        raise Stop(f"{folder} is no folder.", advice="Name the data directory with --data.")
    spans = read_spans(folder, trace_id)
    if not spans:
        raise Stop(
            f"trace {trace_id} was not sampled, or its spans are no longer kept.",
            advice="TIDEWAITER_INTAKE_TRACE_FILINGS_PER_SECOND=all samples every filing.",
        )
    roots = span_tree(spans)
    if json:
        print_json({"trace_id": trace_id, "spans": spans})
    else:
        print_tree(trace_id, roots)
    return DONE


def _trace_of(shipment: str, intake: str, data: Path) -> str:
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.showing import find_shipment

    with Client(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as client:
        standing = find_shipment(client, shipment)
    if not standing.decision.trace_id:
        raise Stop(
            f"the decision on {standing.shipment.shipment_id} names no trace.",
            advice="It is pending, or was filed while nothing was sampled.",
        )
    return standing.decision.trace_id

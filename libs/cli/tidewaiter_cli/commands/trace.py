"""tidewaiter trace"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Running
from tidewaiter_cli.stopping import DONE, Stop
from tidewaiter_cli.typed import refuse_blank

_WRITTEN_WITHIN_SECONDS: Final = 0.3
"""A service writes its spans a quarter of a second after they ended, at the latest."""
_WRITTEN_SECONDS_MAX: Final = 1.5
_LOOK_SECONDS: Final = 0.1
_NS_PER_SECOND: Final = 1_000_000_000

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")


def trace(
    shipment: Annotated[str, Parameter(help="A shipment id, a tracking number, ORIGINATOR/request_id or a trace id.")],
    /,
    *,
    traces: Annotated[Path | None, Parameter(help="Folder of the trace files, if not DATA/traces.")] = None,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Shows how one filing went through the services, with times.

    Of a shipment, the filing that caused its current decision. Reads the local trace files, so it needs a data
    directory on this machine; a filing that was not sampled has left nothing, and that is said.

    For example:

        tidewaiter trace SKYTIDE/c-1-0000000
    """
    from tidewaiter_cli.pages.showing import console, print_json
    from tidewaiter_cli.pages.tracing import print_tree, span_tree

    refuse_blank(shipment)
    trace_id = shipment.lower() if _TRACE_ID.fullmatch(shipment.lower()) else _trace_of(shipment, intake, data)
    folder = traces or (data or reach.DATA) / "traces"
    if not folder.is_dir():
        advice = "Name a folder of trace files with --traces." if traces else "Name the data directory with --data."
        raise Stop(f"{folder} is no folder.", advice=advice)
    spans = spans_written(folder, trace_id)
    if not spans:
        raise Stop(
            f"trace {trace_id} was not sampled, or its spans are no longer kept, or not written yet.",
            advice="TIDEWAITER_INTAKE_TRACE_FILINGS_PER_SECOND=all samples every filing.",
        )
    roots = span_tree(spans)
    if json:
        print_json({"trace_id": trace_id, "spans": spans})
    else:
        print_tree(trace_id, roots, console())
    return DONE


def spans_written(
    folder: Path,
    trace_id: str,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> list[dict[str, Any]]:
    """The spans of a trace, once all services have had the time to write theirs; what there is after a while.

    `clock` tells seconds since 1970, as the spans do. Waits at most 1.5 s, and not at all for a trace of long ago.
    """
    from tidewaiter_chassis.spanfile import read_spans

    from tidewaiter_cli.pages.tracing import span_tree

    deadline = clock() + _WRITTEN_SECONDS_MAX
    while True:
        spans = read_spans(folder, trace_id)
        ended = max((span["end_ns"] for span in spans), default=0) / _NS_PER_SECOND
        is_whole = len(span_tree(spans)) == 1 and clock() - ended >= _WRITTEN_WITHIN_SECONDS
        if is_whole or clock() >= deadline:
            return spans
        sleep(_LOOK_SECONDS)


def _trace_of(shipment: str, intake: str, data: Path | None) -> str:
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

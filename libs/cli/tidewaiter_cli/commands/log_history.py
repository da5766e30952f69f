"""tidewaiter log history"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Intake, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import refuse_blank

_SHIPMENT_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def history(
    name: Annotated[str, Parameter(help="A shipment id, or a shipment as `tidewaiter explain` takes it.")],
    /,
    *,
    out: Annotated[Path, Parameter(help="The history: a file that `tidewaiter log verify` checks offline.")],
    as_stated: Annotated[
        bool, Parameter(negative="", help="Do not have the log state anew where all trails end: complete to the last.")
    ] = False,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
    audit: Audit = "",
) -> int:
    """Writes all entries of a shipment, with the proof that there are no others.

    Whoever has the log's public key sees offline that none was left out, added, exchanged or moved, up to the size
    of the log that the file names. It carries the operator's view, so it is not to be handed to a filer.

    For example:

        tidewaiter log history SKYTIDE/c-1-0000000 --out parcel.history.json
    """
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.pages.showing import print_json

    refuse_blank(name)
    shipment_id = name if _SHIPMENT_ID.fullmatch(name) else _shipment_id(name, intake, data)
    with AuditOperator(reach.address_of("audit", given=audit, data=data), tls=reach.tls()) as operator:
        found = operator.get_history(shipment_id, fresh=not as_stated)
    out.write_bytes(found.history)
    if json:
        facts = {"entries": found.entries, "complete_to": found.complete_to}
        print_json({"shipment_id": shipment_id, "out": str(out), **facts})
    else:
        entries = "1 entry" if found.entries == 1 else f"{found.entries:,} entries"
        print(f"{out}: {entries} of {shipment_id}, all among the first {found.complete_to:,} of the log")
    return DONE


def _shipment_id(name: str, intake: str, data: Path | None) -> str:
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.showing import find_shipment

    with Client(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as client:
        return find_shipment(client, name).shipment.shipment_id

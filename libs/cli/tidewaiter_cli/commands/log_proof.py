"""tidewaiter log proof"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Intake, Json, Running
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import refuse_blank

_DECISION_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}-[0-9]+")


def proof(
    name: Annotated[str, Parameter(help="A decision id, or a shipment as `tidewaiter explain` takes it.")],
    /,
    *,
    out: Annotated[Path, Parameter(help="The receipt: a c2sp.org/tlog-proof file that carries its entry.")],
    leaf_out: Annotated[Path | None, Parameter(help="Also write the entry by itself, for other verifiers.")] = None,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
    audit: Audit = "",
) -> int:
    """Writes the receipt of a decision to a file.

    With the log's public key anyone can verify it offline, now and later; it names no person.
    It carries the operator's view (score, list hits, tracking number), so it is not to be handed to a filer.

    For example:

        tidewaiter log proof SKYTIDE/c-1-0000000 --out decision.tlog-proof
    """
    from dataclasses import replace

    from tidewaiter_client.operators import AuditOperator
    from tidewaiter_tlog.receipt import Receipt

    from tidewaiter_cli.pages.showing import print_json

    refuse_blank(name)
    if leaf_out is not None and leaf_out.resolve() == out.resolve():
        problem = f"--out and --leaf-out are both {out}."
        raise Stop(problem, advice="Name two files.", status=MISSPELT)
    decision_id = name if _DECISION_ID.fullmatch(name) else _current_decision(name, intake, data)
    with AuditOperator(reach.address_of("audit", given=audit, data=data), tls=reach.tls()) as operator:
        found = operator.get_proof(decision_id)
    # No signature covers the extra data of a receipt, and none need: a verifier hashes it, and the tree must have it.
    receipt = replace(Receipt.from_bytes(found.tlog_proof), extra=found.leaf)
    out.write_bytes(receipt.to_bytes())
    if leaf_out is not None:
        leaf_out.write_bytes(found.leaf)
    if json:
        facts = {"leaf_index": found.receipt.leaf_index, "tree_size": found.receipt.tree_size}
        print_json({"decision_id": decision_id, "out": str(out), **facts})
    else:
        print(f"{out}: decision {decision_id}, entry {found.receipt.leaf_index} of {found.receipt.log_origin}")
    return DONE


def _current_decision(shipment: str, intake: str, data: Path | None) -> str:
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.showing import find_shipment

    with Client(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as client:
        decision_id = find_shipment(client, shipment).decision.decision_id
    if not decision_id:
        raise Stop(f"{shipment} is not decided yet.", advice="Wait for the services to be back, then ask again.")
    return decision_id

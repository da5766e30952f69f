"""tidewaiter explain"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Eligibility, Intake, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import refuse_blank

if TYPE_CHECKING:
    from tidewaiter.intake.v1 import intake_pb2
    from tidewaiter.trade.v1 import trade_pb2


def explain(
    shipment: Annotated[str, Parameter(help="A shipment id, a tracking number, or ORIGINATOR/request_id.")],
    /,
    *,
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
    eligibility: Eligibility = "",
    audit: Audit = "",
) -> int:
    """Explains one decision: what, why, by which rule, and what would change it.

    Shows what an operator may see, targeting included, when audit answers; else what the filer may see.

    For example:

        tidewaiter explain SKYTIDE/c-1-0000000
        tidewaiter explain SKYTIDE/c-1-0000000 --json
    """
    from tidewaiter_client import Client

    from tidewaiter_cli.pages.showing import console, find_shipment, print_json

    refuse_blank(shipment)
    with Client(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as client:
        standing = find_shipment(client, shipment)
    decision, view = _fullest(standing, reach.address_of("audit", given=audit, data=data))
    changes = _changes(standing, decision, reach.address_of("eligibility", given=eligibility, data=data))
    if json:
        print_json(_explained(standing, decision, view, changes))
        return DONE
    from tidewaiter_cli.pages.explaining import print_decision

    print_decision(console(), standing, decision, changes=changes)
    return DONE


def _changes(standing: intake_pb2.GetShipmentResponse, decision: trade_pb2.Decision, address: str) -> list[str]:
    """What would turn the verdict, by the law and the ledger as they are now; none when it has turned already."""
    from tidewaiter_client import TidewaiterError
    from tidewaiter_client.operators import EligibilityOperator

    from tidewaiter_cli.pages.changes import sentences
    from tidewaiter_cli.reporting import sentence

    if not decision.HasField("eligibility"):
        return []
    try:
        with EligibilityOperator(address, tls=reach.tls()) as operator:
            response = operator.what_if(standing.shipment)
    except TidewaiterError as error:
        print(f"tidewaiter: eligibility does not tell what would change it: {sentence(error)}", file=sys.stderr)
        return []
    if response.finding.verdict != decision.eligibility.verdict:
        return ["Nothing need change: by the law and the day as they are now the verdict is another."]
    return sentences(response.finding, response.changes)


def _fullest(standing: intake_pb2.GetShipmentResponse, address: str) -> tuple[trade_pb2.Decision, str]:
    """The decision as recorded, with what targeting found; what intake tells the filer when audit is silent."""
    from tidewaiter_client import TidewaiterError
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.reporting import sentence

    if not standing.decision.decision_id:
        return standing.decision, "filer"
    try:
        with AuditOperator(address, tls=reach.tls()) as audit:
            return audit.get_decision(standing.decision.decision_id).decision, "operator"
    except TidewaiterError as error:
        why = sentence(error)
        print(f"tidewaiter: audit does not tell the rest, this is the filer's view: {why}", file=sys.stderr)
        return standing.decision, "filer"


def _explained(
    standing: intake_pb2.GetShipmentResponse, decision: trade_pb2.Decision, view: str, changes: list[str]
) -> dict[str, Any]:
    from tidewaiter_client.protojson import dictionary

    from tidewaiter_cli.pages.advice import what_would_change

    receipt = standing.receipt
    return {
        "shipment_id": standing.shipment.shipment_id,
        "tracking_number": standing.shipment.tracking_number,
        "view": view,
        "decision": dictionary(decision),
        "advice": [*changes, *(sentence for sentence in what_would_change(decision) if sentence)],
        "filings": [dictionary(filing) for filing in standing.filings],
        "receipt": {
            "log_origin": receipt.log_origin,
            "leaf_index": receipt.leaf_index,
            "tree_size": receipt.tree_size,
        },
    }

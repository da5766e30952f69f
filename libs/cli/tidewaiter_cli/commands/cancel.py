"""tidewaiter cancel"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from tidewaiter_cli.flags import Intake, Json, Running
from tidewaiter_cli.stopping import DONE

if TYPE_CHECKING:
    from tidewaiter.intake.v1 import intake_pb2

Why = Literal["not-sent", "filed-in-error", "not-arriving"]

_PREFIX: Final = "CANCEL_REASON_"


def cancel(
    shipment: Annotated[str, Parameter(help="A shipment id, a tracking number, or ORIGINATOR/request_id.")],
    /,
    *,
    reason: Annotated[Why, Parameter(help="Why the parcel does not come.")],
    author: Annotated[str, Parameter(help="Who asks: an office or an account, and no person's name.")],
    etag: Annotated[str, Parameter(help="Only if the shipment is still as it was with this etag.")] = "",
    request_id: Annotated[str, Parameter(help="Repeats an earlier request instead of making a new one.")] = "",
    json: Json = False,
    data: Running = None,
    intake: Intake = "",
) -> int:
    """Withdraws a shipment: on the log first, then what it claims is given back.

    The shipments that this turns are decided again. A later filing opens the shipment again.

    For example:

        tidewaiter cancel SKYTIDE/c-1-0000000 --reason not-sent --author SKYTIDE
    """
    import uuid

    from tidewaiter.intake.v1 import intake_pb2
    from tidewaiter_client import Client

    from tidewaiter_cli import reach
    from tidewaiter_cli.pages.showing import find_shipment, print_json
    from tidewaiter_cli.typed import named_as_typed, refuse_blank

    refuse_blank(shipment)
    request_id = request_id or f"cancel-{uuid.uuid4()}"
    typed = {"author": "--author", "etag": "--etag", "request_id": "--request-id"}
    with Client(reach.address_of("intake", given=intake, data=data), tls=reach.tls()) as client, named_as_typed(typed):
        response = client.cancel_shipment(
            find_shipment(client, shipment).shipment.shipment_id,
            request_id=request_id,
            reason=intake_pb2.CancelReason.Value(_PREFIX + reason.upper().replace("-", "_")),
            author=author,
            etag=etag,
        )
    if json:
        from tidewaiter_client.protojson import dictionary

        print_json({"request_id": request_id, **dictionary(response)})
    else:
        _print(response, request_id)
    return DONE


def _print(response: intake_pb2.CancelShipmentResponse, request_id: str) -> None:
    from tidewaiter.trade.v1 import trade_pb2

    from tidewaiter_cli.pages.showing import name_of

    decision = response.decision
    outcome = name_of(trade_pb2.Outcome, decision.outcome, "OUTCOME_")
    again = "  (asked before)" if response.replayed else ""
    print(f"{outcome}  shipment {decision.shipment_id}, revision {decision.revision}{again}")
    for each in decision.reasons:
        print(f"  {each.detail}")
    on_record = f"decision {decision.decision_id}" if decision.decision_id else "not on the log yet"
    print(f"  {on_record}; request {request_id}")

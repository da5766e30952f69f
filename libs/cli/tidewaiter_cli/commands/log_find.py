"""tidewaiter log find"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import named_as_typed, outcome_of

if TYPE_CHECKING:
    from tidewaiter.audit.v1 import audit_pb2

_NAMES: Final = {
    "shipment_id": "--shipment",
    "originator_code": "--originator",
    "person_day": "--person-day",
    "trace_id": "--trace",
    "recorded_from": "--since",
    "recorded_until": "--until",
}
"""Which option each field of ListDecisionsRequest was typed as."""


def find(
    *,
    shipment: Annotated[str, Parameter(help="Of this shipment, by its id.")] = "",
    originator: Annotated[str, Parameter(help="Resting on a filing of this originator.")] = "",
    person_day: Annotated[str, Parameter(help="Of this person-day: its commitment, as decisions have it.")] = "",
    trace: Annotated[str, Parameter(help="Of this trace.")] = "",
    outcome: Annotated[str, Parameter(help="With this outcome, such as HOLD.")] = "",
    since: Annotated[datetime | None, Parameter(help="Recorded at this time or later; UTC unless it says.")] = None,
    until: Annotated[datetime | None, Parameter(help="Recorded before this time.")] = None,
    limit: Annotated[int, Parameter(help="At most so many; 0 for all.")] = 100,
    proofs: Annotated[Path | None, Parameter(help="Also write the receipt of each into this folder.")] = None,
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Lists decisions, oldest first; what is given narrows the list.

    With --json each is a line with its whole content. A list is of the log as it was when it was asked for.

    For example:

        tidewaiter log find --outcome HOLD --since 2026-03-01 --proofs found/
    """
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.pages.listing import Listing

    request = _request(
        shipment_id=shipment,
        originator_code=originator,
        person_day=person_day,
        trace_id=trace,
        outcome=outcome_of("--outcome", outcome) if outcome else None,
        recorded_from=since,
        recorded_until=until,
        with_proofs=proofs is not None,
        page_size=min(limit, 500) if limit > 0 else 500,
    )
    listing = Listing(json=json, proofs=proofs, limit=limit)
    address = reach.address_of("audit", given=audit, data=data)
    with AuditOperator(address, tls=reach.tls()) as operator, named_as_typed(_NAMES):
        for page in operator.list_decisions(request):
            listing.show(page)
            if listing.is_full:
                break
    listing.end()
    return DONE


def _request(*, recorded_from: datetime | None, recorded_until: datetime | None, **given: Any) -> Any:
    from tidewaiter.audit.v1 import audit_pb2

    request: audit_pb2.ListDecisionsRequest = audit_pb2.ListDecisionsRequest(**given)
    for field, time in ((request.recorded_from, recorded_from), (request.recorded_until, recorded_until)):
        if time is not None:
            field.FromDatetime(time if time.tzinfo is not None else time.replace(tzinfo=UTC))
    return request

"""tidewaiter log erase"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import ACCOUNT, named_as_typed

if TYPE_CHECKING:
    from tidewaiter.audit.v1 import audit_pb2

_NAMES: Final = {
    **ACCOUNT,
    "shipment_id": "SHIPMENT-ID",
    "person.name": "--person",
    "person.postal_code": "--postal-code",
    "person.email": "--email",
    "person.phone": "--phone",
    "person": "--person",
}
"""Which argument each field of ErasePersonalDataRequest was typed as."""


def erase(
    shipment_id: Annotated[str, Parameter(help="The shipment; or else --person.")] = "",
    /,
    *,
    author: Annotated[str, Parameter(help="Who does it; on the log for ever.")],
    reason: Annotated[str, Parameter(help="Why, without personal data; on the log for ever.")],
    request_id: Annotated[str, Parameter(help="Your id of this erasure: repeating it erases nothing twice.")],
    person: Annotated[str, Parameter(help="Of every shipment with a party of this name.")] = "",
    postal_code: Annotated[str, Parameter(help="Of that party.")] = "",
    email: Annotated[str, Parameter(help="Of that party.")] = "",
    phone: Annotated[str, Parameter(help="Of that party.")] = "",
    dry_run: Annotated[bool, Parameter(negative="", help="Say what would be erased, and erase nothing.")] = False,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask before erasing.")] = False,
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Erases personal data that are kept beside the log, for ever.

    The decisions stay, and every receipt verifies as before: the log holds a commitment that nobody can open any more.
    The erasure is an entry of the log itself. Who gives more than a name is looked for with all of it.

    For example:

        tidewaiter log erase 01J8Z000000000000000000001 --author privacy \\
            --reason "letter 17" --request-id L-17 --yes
        tidewaiter log erase --person "Ada Lovelace" --postal-code 10001 \\
            --author privacy --reason "letter 18" --request-id L-18 --dry-run
    """
    from tidewaiter.audit.v1 import audit_pb2
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.pages.confirming import refuse_unconfirmed

    if bool(shipment_id.strip()) is bool(person.strip()):
        problem = "give a shipment or --person, one of the two."
        raise Stop(problem, advice="A shipment id is what `tidewaiter explain` shows.", status=MISSPELT)
    request = audit_pb2.ErasePersonalDataRequest(
        shipment_id=shipment_id, author=author, reason=reason, request_id=request_id, validate_only=dry_run
    )
    if person:
        party = trade_pb2.Party(name=person, postal_code=postal_code, email=email, phone=phone)
        request.person.CopyFrom(party)
    if not dry_run:
        refuse_unconfirmed("Erase personal data for ever?", yes=yes)
    address = reach.address_of("audit", given=audit, data=data)
    with AuditOperator(address, tls=reach.tls()) as operator, named_as_typed(_NAMES):
        found = operator.erase(request)
    _tell(found, dry_run=dry_run, json=json)
    return DONE


def _tell(found: audit_pb2.ErasePersonalDataResponse, *, dry_run: bool, json: bool) -> None:
    from tidewaiter_cli.pages.showing import counted, print_json

    if json:
        erased = [
            {"shipment_id": one.shipment_id, "replayed": one.replayed}
            | ({"leaf_index": one.receipt.leaf_index} if one.HasField("receipt") else {})
            for one in found.erasures
        ]
        print_json({"dry_run": dry_run, "erasures": erased, "incomplete": found.incomplete})
        return
    what = "would be erased" if dry_run else "erased"
    print(f"{counted(len(found.erasures), 'shipment')} {what}")
    for one in found.erasures:
        entry = f"  entry {one.receipt.leaf_index}" if one.HasField("receipt") else ""
        print(f"  {one.shipment_id}{entry}{'  as before' if one.replayed else ''}")
    if found.incomplete:
        print("More are left: run it again with another --request-id.")

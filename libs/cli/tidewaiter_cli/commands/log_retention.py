"""tidewaiter log retention"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import ACCOUNT, midnight_of, named_as_typed


def retention(
    *,
    author: Annotated[str, Parameter(help="Who does it; on the log for ever.")],
    before: Annotated[str, Parameter(help="Keep longer: erase only what was recorded before this day, UTC.")] = "",
    dry_run: Annotated[bool, Parameter(negative="", help="Say what would be erased, and erase nothing.")] = False,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask before erasing.")] = False,
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Erases the personal data that the policy keeps no longer.

    The policy is five years after recording and 90 days (19 CFR 163.4(a), not checked against the text); it is shown
    with what it does. The decisions and their proofs stay for ever.

    For example:

        tidewaiter log retention --author ops --dry-run
        tidewaiter log retention --author ops --yes --json
    """
    from tidewaiter.audit.v1 import audit_pb2
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client.operators import AuditOperator

    from tidewaiter_cli.pages.confirming import refuse_unconfirmed
    from tidewaiter_cli.pages.showing import counted, name_of, print_json

    request = audit_pb2.ApplyRetentionRequest(author=author, validate_only=dry_run)
    if bound := midnight_of("--before", before):
        request.recorded_before.FromDatetime(bound)
    if not dry_run:
        refuse_unconfirmed("Erase personal data for ever?", yes=yes)
    address = reach.address_of("audit", given=audit, data=data)
    with AuditOperator(address, tls=reach.tls()) as operator, named_as_typed(ACCOUNT):
        found = operator.apply_retention(request)
    confidence = name_of(trade_pb2.Confidence, found.confidence, "CONFIDENCE_")
    told = found.recorded_before.ToJsonString()
    policy = {"years": found.years, "grace_days": found.grace_days, "citation": found.citation}
    if json:
        entries = [receipt.leaf_index for receipt in found.receipts]
        facts = {"dry_run": dry_run, "decisions": found.decisions, "recorded_before": told, "entries": entries}
        print_json({**facts, **policy, "confidence": confidence})
        return DONE
    what = "would be erased" if dry_run else "erased"
    print(f"the personal data of {counted(found.decisions, 'decision')} {what}, recorded before {told}")
    print(f"  {found.years} years and {found.grace_days} days; {found.citation}, {confidence.lower()}")
    return DONE

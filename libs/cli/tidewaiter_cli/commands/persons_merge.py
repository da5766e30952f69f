"""tidewaiter persons merge"""

from __future__ import annotations

from tidewaiter_cli.asking_persons import (
    Author,
    Parties,
    Reason,
    RequestId,
    announce,
    parties_in,
    redecide,
    request_id_or_new,
)
from tidewaiter_cli.flags import Eligibility, Intake, Json, Running
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import ACCOUNT, named_as_typed


def merge(
    parties: Parties,
    /,
    *,
    author: Author,
    reason: Reason,
    request_id: RequestId = "",
    json: Json = False,
    data: Running = None,
    eligibility: Eligibility = "",
    intake: Intake = "",
) -> int:
    """Rules that the parties of a file are one person, on every day on the ledger and to come.

    The ruling is recorded for good. The shipments whose answer no longer holds are named, and intake decides them
    again.

    For example:

        tidewaiter persons merge parties.jsonl --author "office 7" \\
            --reason "one account"
    """
    from tidewaiter.eligibility.v1 import eligibility_pb2
    from tidewaiter_client.operators import EligibilityOperator

    from tidewaiter_cli import reach

    named = parties_in(parties)
    if len(named) < 2:
        raise Stop(
            f"{parties} has {len(named)} party.", advice="Give those that are one, a line each.", status=MISSPELT
        )
    request = eligibility_pb2.MergePersonsRequest(
        request_id=request_id_or_new(request_id), author=author, reason=reason, parties=named
    )
    address = reach.address_of("eligibility", given=eligibility, data=data)
    with EligibilityOperator(address, tls=reach.tls()) as operator, named_as_typed(ACCOUNT):
        effect = operator.merge_persons(request)
    announce(effect, json=json)
    redecide(effect, intake=intake, data=data)
    return DONE

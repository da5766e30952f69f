"""tidewaiter persons split"""

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


def split(
    party: Parties,
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
    """Rules that the party of a file is a person of its own, whatever it was counted with.

    The ruling is recorded for good. The shipments whose answer no longer holds are named, and intake decides them
    again.

    For example:

        tidewaiter persons split party.jsonl --author "office 7" \\
            --reason "two passports"
    """
    from tidewaiter.eligibility.v1 import eligibility_pb2
    from tidewaiter_client.operators import EligibilityOperator

    from tidewaiter_cli import reach

    named = parties_in(party)
    if len(named) != 1:
        raise Stop(f"{party} has {len(named)} parties.", advice="Give the one that is split off.", status=MISSPELT)
    request = eligibility_pb2.SplitPersonRequest(
        request_id=request_id_or_new(request_id), author=author, reason=reason, party=named[0]
    )
    address = reach.address_of("eligibility", given=eligibility, data=data)
    with EligibilityOperator(address, tls=reach.tls()) as operator, named_as_typed(ACCOUNT):
        effect = operator.split_person(request)
    announce(effect, json=json)
    redecide(effect, intake=intake, data=data)
    return DONE

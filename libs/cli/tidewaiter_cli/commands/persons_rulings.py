"""tidewaiter persons rulings"""

from __future__ import annotations

from tidewaiter_cli.flags import Eligibility, Json, Running
from tidewaiter_cli.stopping import DONE


def rulings(*, json: Json = False, data: Running = None, eligibility: Eligibility = "") -> int:
    """Lists what was ruled on persons, with author, reason and time; persons are keyed hashes.

    For example:

        tidewaiter persons rulings --json
    """
    from google.protobuf.json_format import MessageToDict
    from tidewaiter_client.operators import EligibilityOperator

    from tidewaiter_cli import reach
    from tidewaiter_cli.asking_persons import line_of
    from tidewaiter_cli.pages.showing import print_json

    with EligibilityOperator(
        reach.address_of("eligibility", given=eligibility, data=data), tls=reach.tls()
    ) as operator:
        found = [*operator.person_rulings()]
    if json:
        print_json({"rulings": [MessageToDict(ruling, preserving_proto_field_name=True) for ruling in found]})
    else:
        for ruling in found:
            print(line_of(ruling))
        if not found:
            print("Nothing was ruled yet.")
    return DONE

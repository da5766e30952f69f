"""tidewaiter lists rescreen"""

from __future__ import annotations

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Risk, Running
from tidewaiter_cli.rescreening import ArrivingFrom
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import iso_day


def rescreen(
    *, arriving_from: ArrivingFrom = "", json: Json = False, data: Running = None, risk: Risk = "", intake: Intake = ""
) -> int:
    """Has every shipment that has not arrived yet decided again by the lists that are in use now.

    Tells what changed. Where the decision says the same nothing is recorded, so that it may be given at any time.

    For example:

        tidewaiter lists rescreen
        tidewaiter lists rescreen --arriving-from 2026-03-01 --json
    """
    from tidewaiter_client.operators import RiskOperator

    from tidewaiter_cli import rescreening
    from tidewaiter_cli.pages.showing import print_json

    first_day = iso_day("--arriving-from", arriving_from)
    with RiskOperator(reach.address_of("risk", given=risk, data=data), tls=reach.tls()) as operator:
        found = rescreening.rescreen(operator, arriving_from=first_day, intake=intake, data=data)
    if json:
        print_json(rescreening.as_object(found))
    else:
        rescreening.announce(found)
    return DONE

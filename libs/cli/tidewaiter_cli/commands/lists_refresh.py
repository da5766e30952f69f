"""tidewaiter lists refresh"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Intake, Json, Risk, Running
from tidewaiter_cli.rescreening import ArrivingFrom
from tidewaiter_cli.stopping import DONE
from tidewaiter_cli.typed import iso_day


def refresh(
    *,
    rescreen: Annotated[
        bool | None,
        Parameter(help="Have open shipments decided again, or not; usually if a list changed. See `lists rescreen`."),
    ] = None,
    arriving_from: ArrivingFrom = "",
    json: Json = False,
    data: Running = None,
    risk: Risk = "",
    intake: Intake = "",
) -> int:
    """Has risk look into its folder of lists now, and shipments that have not arrived yet decided again.

    What changed is in use when this ends. Risk takes what changed by itself too, within a minute or so: then this
    finds nothing changed, and decides again what is open only if told to with --rescreen.

    For example:

        tidewaiter lists refresh
        tidewaiter lists refresh --rescreen
    """
    from tidewaiter_client.operators import RiskOperator

    from tidewaiter_cli import rescreening
    from tidewaiter_cli.pages.party_lists import print_sources

    first_day = iso_day("--arriving-from", arriving_from)
    with RiskOperator(reach.address_of("risk", given=risk, data=data), tls=reach.tls()) as operator:
        response = operator.refresh_sources()
        wanted = response.changed if rescreen is None else rescreen
        if not json:
            print_sources(response.sources, json=False, changed=response.changed)
        found = None
        if wanted:
            found = rescreening.rescreen(operator, arriving_from=first_day, intake=intake, data=data)
    if json:
        rescreened = None if found is None else rescreening.as_object(found)
        print_sources(response.sources, json=True, changed=response.changed, rescreened=rescreened)
    elif found is not None:
        rescreening.announce(found)
    return DONE

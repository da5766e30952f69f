"""tidewaiter lists refresh"""

from __future__ import annotations

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Json, Risk, Running
from tidewaiter_cli.stopping import DONE


def refresh(*, json: Json = False, data: Running = None, risk: Risk = "") -> int:
    """Has risk look into its folder of lists now; what changed is in use when this ends.

    For example:

        tidewaiter lists refresh
    """
    from tidewaiter_client.operators import RiskOperator

    from tidewaiter_cli.pages.party_lists import print_sources

    with RiskOperator(reach.address_of("risk", given=risk, data=data), tls=reach.tls()) as operator:
        response = operator.refresh_sources()
    print_sources(response.sources, json=json, changed=response.changed)
    return DONE

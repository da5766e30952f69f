"""tidewaiter lists show"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Json, Risk, Running
from tidewaiter_cli.stopping import DONE


def show(
    folder: Annotated[Path | None, Parameter(help="A folder of lists; without it, those that risk uses.")] = None,
    /,
    *,
    json: Json = False,
    data: Running = None,
    risk: Risk = "",
) -> int:
    """Shows lists: version, hash, counts, age, what is damaged and what cannot be searched.

    For example:

        tidewaiter lists show lists/
        tidewaiter lists show --json
    """
    from tidewaiter_cli.pages.party_lists import print_lists, print_sources

    if folder is not None:
        from tidewaiter_cli.screening.folder import lists_in

        print_lists(lists_in(folder), json=json)
        return DONE
    from tidewaiter_client.operators import RiskOperator

    with RiskOperator(reach.address_of("risk", given=risk, data=data), tls=reach.tls()) as operator:
        print_sources(operator.list_sources(), json=json)
    return DONE

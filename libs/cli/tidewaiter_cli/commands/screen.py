"""tidewaiter screen"""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Json, Risk, Running
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop
from tidewaiter_cli.typed import country_of, named_as_typed

_NAMES: Final = {"party.name": "NAME", "party.country_code": "--country", "hits_max": "--hits-max"}
"""Which argument each field of ScreenPartyRequest was typed as."""


def screen(
    name: Annotated[str, Parameter(help="Of a person or a company, in quotes.")],
    /,
    *,
    country: Annotated[str, Parameter(help="Where the party is, two letters.")] = "",
    hits_max: Annotated[int, Parameter(validator=Number(gte=1, lte=100), help="Hits wanted, at most.")] = 10,
    json: Json = False,
    data: Running = None,
    risk: Risk = "",
) -> int:
    """Looks up a name on the lists of denied parties.

    The lists that were searched are always named: no hit on an empty list says nothing.

    For example:

        tidewaiter screen "Pellumbrik Freight Forwarding Co., Ltd."
    """
    from tidewaiter.trade.v1 import trade_pb2
    from tidewaiter_client.operators import RiskOperator

    if not name.strip():
        raise Stop("no name is given.", advice="Give that of a person or a company, in quotes.", status=MISSPELT)
    party = trade_pb2.Party(name=name, country_code=country_of("--country", country) if country else "")
    address = reach.address_of("risk", given=risk, data=data)
    with RiskOperator(address, tls=reach.tls()) as operator, named_as_typed(_NAMES):
        response = operator.screen(party, hits_max=hits_max)
    if json:
        from tidewaiter_client.protojson import dictionary

        from tidewaiter_cli.pages.showing import print_json

        print_json(dictionary(response) | {"hits": [dictionary(hit) for hit in response.hits]})
        return DONE
    from tidewaiter_cli.pages.screening import print_hits

    print_hits(response)
    return DONE

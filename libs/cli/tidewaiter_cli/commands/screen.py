"""tidewaiter screen"""

from __future__ import annotations

from pathlib import Path
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
    name: Annotated[str, Parameter(help="Of a person or a company, in quotes.")] = "",
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(
            name=["--in"],
            help="A file of names, one a line, or .csv with a column `query` or `name`, or .jsonl with such a key; "
            "- is standard input.",
        ),
    ] = None,
    lists: Annotated[
        Path | None, Parameter(help="A folder of official lists to screen against; then no service is asked.")
    ] = None,
    country: Annotated[str, Parameter(help="Where the party is, two letters.")] = "",
    hits_max: Annotated[int, Parameter(validator=Number(gte=1, lte=100), help="Hits wanted, at most.")] = 10,
    score_min: Annotated[
        int, Parameter(validator=Number(gte=1, lte=1000), help="With --lists: from which score on it is a hit.")
    ] = 670,
    json: Json = False,
    data: Running = None,
    risk: Risk = "",
) -> int:
    """Looks up names on the lists of denied parties.

    The lists that were searched are always named: no hit on an empty list says nothing. With --lists and --json one
    object a line: query, hits (name, alias, list, entry_id, score), action (NONE, REVIEW or HOLD).

    For example:

        tidewaiter screen "Pellumbrik Freight Forwarding Co., Ltd."
        tidewaiter screen --in names.txt --lists lists/ --json
    """
    if bool(name) == (file is not None):
        raise Stop("either one name in quotes, or a file with --in.", status=MISSPELT)
    if lists is not None:
        return _against(lists, [name] if file is None else file, country, hits_max, score_min, json)
    if file is not None:
        raise Stop("--in needs the lists to screen against.", advice="Name their folder with --lists.", status=MISSPELT)
    return _asked(name, country, hits_max, json, data, risk)


def _against(lists: Path, names: list[str] | Path, country: str, hits_max: int, score_min: int, json: bool) -> int:
    from tidewaiter_screening.places import place_of

    from tidewaiter_cli.pages.screening import print_screened
    from tidewaiter_cli.reading.texts import texts_in
    from tidewaiter_cli.screening.answers import as_json
    from tidewaiter_cli.screening.folder import lists_in, screener_of, tell_gaps

    searched = lists_in(lists)
    gaps = tell_gaps(searched)
    screener = screener_of(searched, score_min=score_min)
    place = place_of(country=country)
    queries = texts_in(names, ("query", "name")) if isinstance(names, Path) else names
    for query in queries:
        hits = screener.screen(query, place)
        if json:
            print(as_json(query, hits, hits_max=hits_max, gaps=gaps))
        else:
            print_screened(query, hits, hits_max=hits_max, gaps=gaps)
    if not json:
        from tidewaiter_cli.pages.screening import print_searched

        print_searched([(one.list, one.version, len(one.entries)) for one in searched])
    return DONE


def _asked(name: str, country: str, hits_max: int, json: bool, data: Path | None, risk: str) -> int:
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

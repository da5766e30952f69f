"""The environment variables that the command reads, and the refusal of those that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from tidewaiter_cli.reach import ADDRESS_VARIABLES, DEFAULT_ADDRESSES, TLS_VARIABLES
from tidewaiter_cli.stopping import MISSPELT, Stop

PREFIX: Final = "TIDEWAITER_"
OWN: Final = (*ADDRESS_VARIABLES.values(), *TLS_VARIABLES)
OWNERS: Final = (*(service.upper() for service in DEFAULT_ADDRESSES), "CLI")
"""Who may have variables: the services, each of which refuses what is not its own, and this command."""


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """Stop, with every one named at once, when a TIDEWAITER_ variable belongs to nobody or is none of ours.

    What begins with the name of a service is for that service to judge, when it is started with it.
    """
    problems = list(_unknown(environ))
    if problems:
        advice = f"Correct or unset what is named; this command reads {', '.join(OWN)}."
        raise Stop(f"{'; '.join(problems)}.", advice=advice, status=MISSPELT)


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    services = tuple(f"{PREFIX}{owner}_" for owner in OWNERS if owner != "CLI")
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in OWN and not name.startswith(services):
            near = _nearest(name)
            yield f"there is no variable {name}{f' (did you mean {near}?)' if near else ''}"


def _nearest(name: str) -> str:
    # Only what differs is compared: with the prefix in it, everything resembles everything.
    owner, _, rest = name.removeprefix(PREFIX).partition("_")
    near = get_close_matches(owner, OWNERS, n=1)
    if not near:
        return ""
    if near[0] != "CLI":
        return f"{PREFIX}{near[0]}_{rest}"
    known = {own.removeprefix(f"{PREFIX}CLI_"): own for own in OWN}
    return next((known[found] for found in get_close_matches(rest, known, n=1)), "")

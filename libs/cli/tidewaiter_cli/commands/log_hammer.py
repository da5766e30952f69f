"""tidewaiter log hammer"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import COULD_NOT, DONE, MISSPELT, Stop


def hammer(
    *,
    seconds: Annotated[float, Parameter(help="How long to load it; longer if a check was never made.")] = 60.0,
    writers: Annotated[int, Parameter(help="How many append at once.")] = 4,
    readers: Annotated[int, Parameter(help="How many ask for proofs at once, at least one.")] = 4,
    kills: Annotated[int, Parameter(help="How often the service is killed meanwhile, at random moments.")] = 0,
    seed: Annotated[int, Parameter(help="Of what is sent, and of the moments.")] = 1,
    json: Json = False,
) -> int:
    """Loads a log of its own, and checks every answer, proof and file of it.

    The log is made in a temporary folder. Writers append, some of the same decisions at the same time and some twice;
    readers verify proofs; one follower reads the stream of decisions, another the files over HTTP and grows the tree
    anew. At the end every decision that was acknowledged must be there once, and the whole-log check must find the
    log sound.
    Ends with 0 without a violation, 1 with one.

    For example:

        tidewaiter log hammer --seconds 60
        tidewaiter log hammer --seconds 600 --kills 200
    """
    from tidewaiter_cli.hammer import Plan, run
    from tidewaiter_cli.pages.showing import print_json

    if seconds <= 0 or writers < 1 or readers < 1 or kills < 0:
        advice = "Give a time above 0, at least one writer and one reader, and no kills below 0."
        raise Stop("that is no load.", advice=advice, status=MISSPELT)
    plan = Plan(seconds=seconds, writers=writers, readers=readers, kills=kills, seed=seed)
    with tempfile.TemporaryDirectory(prefix="tidewaiter-hammer-") as folder:
        found = asyncio.run(run(plan, Path(folder)))
    if json:
        print_json(found)
    else:
        for name, value in found.items():
            if name != "first_violations":
                print(f"{name.replace('_', ' '):<22}{value if value is not None else '-'}")
        for violation in found["first_violations"]:
            print(f"  {violation}")
    return COULD_NOT if found["violations"] else DONE

"""tidewaiter log init"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import DONE


def init(
    *,
    origin: Annotated[str, Parameter(help="The name of the log, for ever: like a URL without its scheme.")],
    key_file: Annotated[Path | None, Parameter(help="Where to keep the private key, if not in DATA.")] = None,
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Makes a log and its key, once.

    It refuses where there is a log. The private key is for its owner only, mode 0600: back it up before the first
    decision, since no other key can go on with the log, and give the public key to everyone. Services of a log of
    another name than the usual one need TIDEWAITER_AUDIT_LOG_ORIGIN.

    For example:

        tidewaiter log init --data data/ --origin example.org/decisions
    """
    from tidewaiter_cli.custody import custody, folder_and_key
    from tidewaiter_cli.pages.showing import print_json

    said = custody("init", *folder_and_key(data, key_file), f"--origin={origin}")
    if json:
        print_json(said)
    else:
        print(f"log {origin} made in {data}\n  public key   {said['verifier_key']}\n  private key  {said['key_file']}")
    return DONE

"""tidewaiter log freeze"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import DONE


def freeze(
    *,
    author: Annotated[str, Parameter(help="Who does it; on the log for ever.")],
    reason: Annotated[str, Parameter(help="Why; on the log for ever.")],
    successor: Annotated[str, Parameter(help="The name of the log that goes on, if there is one.")] = "",
    out: Annotated[Path | None, Parameter(help="Also write the receipt of the last entry.")] = None,
    key_file: Annotated[Path | None, Parameter(help="The private key, if not in DATA.")] = None,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask before.")] = False,
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Gives a log its last entry: it is read for ever, and takes nothing more. Cannot be undone.

    Where all trails end is stated before, so that every history is complete. Make the log that goes on in another
    folder with `tidewaiter log init`. Stop the service first, and start it again to read.

    For example:

        tidewaiter log freeze --author ops --reason "2026 is over" \\
            --successor example.org/2027 --yes
    """
    from tidewaiter_cli.custody import custody, folder_and_key, write_receipt
    from tidewaiter_cli.pages.confirming import refuse_unconfirmed
    from tidewaiter_cli.pages.showing import print_json

    refuse_unconfirmed("Give this log its last entry, for ever?", yes=yes)
    flags = [f"--author={author}", f"--reason={reason}", f"--successor={successor}"]
    said = custody("freeze", *folder_and_key(data, key_file), *flags)
    write_receipt(said, out)
    if json:
        print_json(said)
    else:
        print(f"entry {said['leaf_index']} is the last of this log, of {said['tree_size']} entries")
    return DONE

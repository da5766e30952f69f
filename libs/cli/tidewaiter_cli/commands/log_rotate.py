"""tidewaiter log rotate"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import DONE


def rotate(
    *,
    author: Annotated[str, Parameter(help="Who does it; on the log for ever.")],
    reason: Annotated[str, Parameter(help="Why; on the log for ever.")],
    out: Annotated[Path | None, Parameter(help="Also write the receipt of the rotation, signed by both keys.")] = None,
    key_file: Annotated[Path | None, Parameter(help="The private key, if not in DATA.")] = None,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask before.")] = False,
    json: Json = False,
    data: Data = reach.DATA,
) -> int:
    """Has another key sign the log from now on.

    The rotation is an entry, in a checkpoint that both keys sign: who trusts the former is shown the next by its
    receipt. The former private key is deleted; what it signed verifies for ever with its public key, which is kept
    in DATA/audit.retired.pub. Stop the service first.

    For example:

        tidewaiter log rotate --author ops --reason yearly \\
            --out rotation.tlog-proof --yes
    """
    from tidewaiter_cli.custody import custody, folder_and_key, write_receipt
    from tidewaiter_cli.pages.confirming import refuse_unconfirmed
    from tidewaiter_cli.pages.showing import print_json

    refuse_unconfirmed("Have another key sign this log, and delete the present one?", yes=yes)
    said = custody("rotate", *folder_and_key(data, key_file), f"--author={author}", f"--reason={reason}")
    write_receipt(said, out)
    if json:
        print_json(said)
    else:
        print(f"entry {said['leaf_index']}: {said['verifier_key']} signs from now on\n  retired  {said['retired']}")
    return DONE

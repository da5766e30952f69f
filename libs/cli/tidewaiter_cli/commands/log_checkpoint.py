"""tidewaiter log checkpoint"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import COULD_NOT, DONE, Stop


def checkpoint(
    *,
    out: Annotated[Path, Parameter(help="The checkpoint: a signed note, as c2sp.org/tlog-checkpoint has it.")],
    key: Annotated[str, Parameter(help="The log's public key, or a file that holds it, to verify it with.")],
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Writes the newest checkpoint of the log to a file, once it verifies.

    Keep it where the log's operator cannot change it: it is what shows later whether the log was rewritten.

    For example:

        tidewaiter log checkpoint --out monday.checkpoint --key audit.pub
    """
    from tidewaiter_client.operators import AuditOperator
    from tidewaiter_tlog.checkpoint import verify_checkpoint
    from tidewaiter_tlog.errors import TlogError

    from tidewaiter_cli.pages.showing import print_json
    from tidewaiter_cli.public_key import verifier_key

    known = verifier_key(key)
    with AuditOperator(reach.address_of("audit", given=audit, data=data), tls=reach.tls()) as operator:
        note = operator.get_checkpoint().checkpoint
    try:
        signed = verify_checkpoint(note, [known])
    except TlogError as error:
        problem = f"the checkpoint does NOT verify: {error}."
        raise Stop(problem, advice="It is of another log, or was signed by another key.", status=COULD_NOT) from error
    out.write_bytes(note)
    if json:
        facts = {"log_origin": signed.origin, "tree_size": signed.tree_size, "root": signed.root.hex()}
        print_json({"out": str(out), **facts})
    else:
        print(f"{out}: {signed.origin} had {signed.tree_size:,} entries, root {signed.root.hex()}")
    return DONE

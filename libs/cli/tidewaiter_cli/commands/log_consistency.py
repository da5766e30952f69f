"""tidewaiter log consistency"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Audit, Json, Running
from tidewaiter_cli.stopping import CANNOT_TELL, COULD_NOT, DONE, Stop


def consistency(
    kept: Annotated[Path, Parameter(help="A checkpoint that you kept, as `tidewaiter log checkpoint` writes it.")],
    /,
    *,
    key: Annotated[str, Parameter(help="The log's public key, name+id+base64, or a file that holds it.")],
    out: Annotated[Path | None, Parameter(help="Also write the newer checkpoint here, once it verifies.")] = None,
    json: Json = False,
    data: Running = None,
    audit: Audit = "",
) -> int:
    """Verifies that the log only grew since a checkpoint that you kept.

    Nothing was changed, removed or put between then. The log's word is not taken for it: both checkpoints must be
    signed, and the proof must lead from one to the other.
    Ends with 0 when it does, 1 when it does not, 2 when it cannot tell.

    For example:

        tidewaiter log consistency monday.checkpoint --key audit.pub \\
            --out tuesday.checkpoint
    """
    from tidewaiter_client.operators import AuditOperator
    from tidewaiter_tlog.checkpoint import verify_checkpoint
    from tidewaiter_tlog.errors import TlogError
    from tidewaiter_tlog.proof import verify_consistency

    from tidewaiter_cli.public_key import verifier_key

    known = verifier_key(key)
    try:
        older = verify_checkpoint(kept.read_bytes(), [known])
    except OSError as error:
        problem = f"{kept} cannot be read: {error.strerror}."
        raise Stop(problem, advice="Check the path.", status=CANNOT_TELL) from error
    except TlogError as error:
        problem = f"{kept} is no checkpoint of this log: {error}."
        raise Stop(problem, advice="Give the one that you kept, and its key.", status=CANNOT_TELL) from error
    with AuditOperator(reach.address_of("audit", given=audit, data=data), tls=reach.tls()) as operator:
        note = operator.get_checkpoint().checkpoint
        try:
            newer = verify_checkpoint(note, [known])
            if newer.tree_size < older.tree_size:
                return _answer(json, problem=f"the log has {newer.tree_size} entries and had {older.tree_size}")
            # The empty tree is a prefix of every other.
            if older.tree_size:
                proof = operator.get_consistency_proof(older.tree_size, newer.tree_size)
                hashes = tuple(proof.hashes)
                verify_consistency(older.tree_size, newer.tree_size, hashes, older.root, newer.root)
        except TlogError as error:
            return _answer(json, problem=str(error))
    if out is not None:
        out.write_bytes(note)
    return _answer(json, problem="", older_size=older.tree_size, newer_size=newer.tree_size, log_origin=newer.origin)


def _answer(json: bool, *, problem: str, **facts: Any) -> int:
    from tidewaiter_cli.pages.showing import print_json

    if json:
        print_json({"consistent": not problem, **facts, **({"problem": problem} if problem else {})})
    elif problem:
        print(f"does NOT continue: {problem}", file=sys.stderr)
    else:
        print(f"{facts['log_origin']} only grew, from {facts['older_size']:,} entries to {facts['newer_size']:,}")
    return COULD_NOT if problem else DONE

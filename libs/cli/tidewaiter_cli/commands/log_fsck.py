"""tidewaiter log fsck"""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

from cyclopts import Parameter

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import CANNOT_TELL, COULD_NOT, DONE, Stop


def fsck(
    *,
    data: Data = reach.DATA,
    url: Annotated[str, Parameter(help="Check the log that is served here as files instead: http://host:port.")] = "",
    key: Annotated[str, Parameter(help="The log's public key, or a file that holds it, as you know it.")] = "",
    json: Json = False,
) -> int:
    """Checks a whole log, on the disk or as it is served.

    Reads every entry, hashes the tree anew, and compares it with what is stored and what was signed. With --url that
    is every entry and every tile of the newest checkpoint, and needs nothing but the public key.
    Ends with 0 when the log is sound, 1 when it is not, 2 when it cannot tell.

    For example:

        tidewaiter log fsck --data .tidewaiter
        tidewaiter log fsck --url http://127.0.0.1:7314 --key audit.pub
    """
    if url:
        return _check_served(url, key, json=json)
    if not data.is_dir():
        raise Stop(f"{data} is no folder.", advice="Name the data directory with --data.", status=CANNOT_TELL)
    command = [sys.executable, "-m", "tidewaiter_audit.fsck", "--data", str(data), *(["--json"] if json else [])]
    if key:
        command += ["--key", key]
    # A process of its own: the command line does not bring the audit service along, it only knows how to start it.
    status = subprocess.run(command, check=False).returncode
    if status not in (0, 1, 2):
        problem = f"the check ended with status {status}."
        raise Stop(problem, advice="Run it again, and see what it printed.", status=CANNOT_TELL)
    return status


def _check_served(url: str, key: str, *, json: bool) -> int:
    import http.client

    from tidewaiter_tlog.checkpoint import verify_checkpoint
    from tidewaiter_tlog.errors import TlogError
    from tidewaiter_tlog.fsck import check_bundles, check_tiles

    from tidewaiter_cli.files_of_log import LogFiles
    from tidewaiter_cli.pages.showing import print_json
    from tidewaiter_cli.public_key import verifier_key

    if not key:
        raise Stop("--url needs --key.", advice="Give the log's public key as you know it.", status=CANNOT_TELL)
    known, problem, facts = verifier_key(key), "", {"tree_size": 0, "log_origin": "", "root": ""}
    try:
        with LogFiles(url) as files:
            signed = verify_checkpoint(files.checkpoint(), [known])
            facts = {"tree_size": signed.tree_size, "log_origin": signed.origin, "root": signed.root.hex()}
            check_tiles(signed.tree_size, signed.root, files.tile)
            check_bundles(signed.tree_size, files.bundle, files.tile)
    except TlogError as error:
        problem = str(error)
    except (OSError, http.client.HTTPException) as error:
        raise Stop(f"{url} cannot be read: {error}.", advice="Check the address.", status=CANNOT_TELL) from error
    if json:
        print_json({"sound": not problem, **facts, **({"problem": problem} if problem else {})})
    elif problem:
        print(f"false: {problem}", file=sys.stderr)
    else:
        print(f"sound: {facts['tree_size']:,} entries under the root {facts['root']} of {facts['log_origin']}")
    return COULD_NOT if problem else DONE

"""tidewaiter log fsck"""

from __future__ import annotations

import subprocess
import sys

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Data, Json
from tidewaiter_cli.stopping import CANNOT_TELL, Stop


def fsck(*, data: Data = reach.DATA, json: Json = False) -> int:
    """Checks a whole log on the disk.

    Reads every entry, hashes the tree anew, and compares it with what is stored and what was signed.
    Ends with 0 when the log is sound, 1 when it is not, 2 when it cannot tell.

    For example:

        tidewaiter log fsck --data .tidewaiter
    """
    if not data.is_dir():
        raise Stop(f"{data} is no folder.", advice="Name the data directory with --data.", status=CANNOT_TELL)
    command = [sys.executable, "-m", "tidewaiter_audit.fsck", "--data", str(data), *(["--json"] if json else [])]
    # A process of its own: the command line does not bring the audit service along, it only knows how to start it.
    status = subprocess.run(command, check=False).returncode
    if status not in (0, 1, 2):
        problem = f"the check ended with status {status}."
        raise Stop(problem, advice="Run it again, and see what it printed.", status=CANNOT_TELL)
    return status

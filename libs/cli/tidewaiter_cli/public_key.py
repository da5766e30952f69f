"""A verifier key as it is given on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tidewaiter_cli.stopping import CANNOT_TELL, Stop

if TYPE_CHECKING:
    from tidewaiter_tlog.keys import VerifierKey


def verifier_key(given: str, flag: str = "--key") -> VerifierKey:
    """The key that is given, itself or as the file that holds it; Stop, naming the flag, when it is none."""
    from tidewaiter_tlog.errors import TlogError
    from tidewaiter_tlog.keys import parse_verifier_key

    try:
        text = Path(given).read_text(encoding="utf-8") if "+" not in given or Path(given).is_file() else given
        return parse_verifier_key(text.strip())
    except OSError as error:
        problem = f"{flag} {given}: {error.strerror or error}."
    except (TlogError, ValueError) as error:
        problem = f"{flag} is no verifier key: {error}."
    raise Stop(
        problem, advice="It looks like name+id+base64; `tidewaiter up` shows it, DATA/audit.pub keeps it.",
        status=CANNOT_TELL,
    )  # fmt: skip

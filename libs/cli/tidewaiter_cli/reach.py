"""Where the services are: what the caller names, else the environment, else what `tidewaiter up` left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tidewaiter_cli.notes import READY_FILE
from tidewaiter_cli.stopping import Stop

if TYPE_CHECKING:
    from tidewaiter_client import Tls

DATA: Final = Path(".tidewaiter")

DEFAULT_ADDRESSES: Final = {
    "intake": "127.0.0.1:7301",
    "eligibility": "127.0.0.1:7302",
    "risk": "127.0.0.1:7303",
    "audit": "127.0.0.1:7304",
}


ADDRESS_VARIABLES: Final = {service: f"TIDEWAITER_CLI_{service.upper()}_ADDRESS" for service in DEFAULT_ADDRESSES}
TLS_VARIABLES: Final = tuple(f"TIDEWAITER_CLI_TLS_{which}_FILE" for which in ("CA", "CERTIFICATE", "KEY"))


def address_of(service: str, *, given: str, data: Path | None, environ: Mapping[str, str] = os.environ) -> str:
    """The address to call: `given`, else TIDEWAITER_CLI_<SERVICE>_ADDRESS, else that of the `up` on `data`.

    Without `data` that of the `up` on the default directory, else the default port. Stop when `data` is named and
    no `up` runs on it: the default ports may be another suite's. Stop as well while that `up` is still starting.
    """
    if found := given or environ.get(ADDRESS_VARIABLES[service], ""):
        return found
    if found := str(ready(data or DATA).get(service, "")):
        return found
    _refuse_starting(data or DATA)
    if data is not None:
        advice = f"Start it with `tidewaiter up --data {data}`, or name another directory with --data."
        raise Stop(f"no `tidewaiter up` runs on {data}.", advice=advice)
    return DEFAULT_ADDRESSES[service]


def _refuse_starting(data: Path) -> None:
    # Not above: most commands find a suite that serves, and need nothing of what starts one.
    from tidewaiter_cli.supervise.leftovers import is_starting

    if is_starting(data):
        raise Stop(f"`tidewaiter up` on {data} is starting.", advice="Wait for its line `ready`, then run this again.")


def ready(data: Path) -> dict[str, Any]:
    """What the `up` that serves this data directory says of itself; empty when there is none."""
    try:
        found = json.loads((data / READY_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Stop(f"{data / READY_FILE} cannot be read: {error}.", advice="Start `tidewaiter up` again.") from error
    return found if isinstance(found, dict) else {}


def tls(environ: Mapping[str, str] = os.environ) -> Tls | None:
    """The PEM files named by TLS_VARIABLES; None when none is."""
    from tidewaiter_client import Tls

    files = [environ.get(name, "") for name in TLS_VARIABLES]
    if not any(files):
        return None
    authorities, certificate, key = (Path(file) if file else None for file in files)
    return Tls(authorities_file=authorities, certificate_file=certificate, key_file=key)

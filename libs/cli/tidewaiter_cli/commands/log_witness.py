"""tidewaiter log witness"""

from __future__ import annotations

import json as json_format
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tidewaiter_cli.flags import Json
from tidewaiter_cli.stopping import DONE, MISSPELT, Stop

if TYPE_CHECKING:
    from tidewaiter_tlog.signers import Ed25519Cosigner


def witness(
    *,
    key_file: Annotated[Path, Parameter(help="The private key of the witness, mode 0600.")],
    make_key: Annotated[str, Parameter(help="Make that file, once, for a witness of this name, and end.")] = "",
    log: Annotated[tuple[str, ...], Parameter(help="The public key of a log to watch; may be repeated.")] = (),
    state: Annotated[Path, Parameter(help="Folder for what was cosigned last.")] = Path("witness"),
    listen: Annotated[str, Parameter(help="Where to serve, as host:port; port 0 takes a free one.")] = "127.0.0.1:7315",
    json: Json = False,
) -> int:
    """Runs a witness: it cosigns the checkpoints of logs that it saw only grow, for as long as it runs.

    For somebody else than the log's operator, on another machine; a log that wants to show two histories then needs
    the witness's key too. It speaks c2sp.org/tlog-witness, over HTTP: put TLS in front of it where others reach it.

    For example:

        tidewaiter log witness --key-file w1.key --make-key witness.example/w1
        tidewaiter log witness --key-file w1.key --log audit.pub --state w1/
    """
    from tidewaiter_cli.public_key import verifier_key
    from tidewaiter_cli.witness.kept import Witness
    from tidewaiter_cli.witness.server import WitnessServer

    if make_key:
        made = _made(key_file, make_key)
        print(json_format.dumps({"verifier_key": made}) if json else made)
        return DONE
    if not log:
        raise Stop("no log is named.", advice="Name each with --log.", status=MISSPELT)
    signer = _signer(key_file)
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise Stop(f"--listen {listen} is no host:port.", advice="Give 127.0.0.1:7315.", status=MISSPELT)
    kept = Witness(state, signer=signer, log_keys=[verifier_key(one, "--log") for one in log])
    with WitnessServer((host, int(port)), kept) as server:
        facts = {"verifier_key": signer.key.to_text(), "address": server.address}
        text = f"witness {facts['verifier_key']}\n  serves {facts['address']}\n  Ctrl-C to stop"
        print(json_format.dumps(facts) if json else text, flush=True)
        try:
            server.serve_forever()
        finally:
            kept.close()
    return DONE


def _made(path: Path, name: str) -> str:
    from tidewaiter_tlog.errors import KeyMalformed
    from tidewaiter_tlog.signers import SEED_BYTES, Ed25519Cosigner

    try:
        made = Ed25519Cosigner(name=name, seed=os.urandom(SEED_BYTES), clock_seconds=lambda: 0)
    except KeyMalformed as error:
        raise Stop(f"--make-key: {error}.", advice="Give a name like witness.example/w1.", status=MISSPELT) from error
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Stop(f"{path} is there already.", advice="A key is made once; leave --make-key out.") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made.to_private_text() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made.key.to_text()


def _signer(path: Path) -> Ed25519Cosigner:
    from tidewaiter_tlog.errors import KeyMalformed
    from tidewaiter_tlog.signers import Ed25519Cosigner

    if path.stat().st_mode & 0o077:
        raise Stop(f"{path} may be read or changed by others.", advice="Make its mode 0600.")
    try:
        text = path.read_text(encoding="ascii").strip()
        return Ed25519Cosigner.from_private_text(text, clock_seconds=lambda: int(time.time()))
    except (KeyMalformed, UnicodeDecodeError) as error:
        raise Stop(f"{path} is no key of a witness: {error}.", advice="Make one with --make-key NAME.") from error

"""tidewaiter up"""

from __future__ import annotations

import json as json_format
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from tidewaiter_cli import reach
from tidewaiter_cli.flags import Json
from tidewaiter_cli.notes import READY_FILE
from tidewaiter_cli.stopping import DONE, Stop
from tidewaiter_cli.supervise.log_file import USUAL, LogBounds
from tidewaiter_cli.telling import tell

if TYPE_CHECKING:
    from tidewaiter_cli.supervise.plan import Plan
    from tidewaiter_cli.supervise.suite import Suite


def up(
    *,
    data: Annotated[Path, Parameter(help="Where everything is kept; made when absent.")] = reach.DATA,
    port_base: Annotated[
        int,
        Parameter(
            name=["--port-base", "--ports"],
            validator=Number(gte=0, lte=65_000),
            help="First of four ports; metrics are 20 above, tiles 10 above the last; 0: free ones.",
        ),
    ] = 7301,
    ready_file: Annotated[Path | None, Parameter(help="Also write what the ready line says here, as JSON.")] = None,
    lists: Annotated[Path | None, Parameter(help="Folder of denied-party lists; without it, a sample.")] = None,
    log_bytes_max: Annotated[
        int, Parameter(validator=Number(gte=65_536), help="A service's log over this is set aside.")
    ] = USUAL.bytes_max,
    logs_kept: Annotated[
        int, Parameter(validator=Number(gte=0, lte=1_000), help="So many set aside are kept of each service.")
    ] = USUAL.kept,
    json: Json = False,
) -> int:
    """Runs the four services on this machine until it is told to stop.

    Each is a process of its own, with its log in DATA/logs. One that ends or stays unfit is started again.
    Ctrl-C, SIGTERM or the end of the terminal drains them, intake first, and ends with status 0.

    For example:

        tidewaiter up
        tidewaiter up --data /var/lib/tidewaiter --port-base 0
    """
    from tidewaiter_cli.supervise.leftovers import alone, stop_survivors

    if lists is not None and not lists.is_dir():
        raise Stop(f"--lists {lists} is no folder.", advice="Give the folder that holds the list files.")
    asked_to_stop = _stop_on_signals()
    data = data.absolute()
    with alone(data):
        stop_survivors(data, _say)
        for stale in (data / READY_FILE, ready_file):
            if stale is not None:
                stale.unlink(missing_ok=True)
        return _run(
            data=data,
            port_base=port_base,
            lists=lists and lists.absolute(),
            logs=LogBounds(bytes_max=log_bytes_max, kept=logs_kept),
            asked_to_stop=asked_to_stop,
            notes=[data / READY_FILE, *([ready_file] if ready_file else [])],
            json=json,
        )


def _run(
    *,
    data: Path,
    port_base: int,
    lists: Path | None,
    logs: LogBounds,
    asked_to_stop: Event,
    notes: list[Path],
    json: bool,
) -> int:
    from tidewaiter_cli.supervise.starting import started

    plan, suite = started(data=data, port_base=port_base, lists=lists, logs=logs, asked_to_stop=asked_to_stop, say=_say)
    with ExitStack() as ending:
        # Each of these is done whatever becomes of the others, and of whoever is told.
        for path in notes:
            ending.callback(path.unlink, missing_ok=True)
        ending.callback(suite.stop)
        ending.callback(_say, "draining: intake first, then the others")
        if not asked_to_stop.is_set():
            facts = _facts(plan, suite)
            _write_notes(notes, facts)
            tell(json_format.dumps(facts) if json else _ready_line(facts), to=sys.stdout)
            suite.keep(asked_to_stop, lambda: _write_notes(notes, {**facts, "pids": suite.pids()}))
    _say("stopped")
    return DONE


def _facts(plan: Plan, suite: Suite) -> dict[str, Any]:
    return {
        **plan.addresses,
        "metrics": dict(plan.metrics),
        "tiles": plan.tiles,
        "verifier_key": _verifier_key(plan),
        "data": str(plan.data),
        "pids": suite.pids(),
        "pid": os.getpid(),
    }


def _verifier_key(plan: Plan) -> str:
    from tidewaiter_client.operators import AuditOperator

    with AuditOperator(plan.addresses["audit"]) as audit:
        return audit.get_checkpoint().verifier_key


def _write_notes(paths: list[Path], facts: dict[str, Any]) -> None:
    from tidewaiter_cli.supervise.leftovers import note

    for path in paths:
        note(path, facts)


def _ready_line(facts: dict[str, Any]) -> str:
    addresses = "  ".join(f"{service} {facts[service]}" for service in reach.DEFAULT_ADDRESSES)
    return f"ready  {addresses}\n  log key  {facts['verifier_key']}\n  data     {facts['data']}\n  Ctrl-C to stop"


def _stop_on_signals() -> Event:
    asked = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    return asked


def _say(line: str) -> None:
    tell(f"tidewaiter up: {line}", to=sys.stderr)

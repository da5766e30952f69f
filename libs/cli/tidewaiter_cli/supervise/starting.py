"""From a data directory to four services that serve."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from typing import Final

from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise.complaints import Say
from tidewaiter_cli.supervise.log_file import USUAL, LogBounds
from tidewaiter_cli.supervise.plan import Plan, make_plan
from tidewaiter_cli.supervise.suite import PortLost, Suite

_TRIES_MAX: Final = 3
"""Of finding eight free ports that stay free until they are used."""

_ADVICE: Final = (
    "Stop what uses it (another `tidewaiter up`?), or give another --port-base; 0 takes free ports. "
    "On Linux, `ss -ltnp` names who listens where."
)


def started(
    *,
    data: Path,
    port_base: int,
    lists: Path | None,
    asked_to_stop: Event,
    say: Say,
    logs: LogBounds = USUAL,
) -> tuple[Plan, Suite]:
    """Starts the four services and waits until they serve, or until asked to stop; whoever calls stops the suite.

    `port_base` 0 takes free ports. Stop, with nothing left running, when they do not start.
    """
    for attempt in range(1, _TRIES_MAX + 1):
        plan = make_plan(data=data, port_base=port_base, lists=lists, logs=logs)
        suite = Suite(plan, inherited=os.environ, say=say)
        try:
            suite.start(asked_to_stop)
        except PortLost as lost:
            suite.stop()
            if port_base or attempt == _TRIES_MAX:
                raise Stop(f"{lost}.", advice=_ADVICE) from lost
        except BaseException:
            suite.stop()
            raise
        else:
            return plan, suite
    raise AssertionError("the last attempt returns or raises")

"""Four processes that only look like services, under the real supervisor; as a program, under the real `up`."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from tidewaiter_cli.__main__ import main
from tidewaiter_cli.commands import up
from tidewaiter_cli.supervise.leftovers import birth_of
from tidewaiter_cli.supervise.log_file import USUAL, LogBounds
from tidewaiter_cli.supervise.plan import Plan, make_plan
from tidewaiter_cli.supervise.suite import RESTARTS_MAX, Suite

FAKE = Path(__file__).with_name("fake_service.py")
SECONDS_MAX = 30.0


class FakePlan(Plan):
    """The same plan with other programs."""

    def command(self, service: str, *flags: str) -> list[str]:
        return [sys.executable, f"{FAKE}", service, *flags]


@contextmanager
def suite(data: Path, said: list[str] | None = None, *, logs: LogBounds = USUAL) -> Iterator[tuple[Suite, FakePlan]]:
    """A suite of fakes that are started again without a pause, stopped at the end whatever happened."""
    data.mkdir(parents=True, exist_ok=True)
    real = make_plan(data=data, port_base=0, lists=None)
    plan = FakePlan(data=data, addresses=real.addresses, metrics=real.metrics, tiles=real.tiles, logs=logs)
    say = (said if said is not None else []).append
    made = Suite(plan, inherited=os.environ, say=say, pauses=[0.0] * RESTARTS_MAX)
    try:
        yield made, plan
    finally:
        made.stop()


@contextmanager
def kept(running: Suite, changed: Callable[[], None] = lambda: None) -> Iterator[None]:
    """The suite started, and kept for as long as this lasts; what ends the keeping is raised at the end."""
    asked, ended = threading.Event(), []

    def keep() -> None:
        try:
            running.keep(asked, changed)
        except BaseException as error:  # noqa: BLE001  # raised again below
            ended.append(error)

    running.start(asked)
    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        asked.set()
        keeper.join(SECONDS_MAX)
    assert [] == ended


def wait_until(holds: Callable[[], object]) -> None:
    """Until it holds; AssertionError when it never does."""
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def runs(pid: int) -> bool:
    """Whether a process of this number runs."""
    return birth_of(pid) != ""


if __name__ == "__main__":
    with (
        mock.patch.object(Plan, "command", FakePlan.command),
        mock.patch.object(up, "_verifier_key", return_value="key"),
    ):
        sys.exit(main(["up", *sys.argv[1:]]))

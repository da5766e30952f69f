"""Who runs and says for a while that it does not serve is asked to end, and then made to; nobody else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tidewaiter_cli.supervise.child import Child
from tidewaiter_cli.supervise.fitness import END_SECONDS_MAX, LOOKS_PER_SERVICE, UNFIT_SECONDS_MAX, Fitness
from tidewaiter_cli.supervise.log_file import USUAL, LogFile
from tidewaiter_cli.supervise.plan import SERVICES

Look = Callable[[float, bool], list[str]]


class Asked(Child):
    """A child that runs whatever it is told, and keeps what it was told."""

    def __init__(self, folder: Path) -> None:
        super().__init__("risk", command=[], environment={}, log=LogFile(folder / "risk.log", USUAL))
        self.told: list[str] = []

    def ask_to_stop(self) -> None:
        self.told.append("stop")

    def kill(self) -> None:
        self.told.append("kill")


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Looks at risk at an instant, when it is fit or not; what it has been told by then."""
    now, unfit = [0.0], [False]
    child = Asked(tmp_path)
    watch = Fitness(lambda service: unfit[0], say=lambda line: None, clock=lambda: now[0])

    def look(at: float, is_unfit: bool) -> list[str]:
        now[0], unfit[0] = at, is_unfit
        for number in range(LOOKS_PER_SERVICE):
            watch.look(number, "risk", child)
        return child.told

    return look


def test_unfit_for_long_enough_it_is_asked_to_end_and_then_made_to(look: Look) -> None:
    assert [] == look(0, True)
    assert [] == look(UNFIT_SECONDS_MAX - 0.1, True)
    assert ["stop"] == look(UNFIT_SECONDS_MAX, True)
    assert ["stop"] == look(UNFIT_SECONDS_MAX + END_SECONDS_MAX, True)
    assert "kill" == look(UNFIT_SECONDS_MAX + END_SECONDS_MAX + 0.1, True)[1]


def test_fit_in_between_it_begins_anew(look: Look) -> None:
    look(0, True)
    look(1, False)

    assert [] == look(UNFIT_SECONDS_MAX, True)
    assert [] == look(2 * UNFIT_SECONDS_MAX - 0.1, True)


def test_another_process_begins_anew(tmp_path: Path) -> None:
    now = [0.0]
    child = Asked(tmp_path)
    watch = Fitness(lambda service: True, say=lambda line: None, clock=lambda: now[0])
    for instant in (0.0, UNFIT_SECONDS_MAX):
        now[0] = instant
        watch.look(SERVICES.index("risk"), "risk", child)
    watch.forget("risk")
    now[0] = 10 * END_SECONDS_MAX
    watch.look(SERVICES.index("risk"), "risk", child)

    assert ["stop"] == child.told


def test_each_service_is_asked_at_a_look_of_its_own(tmp_path: Path) -> None:
    asked: list[str] = []

    def is_unfit(service: str) -> bool:
        asked.append(service)
        return False

    watch = Fitness(is_unfit, say=lambda line: None, clock=lambda: 0.0)
    for number in range(2 * LOOKS_PER_SERVICE):
        before = len(asked)
        for service in SERVICES:
            watch.look(number, service, Asked(tmp_path))
        assert len(asked) - before <= 1

    assert [*SERVICES, *SERVICES] == asked

"""What goes wrong beside the services ends none of them; and a service that stays unfit is started again."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from unittest import mock

import pytest
from tidewaiter_cli.supervise import fitness, leftovers
from tidewaiter_cli.supervise import suite as supervise
from tidewaiter_cli.supervise.complaints import Complaints
from tidewaiter_cli.supervise.log_file import LogBounds, LogFile

from tests.fake_suite import kept, runs, suite, wait_until

pytestmark = pytest.mark.processes


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look looks at the logs and at the health, and nobody is unfit for long."""
    monkeypatch.setattr(supervise, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(supervise, "_LOOKS_PER_LOG_LOOK", 1)
    monkeypatch.setattr(fitness, "UNFIT_SECONDS_MAX", 0.0)


@pytest.mark.usefixtures("quick")
def test_a_log_that_is_removed_is_said_once_and_the_services_run_on(tmp_path: Path) -> None:
    said: list[str] = []
    with suite(tmp_path, said) as (running, plan), kept(running):
        before = running.pids()
        gone = plan.log("risk").path
        gone.unlink()
        wait_until(lambda: any("the log of risk is not bounded now" in line for line in said))
        # Looked at many times meanwhile, as the next restart shows.
        os.kill(before["audit"], signal.SIGKILL)
        wait_until(lambda: any("audit serves again" in line for line in said))
        assert all(runs(before[service]) for service in ("intake", "eligibility", "risk"))

    assert [f"the log of risk is not bounded now: {gone}: No such file or directory"] == [
        line for line in said if "bounded" in line
    ]


@pytest.mark.usefixtures("quick")
def test_a_log_that_cannot_be_set_aside_is_said_once_and_the_services_run_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with suite(tmp_path, said, logs=LogBounds(bytes_max=3)) as (running, plan), kept(running):
        before = running.pids()
        monkeypatch.setattr(LogFile, "_copied", no_room)
        plan.log("intake").path.write_bytes(b"much")
        wait_until(lambda: any("the log of intake is not bounded now: No space left" in line for line in said))
        assert all(map(runs, before.values()))


@pytest.mark.usefixtures("quick")
def test_notes_that_cannot_be_written_are_said_once_and_written_when_there_is_room(tmp_path: Path) -> None:
    said: list[str] = []
    told: list[dict[str, int]] = []

    def tell() -> None:
        leftovers.note(tmp_path / "n", {})
        told.append(running.pids())

    with suite(tmp_path, said) as (running, _), kept(running, tell):
        with mock.patch.object(Path, "replace", no_room):
            os.kill(running.pids()["risk"], signal.SIGKILL)
            wait_until(lambda: any("risk serves again" in line for line in said))
            assert 2 == sum("is not on the disk now: No space left on device" in line for line in said)
            assert [] == told
            assert [] == list(tmp_path.glob("*.new"))
        wait_until(lambda: told)
        assert running.pids() == told[0]
        noted = (tmp_path / "up.processes.json").read_text(encoding="utf-8")
        assert f"{running.pids()['risk']}" in noted


@pytest.mark.usefixtures("quick")
def test_a_service_that_stays_unfit_is_ended_and_started_again_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with suite(tmp_path, said) as (running, _), kept(running):
        before = running.pids()
        (tmp_path / "intake.unfit").touch()
        wait_until(lambda: any("intake serves again" in line for line in said))
        assert {**before, "intake": 0} == {**running.pids(), "intake": 0}
        assert before["intake"] != running.pids()["intake"]

    assert "intake runs and has not served for 0 s" in said[1]
    assert "intake ended with exit status 0; starting it again (1 of 5 a minute)" in said


def test_a_service_that_ends_by_itself_is_started_again_with_its_reason(tmp_path: Path) -> None:
    said: list[str] = []
    with suite(tmp_path, said) as (running, _), kept(running):
        (tmp_path / "audit.once").write_text("database or disk is full", encoding="utf-8")
        os.kill(running.pids()["audit"], signal.SIGKILL)
        wait_until(lambda: any("audit serves again" in line for line in said))

    assert "audit ended with exit status 1: database or disk is full; starting it again (2 of 5 a minute)" in said


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("full", "with exit status 4, because its store failed: store lost: database or disk is full"),
        ("bus", "by signal 7, because its store failed"),
    ],
)
def test_a_service_that_lost_its_store_is_started_until_there_is_room_and_the_reason_is_said(
    tmp_path: Path, how: str, told: str
) -> None:
    said: list[str] = []
    with suite(tmp_path, said) as (running, _), kept(running):
        (tmp_path / f"audit.{how}").touch()
        os.kill(running.pids()["audit"], signal.SIGKILL)
        wait_until(lambda: len(said) > 2 * supervise.RESTARTS_MAX)
        (tmp_path / f"audit.{how}").unlink()
        wait_until(lambda: any("audit serves again" in line for line in said))

    assert any(f"audit ended {told}; starting it again" in line and "as long as it takes" in line for line in said)


def test_a_service_that_ends_again_is_given_more_time_before_the_next_start() -> None:
    pauses = supervise.RESTART_PAUSES_SECONDS

    assert 0 == pauses[0]
    assert sorted(pauses) == list(pauses)
    assert sum(pauses) < supervise.RESTARTS_WITHIN_SECONDS


def test_a_complaint_is_made_once_for_as_long_as_it_lasts() -> None:
    said: list[str] = []
    complaints = Complaints(said.append)

    assert not complaints.attempt("a", no_room)
    assert not complaints.attempt("a", no_room)
    assert not complaints.attempt("b", no_room)
    assert complaints.attempt("a", list)
    assert not complaints.attempt("a", no_room)

    assert [f"{what}: No space left on device" for what in "aba"] == said

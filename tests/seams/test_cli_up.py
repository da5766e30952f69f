"""`tidewaiter up` with four processes that only look like services: started, kept, drained, cleaned up after."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tidewaiter_chassis.started import ADDRESS_UNAVAILABLE
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise.leftovers import alone, holds_state, note_processes, stop_survivors
from tidewaiter_cli.supervise.plan import SERVICES, Plan, free_ports, make_plan
from tidewaiter_cli.supervise.starting import started
from tidewaiter_cli.supervise.suite import RESTARTS_MAX, PortLost, Suite

from tests.fake_suite import FakePlan, runs, suite, wait_until

pytestmark = pytest.mark.processes


def test_all_four_serve_and_a_new_log_is_made_only_where_there_is_no_state(tmp_path: Path) -> None:
    said: list[str] = []
    with suite(tmp_path / "d", said) as (first, _):
        assert first.start(threading.Event())
        assert 4 == len(set(first.pids().values()))
    assert "--create-log" == (tmp_path / "d" / "audit.db").read_text(encoding="utf-8")
    assert any("making a new log" in line for line in said)
    said.clear()
    with suite(tmp_path / "d", said) as (second, _):
        assert second.start(threading.Event())

    assert [] == said


def test_all_are_drained_intake_first(tmp_path: Path) -> None:
    with suite(tmp_path) as (running, _):
        running.start(threading.Event())
        pids = running.pids()
        assert running.stop()

    stopped = (tmp_path / "stopped").read_text(encoding="utf-8").split()
    assert "intake" == stopped[0]
    assert set(SERVICES) == set(stopped)
    assert not any(map(runs, pids.values()))


def test_a_killed_service_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    asked, changes = threading.Event(), []
    with suite(tmp_path, said) as (running, _):
        running.start(threading.Event())
        before = running.pids()
        keeper = threading.Thread(target=running.keep, args=(asked, lambda: changes.append(running.pids())))
        keeper.start()
        os.kill(before["risk"], signal.SIGKILL)
        wait_until(lambda: any("risk serves again" in line for line in said))
        asked.set()
        keeper.join(30)

    assert 1 == len(changes)
    assert before["risk"] != changes[0]["risk"]
    assert {**before, "risk": 0} == {**changes[0], "risk": 0}
    assert any("risk ended by signal 9; starting it again (1 of 5 a minute)" in line for line in said)


def test_a_service_that_keeps_ending_is_given_up_with_its_reason(tmp_path: Path) -> None:
    with suite(tmp_path) as (running, _):
        running.start(threading.Event())
        (tmp_path / "audit.dies").write_text("the log is damaged", encoding="utf-8")
        os.kill(running.pids()["audit"], signal.SIGKILL)
        with pytest.raises(Stop, match=rf"audit ended {RESTARTS_MAX + 1} times .* the log is damaged"):
            running.keep(threading.Event(), lambda: None)


def test_a_service_that_does_not_start_is_told_with_its_reason_and_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "risk.dies").write_text("the list is torn", encoding="utf-8")
    with suite(tmp_path) as (running, _):
        with pytest.raises(Stop, match="risk did not start: the list is torn") as stop:
            running.start(threading.Event())
        pids = running.pids()

    assert f"{tmp_path / 'logs' / 'risk.log'}" in stop.value.advice
    assert not any(map(runs, pids.values()))


def test_a_port_that_somebody_has_is_told_apart_from_a_service_that_fails(tmp_path: Path) -> None:
    with suite(tmp_path) as (running, plan), socket.socket() as taken:
        taken.bind(("127.0.0.1", int(plan.addresses["risk"].rpartition(":")[2])))
        taken.listen()
        with pytest.raises(PortLost, match=f"risk did not start: cannot listen on {plan.addresses['risk']}"):
            running.start(threading.Event())
        running.stop()
        assert not any(map(runs, running.pids().values()))


def test_another_suite_that_serves_at_our_ports_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    with suite(tmp_path / "theirs") as (theirs, plan):
        theirs.start(threading.Event())
        mine = FakePlan(data=tmp_path / "ours", addresses=plan.addresses, metrics=plan.metrics, tiles=plan.tiles)
        ours = Suite(mine, inherited=os.environ, say=lambda line: None)
        with pytest.raises(PortLost):
            ours.start(threading.Event())
        ours.stop()

        assert all(map(runs, theirs.pids().values()))


def test_a_start_that_is_interrupted_ends_and_leaves_nothing(tmp_path: Path) -> None:
    asked = threading.Event()
    asked.set()
    with suite(tmp_path) as (running, _):
        assert not running.start(asked)
        pids = running.pids()

    assert not any(map(runs, pids.values()))


@pytest.fixture
def making(tmp_path: Path) -> Path:
    """Where the making of a log, which stops midway, notes its process; it goes on once `audit.go` is beside it."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "audit.slow").touch()
    return tmp_path / "logs" / "audit.making"


def test_asked_to_stop_while_the_log_is_made_it_makes_it_whole_and_starts_nothing(tmp_path: Path, making: Path) -> None:
    asked = threading.Event()
    with suite(tmp_path) as (running, _), ThreadPoolExecutor(1) as pool:
        ended = pool.submit(running.start, asked)
        wait_until(making.exists)
        asked.set()
        making.with_name("audit.go").touch()

        assert not ended.result(30)
        assert {} == running.pids()
    assert "--create-log" == (tmp_path / "audit.db").read_text(encoding="utf-8")


def test_interrupted_while_the_log_is_made_it_leaves_no_process_that_would_make_it(
    tmp_path: Path, making: Path
) -> None:
    class Interrupting(threading.Event):
        """Ctrl-C, at the very moment when the log is half made."""

        def is_set(self) -> bool:
            if making.exists():
                raise KeyboardInterrupt
            return False

    with suite(tmp_path) as (running, _), pytest.raises(KeyboardInterrupt):
        running.start(Interrupting())

    assert not runs(int(making.read_text(encoding="utf-8")))
    assert not (tmp_path / "audit.db").exists()


def test_one_data_directory_has_one_supervisor(tmp_path: Path) -> None:
    with alone(tmp_path / "d"), pytest.raises(Stop, match="another `tidewaiter up` runs on"), alone(tmp_path / "d"):
        pass
    with alone(tmp_path / "d"):
        assert not holds_state(tmp_path / "d")


def test_logs_and_notes_are_no_state_and_anything_else_is(tmp_path: Path) -> None:
    for name in ("logs", "traces"):
        (tmp_path / name).mkdir()
    note_processes(tmp_path, {})
    (tmp_path / "audit.db.lock").touch()
    assert not holds_state(tmp_path)

    (tmp_path / "audit.key").touch()
    assert holds_state(tmp_path)


def test_what_outlived_a_killed_supervisor_is_stopped_and_nobody_else(tmp_path: Path) -> None:
    said: list[str] = []
    with suite(tmp_path) as (running, _):
        running.start(threading.Event())
        pids = running.pids()
        stop_survivors(tmp_path, said.append)
        wait_until(lambda: not any(map(runs, pids.values())))
    assert 4 == len(said)

    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        noted = {"risk": {"pid": bystander.pid, "birth": "another"}, "audit": {"pid": bystander.pid, "birth": ""}}
        (tmp_path / "up.processes.json").write_text(json.dumps(noted), encoding="utf-8")
        stop_survivors(tmp_path, said.append)
        assert runs(bystander.pid)
    finally:
        bystander.communicate(b"\n")
    assert 4 == len(said)


def test_a_damaged_note_is_told_and_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "up.processes.json").write_text("{", encoding="utf-8")

    with pytest.raises(Stop, match="is damaged"):
        stop_survivors(tmp_path, lambda line: None)


def test_a_taken_port_base_is_told_with_address_setting_and_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Stop, match=f"cannot listen on 127.0.0.1:{port}, which TIDEWAITER_INTAKE_LISTEN") as stop:
            started(data=tmp_path, port_base=port, lists=None, asked_to_stop=threading.Event(), say=lambda line: None)

    assert "give another --port-base; 0 takes free ports" in stop.value.advice


def test_a_port_that_the_making_of_the_log_lacks_is_told_alike(tmp_path: Path) -> None:
    class Portless(FakePlan):
        def command(self, service: str, *flags: str) -> list[str]:
            return [sys.executable, "-c", f"print('cannot start: no port'); raise SystemExit({ADDRESS_UNAVAILABLE})"]

    real = make_plan(data=tmp_path, port_base=0, lists=None)
    running = Suite(
        Portless(data=tmp_path, addresses=real.addresses, metrics=real.metrics, tiles=real.tiles),
        inherited=os.environ,
        say=lambda line: None,
    )
    with pytest.raises(PortLost, match="the log could not be made: no port"):
        running.start(threading.Event())


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(20)

    assert 20 == len(set(ports))
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_each_service_is_told_its_place_and_intake_its_peers(tmp_path: Path) -> None:
    addresses = {service: f"127.0.0.1:{7301 + number}" for number, service in enumerate(SERVICES)}
    metrics = {service: f"127.0.0.1:{7321 + number}" for number, service in enumerate(SERVICES)}
    plan = Plan(data=tmp_path, addresses=addresses, metrics=metrics, tiles="127.0.0.1:7314", lists=tmp_path / "lists")

    assert {
        "HOME": "/h",
        "TIDEWAITER_INTAKE_LISTEN": "127.0.0.1:7301",
        "TIDEWAITER_INTAKE_METRICS_LISTEN": "127.0.0.1:7321",
        "TIDEWAITER_INTAKE_DATA_DIR": f"{tmp_path}",
        "TIDEWAITER_INTAKE_ELIGIBILITY_ADDRESS": "127.0.0.1:7302",
        "TIDEWAITER_INTAKE_RISK_ADDRESS": "127.0.0.1:7303",
        "TIDEWAITER_INTAKE_AUDIT_ADDRESS": "127.0.0.1:7304",
    } == plan.environment("intake", {"HOME": "/h"})
    assert f"{tmp_path / 'lists'}" == plan.environment("risk", {})["TIDEWAITER_RISK_LISTS_DIR"]
    assert "127.0.0.1:7314" == plan.environment("audit", {})["TIDEWAITER_AUDIT_TILES_LISTEN"]
    assert [sys.executable, "-m", "tidewaiter_audit", "--create-log"] == plan.command("audit", "--create-log")

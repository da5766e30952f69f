"""The life of a service as a process: start, ready, serve, signal, drain, flush, and every way not to start."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.spanfile import read_spans
from tidewaiter_chassis.started import STORE_LOST

from tests.seams.chassis_echo import SERVICE
from tests.unit.chassis_ledger import names_in, open_ledger

PROGRAM = """
import asyncio, environ, sys
from tests.seams.chassis_echo import SERVICE, Echo, add_echo
from tests.unit.chassis_ledger import adding, open_ledger
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.server import Server, main
from tidewaiter_chassis.settings import ServiceSettings

@environ.config(prefix="TIDEWAITER_AUDIT", frozen=True)
class Settings(ServiceSettings):
    pass

async def slow(request, _context):
    if request == b"slow":
        await asyncio.sleep(0.5)
    return request

async def build(settings, telemetry, *, create_log=False):
    server = Server(settings=settings, telemetry=telemetry, name="audit")
    async def close():
        telemetry.log.info("closed", created=create_log)
    server.add(add_echo, Echo(slow), SERVICE).on_stop(close)
    if MODE == "store":
        ledger = open_ledger(settings.data_dir / "ledger.db")
        server.on_stop(ledger.close).lives_while(lambda: not ledger.lost.is_set())
        async def write(request, _context):
            if request == b"fill":
                # As full as a disk can be made without filling one.
                await ledger.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").get)
                await ledger.write(adding("x" * 50_000))
            return b"%d" % await ledger.write(adding(request.decode()))
        server.add(add_echo, Echo(write), SERVICE)
    if MODE == "create":
        raise SystemExit(0)
    if MODE == "failure":
        raise Failure(kind=Kind.CORRUPT, reason="ROOT_MISMATCH", detail="The log contradicts itself.")
    if MODE == "bug":
        raise KeyError("Maria Muster")
    return server

MODE = sys.argv.pop(1)
main(Settings, build, flags={"create-log": "create the log"})
"""


@contextmanager
def program(tmp_path: Path, mode: str, *arguments: str, **settings: object) -> Iterator[subprocess.Popen[str]]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("TIDEWAITER_", "OTEL_"))}
    environ |= {"TIDEWAITER_AUDIT_DATA_DIR": str(tmp_path)}
    environ |= {f"TIDEWAITER_AUDIT_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, mode, *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ready_address(process: subprocess.Popen[str]) -> tuple[str, list[dict[str, Any]]]:
    """Where it serves, and what it wrote until then."""
    assert process.stderr is not None
    lines = []
    for text in process.stderr:
        lines.append(json.loads(text))
        if lines[-1]["event"] == "ready":
            return lines[-1]["address"], lines
    raise AssertionError(f"it ended before it was ready: {lines}")


@pytest.mark.processes
async def test_it_serves_until_a_signal_and_leaves_everything_in_its_place(tmp_path: Path) -> None:
    with program(tmp_path, "well", "--create-log", metrics_listen="127.0.0.1:0") as process:
        address, before = await asyncio.to_thread(ready_address, process)
        async with grpc.aio.insecure_channel(address) as channel:
            method: Any = channel.unary_unary("/test.v1.EchoService/Unary")
            assert b"x" == await method(b"x")
            running = asyncio.ensure_future(method(b"slow"))
            await asyncio.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert b"slow" == await running
        _, errors = await asyncio.to_thread(process.communicate, timeout=20)

    after = [json.loads(line) for line in errors.splitlines()]
    assert 0 == process.returncode
    assert ["settings", "ready"] == [line["event"] for line in before]
    assert (str(tmp_path), "audit") == (before[0]["data_dir"], before[0]["service"])
    assert ["rpc", "draining", "rpc", "closed", "stopped"] == [line["event"] for line in after]
    assert [True] == [line["created"] for line in after if line["event"] == "closed"]
    first = after[0]
    assert ["test.v1.EchoService/Unary"] == [
        span["name"] for span in read_spans(tmp_path / "traces", first["trace_id"])
    ]


def ended(tmp_path: Path, mode: str, *arguments: str, **settings: object) -> tuple[int, str]:
    with program(tmp_path, mode, *arguments, **settings) as process:
        _, errors = process.communicate(timeout=20)
        return process.returncode, errors


@pytest.mark.processes
def test_a_port_in_use_is_one_clear_line_with_the_setting_and_status_3(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, errors = ended(tmp_path, "well", listen=address)
        other_status, other_errors = ended(tmp_path, "well", metrics_listen=address)

    lines = [json.loads(line) for line in errors.splitlines()]
    assert (3, ["settings", "closed", "cannot start"]) == (status, [line["event"] for line in lines])
    assert f"cannot listen on {address}, which TIDEWAITER_AUDIT_LISTEN names: it is in use" in lines[-1]["why"]
    other = [json.loads(line) for line in other_errors.splitlines()]
    assert (3, ["settings", "closed", "cannot start"]) == (other_status, [line["event"] for line in other])
    assert other[-1]["why"].startswith(f"cannot serve metrics on {address}: ")
    assert other[-1]["why"].endswith("; TIDEWAITER_AUDIT_METRICS_LISTEN names that address")


@pytest.mark.processes
def test_a_process_that_serves_nothing_needs_neither_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, errors = ended(tmp_path, "create", "--create-log", listen=address, metrics_listen=address)

    assert (0, ["settings"]) == (status, [json.loads(line)["event"] for line in errors.splitlines()])


async def filled(tmp_path: Path, *requests: bytes) -> tuple[Failure | None, int, list[dict[str, Any]]]:
    """What the last of these requests failed with, the exit status, and the lines from ready on."""
    with program(tmp_path, "store", drain_seconds=30) as process:
        address, _ = await asyncio.to_thread(ready_address, process)
        failure = None
        async with grpc.aio.insecure_channel(address) as channel:
            method: Any = channel.unary_unary(f"/{SERVICE}/Unary")
            try:
                for request in requests:
                    await method(request)
                process.send_signal(signal.SIGTERM)
            except grpc.aio.AioRpcError as error:
                failure = answers.from_rpc_error(error)
            _, errors = await asyncio.to_thread(process.communicate, timeout=20)
        return failure, process.returncode, [json.loads(line) for line in errors.splitlines()]


@pytest.mark.processes
async def test_a_full_disk_is_said_ends_the_process_in_order_with_status_4_and_a_new_start_recovers(
    tmp_path: Path,
) -> None:
    failure, status, lines = await filled(tmp_path, b"kept", b"fill")

    assert (STORE_LOST, "STORE_LOST") == (status, failure and failure.reason)
    (said,) = [line for line in lines if line["event"] == "store lost"]
    assert ("error", "FullError", "SQLITE_FULL") == (said["level"], said["error"], said["sqlite"])
    assert "database or disk is full" in said["message"]
    assert ("ledger", str(tmp_path / "ledger.db")) == (said["store"], said["path"])
    last = [line["event"] for line in lines if line["level"] != "info" or line["event"] != "rpc"]
    assert ["store lost", "health changed", "draining", "closed", "stopped"] == last
    assert ["lost"] == [line["because"] for line in lines if line["event"] == "draining"]

    assert (None, 0) == (await filled(tmp_path, b"again"))[:2]
    ledger = open_ledger(tmp_path / "ledger.db")
    assert ["kept", "again"] == names_in(ledger)
    await ledger.close()


@pytest.mark.processes
def test_a_failure_while_building_is_one_clear_line_and_status_1(tmp_path: Path) -> None:
    status, errors = ended(tmp_path, "failure")
    bug_status, bug_errors = ended(tmp_path, "bug")

    line = json.loads(errors.splitlines()[-1])
    assert (1, "cannot start", "ROOT_MISMATCH") == (status, line["event"], line["reason"])
    assert "The log contradicts itself." == line["why"]
    bug = json.loads(bug_errors.splitlines()[-1])
    assert (1, "cannot start", "KeyError") == (bug_status, bug["event"], bug["error"])
    assert "Traceback" not in errors + bug_errors
    assert "Maria" not in bug_errors


@pytest.mark.processes
def test_bad_settings_are_status_2(tmp_path: Path) -> None:
    status, errors = ended(tmp_path, "well", drain_seconds="soon", no_such="1")

    assert 2 == status
    assert "TIDEWAITER_AUDIT_DRAIN_SECONDS" in errors
    assert "TIDEWAITER_AUDIT_NO_SUCH" in errors

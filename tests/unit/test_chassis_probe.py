"""What a container's health check learns from the probe, asked of real servers."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tidewaiter_chassis import probe
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_risk.settings import Settings


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """What deploy/README.md tells to make."""
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([sys.executable, project_root / "tools/dev_certificates.py", folder], check=True, timeout=30)
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Risk on a port of its own."""
    return {
        "TIDEWAITER_RISK_LISTEN": "127.0.0.1:0",
        "TIDEWAITER_RISK_DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def with_tls(environment: dict[str, str], certificates: Path) -> dict[str, str]:
    """The same for every address of the machine, with certificates on both sides."""
    environment["TIDEWAITER_RISK_LISTEN"] = "0.0.0.0:0"
    for name, file in (("CERTIFICATE", "certificate"), ("KEY", "key"), ("CLIENT_CA", "authority")):
        environment[f"TIDEWAITER_RISK_TLS_{name}_FILE"] = str(certificates / "risk" / f"{file}.pem")
    return environment


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that is taken and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@asynccontextmanager
async def serving(environment: dict[str, str], *, ready: bool = True) -> AsyncIterator[dict[str, str]]:
    """A server with these settings, ready or not; yields them with the port that it took."""
    server = Server(settings=load(Settings, environment), telemetry=Telemetry.for_tests(), name="risk")
    server.ready_when(lambda: ready)
    address = await server.start()
    try:
        yield environment | {"TIDEWAITER_RISK_LISTEN": address}
    finally:
        await server.stop(0)


async def look(environment: dict[str, str], *options: str) -> int:
    """The probe's exit status."""
    return await asyncio.to_thread(probe.main, ["tidewaiter_risk", *options], environment)


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


async def test_a_service_that_serves_is_well(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(environment) as told:
        assert 0 == await look(told)
    assert "tidewaiter_risk: SERVING" == last_line(capsys)


async def test_a_service_that_lost_its_store_is_not_well(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(environment, ready=False) as told:
        assert 1 == await look(told)
    assert "tidewaiter_risk: NOT_SERVING" == last_line(capsys)


async def test_a_service_that_asks_for_certificates_is_shown_its_own(with_tls: dict[str, str]) -> None:
    async with serving(with_tls) as told:
        assert 0 == await look(told)


async def test_a_certificate_without_the_name_is_not_taken(with_tls: dict[str, str]) -> None:
    async with serving(with_tls) as told:
        assert 0 == await look(told, "--name", "risk")
        assert 1 == await look(told, "--name", "intake")


async def test_only_the_service_s_own_certificate_is_taken(with_tls: dict[str, str], certificates: Path) -> None:
    async with serving(with_tls) as told:
        for name, file in (("CERTIFICATE", "certificate"), ("KEY", "key")):
            told[f"TIDEWAITER_RISK_TLS_{name}_FILE"] = str(certificates / "eligibility" / f"{file}.pem")
        assert 1 == await look(told)


async def test_a_port_where_nobody_listens_is_not_well(
    environment: dict[str, str], silent_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    environment["TIDEWAITER_RISK_LISTEN"] = f"127.0.0.1:{silent_port}"

    assert 1 == await look(environment)
    assert f"tidewaiter_risk: no answer from port {silent_port}: UNAVAILABLE" == last_line(capsys)


@pytest.mark.parametrize(
    ("package", "change", "said"),
    [
        ("tidewaiter_risk", {}, "any free port"),
        ("tidewaiter_risk", {"TIDEWAITER_RISK_LISTN": "x"}, "no such setting"),
        ("tidewaiter_customs", {}, "no such service"),
    ],
)
def test_what_cannot_be_asked_is_not_well(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str], package: str, change: dict[str, str], said: str
) -> None:
    assert 1 == probe.main([package], environment | change)
    assert said in last_line(capsys)


async def test_a_process_of_its_own_answers_by_its_exit_status(environment: dict[str, str]) -> None:
    async with serving(environment) as told:
        finished = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tidewaiter_chassis.probe", "tidewaiter_risk", env=os.environ | told
        )
        assert 0 == await finished.wait()

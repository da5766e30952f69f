"""A service calls another with the certificates that its settings name, and in the clear only on loopback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tidewaiter_chassis.channel import connect
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.settings import ServiceSettings, load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_intake.settings import Settings as IntakeSettings
from tidewaiter_risk.settings import Settings as RiskSettings


def made(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([sys.executable, project_root / "tools/dev_certificates.py", folder], check=True, timeout=30)
    return folder


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    return made(tmp_path_factory, project_root)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """Certificates of another authority that calls itself the same."""
    return made(tmp_path_factory, project_root)


def files(service: str, folder: Path, *, authority: str) -> dict[str, str]:
    """The variables that name a service's certificates; `authority` is the setting for its authority."""
    named = {"TLS_CERTIFICATE_FILE": "certificate", "TLS_KEY_FILE": "key", authority: "authority"}
    return {f"TIDEWAITER_{service.upper()}_{key}": f"{folder / service / file}.pem" for key, file in named.items()}


def intake(folder: Path, **more: str) -> ServiceSettings:
    return load(IntakeSettings, files("intake", folder, authority="TLS_PEER_CA_FILE") | more)


async def asked(settings: ServiceSettings, address: str) -> Any:
    """What the server at the address says of its health to who has these settings."""
    telemetry = Telemetry.for_tests()
    channel = connect(
        address, telemetry=telemetry, service="grpc.health.v1.Health", retry=False, tls=settings.peer_tls(address)
    )
    try:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        return await stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    finally:
        await channel.close()


@pytest.fixture
async def peer(certificates: Path, tmp_path: Path) -> Any:
    """Risk on all addresses, asking its callers for certificates; the port it took."""
    environment = files("risk", certificates, authority="TLS_CLIENT_CA_FILE") | {
        "TIDEWAITER_RISK_LISTEN": "0.0.0.0:0",
        "TIDEWAITER_RISK_DATA_DIR": str(tmp_path),
    }
    server = Server(settings=load(RiskSettings, environment), telemetry=Telemetry.for_tests(), name="risk")
    address = await server.start()
    yield address.rpartition(":")[2]
    await server.stop(0)


async def test_a_peer_is_called_with_our_certificate_and_its_own_is_judged(certificates: Path, peer: str) -> None:
    answer = await asked(intake(certificates), f"localhost:{peer}")

    assert health_pb2.HealthCheckResponse.SERVING == answer.status


async def test_a_peer_of_another_authority_is_not_spoken_to(certificates: Path, others: Path, peer: str) -> None:
    stranger = intake(certificates, TIDEWAITER_INTAKE_TLS_PEER_CA_FILE=str(others / "intake" / "authority.pem"))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asked(stranger, f"localhost:{peer}")

    assert grpc.StatusCode.UNAVAILABLE == refused.value.code()


@pytest.mark.parametrize("has_certificate", [False, True])
async def test_a_caller_without_a_certificate_of_the_authority_is_not_answered(
    certificates: Path, others: Path, peer: str, has_certificate: bool
) -> None:
    known = {"TIDEWAITER_INTAKE_TLS_PEER_CA_FILE": str(certificates / "intake" / "authority.pem")}
    caller = intake(others, **known) if has_certificate else load(IntakeSettings, known)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asked(caller, f"localhost:{peer}")

    assert grpc.StatusCode.UNAVAILABLE == refused.value.code()


def test_without_an_authority_for_peers_only_loopback_is_called(certificates: Path) -> None:
    settings = intake(certificates, TIDEWAITER_INTAKE_TLS_PEER_CA_FILE="")

    assert settings.peer_tls("127.0.0.1:7303") is None
    with pytest.raises(Failure) as refused:
        settings.peer_tls("risk:7303")
    assert (Kind.NOT_READY, "TLS_REQUIRED") == (refused.value.kind, refused.value.reason)

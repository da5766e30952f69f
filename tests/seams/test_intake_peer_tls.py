"""Intake calls its peers with the certificates that its settings name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_intake.__main__ import build
from tidewaiter_intake.settings import Settings


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([sys.executable, project_root / "tools/dev_certificates.py", folder], check=True, timeout=30)
    return folder / "intake"


async def test_intake_is_put_together_with_peers_on_other_machines(certificates: Path, tmp_path: Path) -> None:
    settings = load(
        Settings,
        {
            "TIDEWAITER_INTAKE_LISTEN": "0.0.0.0:0",
            "TIDEWAITER_INTAKE_DATA_DIR": str(tmp_path),
            "TIDEWAITER_INTAKE_ELIGIBILITY_ADDRESS": "eligibility:7302",
            "TIDEWAITER_INTAKE_RISK_ADDRESS": "risk:7303",
            "TIDEWAITER_INTAKE_AUDIT_ADDRESS": "audit:7304",
            "TIDEWAITER_INTAKE_TLS_CERTIFICATE_FILE": str(certificates / "certificate.pem"),
            "TIDEWAITER_INTAKE_TLS_KEY_FILE": str(certificates / "key.pem"),
            "TIDEWAITER_INTAKE_TLS_CLIENT_CA_FILE": str(certificates / "authority.pem"),
            "TIDEWAITER_INTAKE_TLS_PEER_CA_FILE": str(certificates / "authority.pem"),
        },
    )

    server = await build(settings, Telemetry.for_tests("intake"))

    await server.stop(0)

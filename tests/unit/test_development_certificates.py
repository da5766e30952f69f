"""The certificates for a trial on one's own machine: who gets what, and who gets nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

Run = Callable[..., int]

HOLDERS = ("intake", "eligibility", "risk", "audit", "collector", "client")


@pytest.fixture
def run(project_root: Path) -> Run:
    def program(*arguments: object) -> int:
        words = [sys.executable, str(project_root / "tools" / "dev_certificates.py"), *map(str, arguments)]
        return subprocess.run(words, capture_output=True, check=False, timeout=30).returncode

    return program


def certificate(folder: Path, holder: str, name: str = "certificate") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / holder / f"{name}.pem").read_bytes())


def test_each_holder_gets_a_key_with_its_certificate_of_the_one_authority(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "made" / "here"
    assert 0 == run(folder, "--days", 7)

    assert set(HOLDERS) == {path.name for path in folder.iterdir()}
    authority = certificate(folder, "client", "authority")
    for holder in HOLDERS:
        mine = certificate(folder, holder)
        key = load_pem_private_key((folder / holder / "key.pem").read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert mine.public_key() == key.public_key()
        mine.verify_directly_issued_by(authority)
        assert authority == certificate(folder, holder, "authority")
        assert timedelta(days=7) < mine.not_valid_after_utc - mine.not_valid_before_utc < timedelta(days=7, hours=1)


def test_only_its_owner_gets_in_and_the_key_of_the_authority_is_nowhere(tmp_path: Path, run: Run) -> None:
    assert 0 == run(tmp_path / "made")

    assert 0o700 == (tmp_path / "made").stat().st_mode & 0o777
    authority = certificate(tmp_path / "made", "client", "authority")
    keys = [path for path in (tmp_path / "made").rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()]
    assert len(HOLDERS) == len(keys)
    for path in keys:
        assert authority.public_key() != load_pem_private_key(path.read_bytes(), password=None).public_key()


def test_a_server_is_known_by_its_name_and_as_localhost_and_a_client_is_no_server(tmp_path: Path, run: Run) -> None:
    assert 0 == run(tmp_path / "made")

    names = certificate(tmp_path / "made", "risk").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ["risk", "localhost"] == names.get_values_for_type(x509.DNSName)
    assert ["spiffe://tidewaiter.internal/risk"] == names.get_values_for_type(x509.UniformResourceIdentifier)
    uses = certificate(tmp_path / "made", "client").extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [ExtendedKeyUsageOID.CLIENT_AUTH] == list(uses)


def test_certificates_that_are_there_are_kept_unless_all_are_to_be_replaced(tmp_path: Path, run: Run) -> None:
    assert 0 == run(tmp_path / "made")
    first = certificate(tmp_path / "made", "audit")

    assert 1 == run(tmp_path / "made")
    assert first == certificate(tmp_path / "made", "audit")

    assert 0 == run(tmp_path / "made", "--replace")
    assert first != certificate(tmp_path / "made", "audit")


@pytest.mark.parametrize(("days", "status"), [(0, 2), (1, 0), (90, 0), (91, 2)])
def test_the_days_have_a_bound(tmp_path: Path, run: Run, days: int, status: int) -> None:
    assert status == run(tmp_path / "made", "--days", days)

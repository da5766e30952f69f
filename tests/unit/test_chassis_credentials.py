"""Who may be spoken to in the clear, and certificates judged before they are served."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tidewaiter_chassis.credentials import client_tls, is_local, server_tls
from tidewaiter_chassis.failures import Failure, Kind


def write_pair(folder: Path, name: str, password: bytes | None = None) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption(),
        )
    )
    return str(certificate_file), str(key_file)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:7301", "127.8.9.10:1", "localhost:7301", "[::1]:7301", "unix:/run/a.sock", "unix-abstract:a"],
)
def test_loopback_is_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0:7301", "[::]:7301", "10.0.0.1:7301", "audit:7304", "localhost.example:1", "127.0.0.1", ""]
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_local(address)


def test_loopback_may_be_in_the_clear() -> None:
    assert server_tls(listen="127.0.0.1:0", certificate_file="", key_file="") is None
    assert client_tls(address="127.0.0.1:7301") is None


def test_serving_off_loopback_in_the_clear_is_refused() -> None:
    with pytest.raises(Failure) as refused:
        server_tls(listen="0.0.0.0:7301", certificate_file="", key_file="")

    assert (Kind.NOT_READY, "TLS_REQUIRED") == (refused.value.kind, refused.value.reason)


def test_calling_off_loopback_in_the_clear_is_refused() -> None:
    with pytest.raises(Failure, match="TLS_REQUIRED"):
        client_tls(address="audit.internal:7304")


def test_a_sound_pair_is_read(tmp_path: Path) -> None:
    certificate, key = write_pair(tmp_path, "audit")

    tls = server_tls(listen="0.0.0.0:7301", certificate_file=certificate, key_file=key, client_ca_file=certificate)

    assert tls is not None
    assert Path(certificate).read_bytes() == tls.certificate == tls.authorities
    assert Path(key).read_bytes() == tls.key


def test_the_key_is_never_in_the_text_of_it(tmp_path: Path) -> None:
    certificate, key = write_pair(tmp_path, "audit")

    assert "PRIVATE" not in repr(server_tls(listen="", certificate_file=certificate, key_file=key))


def test_a_caller_needs_only_the_authorities(tmp_path: Path) -> None:
    certificate, _ = write_pair(tmp_path, "authority")

    tls = client_tls(address="audit.internal:7304", ca_file=certificate)

    assert tls is not None
    assert (None, None) == (tls.certificate, tls.key)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    certificate, _ = write_pair(tmp_path, "one")
    _, key = write_pair(tmp_path, "other")

    with pytest.raises(Failure, match="TLS_FILE_INVALID") as refused:
        server_tls(listen="", certificate_file=certificate, key_file=key)

    assert {"file": certificate} == refused.value.facts


def test_a_key_with_a_password_is_refused_without_asking(tmp_path: Path) -> None:
    certificate, key = write_pair(tmp_path, "locked", password=b"open sesame")

    with pytest.raises(Failure, match="TLS_FILE_INVALID"):
        server_tls(listen="", certificate_file=certificate, key_file=key)


@pytest.mark.parametrize("content", [b"", b"not a certificate", "-----BEGIN é".encode()])
def test_authorities_that_are_no_pem_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)

    with pytest.raises(Failure, match="TLS_FILE_INVALID"):
        client_tls(address="audit.internal:7304", ca_file=str(file))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")

    with pytest.raises(Failure, match="TLS_FILE_UNREADABLE") as refused:
        client_tls(address="audit.internal:7304", ca_file=missing)

    assert {"file": missing} == refused.value.facts


def test_half_a_pair_is_refused(tmp_path: Path) -> None:
    certificate, _ = write_pair(tmp_path, "half")

    with pytest.raises(Failure, match="TLS_FILE_MISSING"):
        server_tls(listen="", certificate_file=certificate, key_file="")

"""Makes the certificates that deploy/compose.yaml needs on one's own machine, for example into build/certificates.

One authority signs a certificate for each service, for the collector and for one client. The authority's key is used
once and never written: to add or to renew a certificate, make all of them anew. Nothing here is fit for production.
"""

from __future__ import annotations

import argparse
import ipaddress
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVERS = ("intake", "eligibility", "risk", "audit", "collector")
CLIENT = "client"
AUTHORITY_FILE = "authority.pem"
CERTIFICATE_FILE = "certificate.pem"
KEY_FILE = "key.pem"
DAYS_MAX = 90
CLOCKS_APART = timedelta(minutes=5)
"""A machine whose clock is behind may still take the certificates at once."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Period:
    """When certificates hold."""

    begin: datetime
    end: datetime


def main(argv: Sequence[str] | None = None) -> int:
    """Write the certificates; 0 done, 1 when the folder has some and --replace was not given, 2 for bad arguments."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("folder", type=Path, help="where to write, one folder for each holder; made when absent")
    parser.add_argument(
        "--days", type=int, default=30, choices=range(1, DAYS_MAX + 1), metavar="DAYS", help="default 30"
    )
    parser.add_argument("--replace", action="store_true", help="remove the certificates that are there")
    given = parser.parse_args(argv)
    if given.folder.exists() and any(given.folder.iterdir()):
        if not given.replace:
            print(f"{given.folder} has certificates already; --replace makes all of them anew", file=sys.stderr)
            return 1
        for holder in (*SERVERS, CLIENT):
            shutil.rmtree(given.folder / holder, ignore_errors=True)
    write_all(given.folder, now=datetime.now(UTC), days=given.days)
    print(f"Wrote {given.folder}: certificates of {', '.join((*SERVERS, CLIENT))} for {given.days} days")
    return 0


def write_all(folder: Path, *, now: datetime, days: int) -> None:
    """For each holder a folder with its certificate, its key and the authority, all PEM.

    The outer folder lets in nobody but its owner; the inner ones are open, since a container that one of them is
    mounted into runs as another user and never passes through the outer one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    period = Period(now - CLOCKS_APART, now + timedelta(days=days))
    authority = make_authority(period)
    for holder in (*SERVERS, CLIENT):
        mine = folder / holder
        mine.mkdir()
        mine.chmod(0o755)
        identity = issue(holder, authority=authority, period=period)
        (mine / AUTHORITY_FILE).write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
        (mine / CERTIFICATE_FILE).write_bytes(identity.certificate.public_bytes(serialization.Encoding.PEM))
        (mine / KEY_FILE).write_bytes(
            identity.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        for file in mine.iterdir():
            file.chmod(0o644)


def make_authority(period: Period) -> Identity:
    """Who signs the others; it may sign no further authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Tidewaiter development authority")
    signs = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _certificate(name, issuer=name, key=key, period=period)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(signs, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(key, certificate)


def issue(holder: str, *, authority: Identity, period: Period) -> Identity:
    """A key and a certificate for `holder`, by its name on the network and, so that it can be asked from its own
    machine, as localhost. A server may call others too; the client is no server.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(f"spiffe://tidewaiter.internal/{holder}")]
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if holder in SERVERS:
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names += [x509.DNSName(holder), x509.DNSName("localhost"), loopback]
        uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
    certificate = (
        _certificate(_name(holder), issuer=authority.certificate.subject, key=key, period=period)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Identity(key, certificate)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name, *, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, period: Period
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.begin)
        .not_valid_after(period.end)
    )


if __name__ == "__main__":
    sys.exit(main())

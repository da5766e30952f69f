"""Who may be spoken to in the clear, and the certificates for everybody else.

Insecure transport is for loopback only: names and addresses of people travel here.
This module reads and judges files; the server and the channel turn them into gRPC's credentials.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from tidewaiter_chassis.failures import Failure, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM bytes for one side of a connection. Only a server must have a certificate of its own."""

    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    authorities: bytes | None = None
    """Who must have signed the other side's certificate: None trusts the machine's list (a client) or
    asks callers for no certificate (a server)."""


def is_local(address: str) -> bool:
    """Whether what is sent to `address` stays on this machine: loopback by number or name, or a Unix socket.

    A name other than localhost is never local, whatever it resolves to today.
    """
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def server_tls(*, listen: str, certificate_file: str, key_file: str, client_ca_file: str = "") -> Tls | None:
    """What to serve `listen` with; None is the clear, and only on loopback.

    Failure NOT_READY: TLS_REQUIRED off loopback without files, TLS_FILE_UNREADABLE, TLS_FILE_INVALID when a
    file is no PEM or the key is not the certificate's.
    """
    if not certificate_file and not key_file:
        _refuse_in_the_clear(listen)
        return None
    return _read(certificate_file=certificate_file, key_file=key_file, ca_file=client_ca_file)


def client_tls(*, address: str, ca_file: str = "", certificate_file: str = "", key_file: str = "") -> Tls | None:
    """What to call `address` with; None is the clear, and only to loopback. Fails as `server_tls` does."""
    if not (ca_file or certificate_file or key_file):
        _refuse_in_the_clear(address)
        return None
    return _read(certificate_file=certificate_file, key_file=key_file, ca_file=ca_file)


def _refuse_in_the_clear(address: str) -> None:
    if not is_local(address):
        raise Failure(
            kind=Kind.NOT_READY,
            reason="TLS_REQUIRED",
            detail=f"{address} is not on this machine's loopback: it needs TLS, give the certificate files.",
            facts={"address": address},
        )


def _read(*, certificate_file: str, key_file: str, ca_file: str) -> Tls:
    if bool(certificate_file) != bool(key_file):
        raise _unusable("TLS_FILE_MISSING", certificate_file or key_file, "a certificate and its key go together")
    tls = Tls(
        certificate=_bytes_of(certificate_file),
        key=_bytes_of(key_file),
        authorities=_bytes_of(ca_file),
    )
    # gRPC accepts any bytes and then fails every handshake without saying why, so OpenSSL judges them first.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        if certificate_file:
            context.load_cert_chain(certificate_file, key_file, password=_no_password)
        if tls.authorities is not None:
            context.load_verify_locations(cadata=tls.authorities.decode("ascii"))
    except (ssl.SSLError, ValueError) as refusal:
        why = getattr(refusal, "reason", None) or "not PEM"
        raise _unusable("TLS_FILE_INVALID", certificate_file or ca_file, str(why)) from refusal
    return tls


def _no_password() -> str:
    # Without this OpenSSL would ask for an encrypted key's password on the terminal and wait for ever.
    raise ValueError("the key is encrypted; give one without a password")


def _bytes_of(file: str) -> bytes | None:
    if not file:
        return None
    try:
        return Path(file).read_bytes()
    except OSError as refusal:
        raise _unusable("TLS_FILE_UNREADABLE", file, refusal.strerror or "cannot be read") from refusal


def _unusable(reason: str, file: str, why: str) -> Failure:
    return Failure(
        kind=Kind.NOT_READY,
        reason=reason,
        detail=f"{file}: cannot be used for TLS: {why}.",
        facts={"file": file},
    )

"""Asks a service on this machine how it is: `python -m tidewaiter_chassis.probe tidewaiter_intake`.

For container health checks, which need no more than an exit status. The service's own settings say where it
serves and with which certificate, so that a check cannot look at another address than the service does.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tidewaiter_chassis.settings import ServiceSettings, SettingsRefused, load
from tidewaiter_chassis.standard_output import readers_may_leave


@readers_may_leave()
def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """The exit status: 0 when the service says SERVING in time, 1 when it does not, cannot be reached or is ill set.

    One line on standard output says which. SystemExit 2 for arguments that make no sense.
    """
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_chassis.probe", description=__doc__, allow_abbrev=False)
    parser.add_argument("package", help="the package of the service, for example tidewaiter_intake")
    parser.add_argument("--name", default="", help="the name in the service's certificate, if not localhost")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to wait for the answer, default 3")
    given = parser.parse_args(argv)
    try:
        settings = load(_settings_class(given.package), environ)
        answer = ask(settings, name=given.name, seconds=given.seconds)
    except SettingsRefused as refused:
        answer = f"its settings are refused: {refused}"
    except (ImportError, AttributeError):
        answer = "there is no such service here"
    except OSError as error:
        answer = str(error)
    sys.stdout.write(f"{given.package}: {answer}\n")
    return 0 if answer == "SERVING" else 1


def ask(settings: ServiceSettings, *, name: str = "", seconds: float) -> str:
    """What the service with these settings says of itself, SERVING or NOT_SERVING; else why it could not say.

    `name` is one that its certificate carries, localhost unless told; no other certificate than its own is taken.
    OSError when the files of the certificate cannot be read.
    """
    host, _, port = settings.listen.rpartition(":")
    if port == "0":
        return "it takes any free port, and which one is not known here"
    with _channel(settings, target=f"{_reachable(host)}:{port}", name=name or "localhost") as channel:
        try:
            stub: Any = health_pb2_grpc.HealthStub(channel)  # Its methods are made at run time; its types know none.
            # The empty name asks about the server as a whole.
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=seconds)
        except grpc.RpcError as error:
            return f"no answer from port {port}: {error.code().name}"
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def _settings_class(package: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = import_module(f"{package}.settings").Settings
    return found


def _reachable(host: str) -> str:
    """Where to call what listens on `host`: loopback for every address of this machine."""
    try:
        number = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    if not number.is_unspecified:
        return host
    return "127.0.0.1" if number.version == 4 else "[::1]"


def _channel(settings: ServiceSettings, *, target: str, name: str) -> grpc.Channel:
    # A proxy from the environment is for the internet, never for this machine.
    options: tuple[tuple[str, str | int], ...] = (("grpc.enable_http_proxy", 0),)
    if not settings.tls_certificate_file:
        return grpc.insecure_channel(target, options=options)
    certificate = Path(settings.tls_certificate_file).read_bytes()
    # The service's own certificate is all that is trusted, and is shown as ours if the service asks for one.
    credentials = grpc.ssl_channel_credentials(
        root_certificates=certificate,
        private_key=Path(settings.tls_key_file).read_bytes(),
        certificate_chain=certificate,
    )
    return grpc.secure_channel(target, credentials, options=(*options, ("grpc.ssl_target_name_override", name)))


if __name__ == "__main__":
    sys.exit(main())

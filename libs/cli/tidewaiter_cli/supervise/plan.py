"""What is run, where and on which ports; nothing here starts anything."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tidewaiter_cli.supervise.log_file import USUAL, LogBounds, LogFile

SERVICES: Final = ("intake", "eligibility", "risk", "audit")
"""In the order of their ports, and of their stopping: intake first, because it alone calls the others."""

_PUBLIC_KEY: Final = "audit.pub"
HOST: Final = "127.0.0.1"
PORT_BASE: Final = 7301
_METRICS_OFFSET: Final = 20
_TILES_OFFSET: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of the suite. Everything is on loopback."""

    data: Path
    addresses: Mapping[str, str]
    metrics: Mapping[str, str]
    tiles: str
    """Where audit shows its log as files, over HTTP."""
    lists: Path | None = None
    """Folder of the lists of denied parties; None for the sample that risk brings along."""
    logs: LogBounds = USUAL

    def command(self, service: str, *flags: str) -> list[str]:
        """How the process of a service is started: by this interpreter."""
        return [sys.executable, "-m", f"tidewaiter_{service}", *flags]

    def environment(self, service: str, inherited: Mapping[str, str]) -> dict[str, str]:
        """What the process of a service is told, above what it inherits."""
        prefix = f"TIDEWAITER_{service.upper()}_"
        told = {
            "LISTEN": self.addresses[service],
            "METRICS_LISTEN": self.metrics[service],
            "DATA_DIR": str(self.data),
        }
        if service == "audit":
            told["TILES_LISTEN"] = self.tiles
            # A log that `tidewaiter log init` made has a name of its own, and its public key says which.
            if (self.data / _PUBLIC_KEY).is_file() and f"{prefix}LOG_ORIGIN" not in inherited:
                told["LOG_ORIGIN"] = (self.data / _PUBLIC_KEY).read_text(encoding="utf-8").partition("+")[0]
        if service == "intake":
            told |= {f"{peer.upper()}_ADDRESS": self.addresses[peer] for peer in SERVICES if peer != "intake"}
        if service == "risk" and self.lists is not None:
            told["LISTS_DIR"] = str(self.lists)
        return {**inherited, **{prefix + name: value for name, value in told.items()}}

    def log(self, service: str) -> LogFile:
        """Where a service's log lines go."""
        return LogFile(self.data / "logs" / f"{service}.log", self.logs)


def make_plan(*, data: Path, port_base: int, lists: Path | None, logs: LogBounds = USUAL) -> Plan:
    """Nine ports: from `port_base` on, 20 above, and 10 above the last; or, when it is 0, such as nobody has now.

    Whether they can be had is for the services to find out: they refuse a port that somebody has.
    """
    if port_base:
        ports = [port_base + offset for offset in range(len(SERVICES))]
        ports += [*[port + _METRICS_OFFSET for port in ports], ports[-1] + _TILES_OFFSET]
    else:
        ports = free_ports(2 * len(SERVICES) + 1)
    addresses = [f"{HOST}:{port}" for port in ports]
    return Plan(
        data=data,
        addresses=dict(zip(SERVICES, addresses[: len(SERVICES)], strict=True)),
        metrics=dict(zip(SERVICES, addresses[len(SERVICES) : -1], strict=True)),
        tiles=addresses[-1],
        lists=lists,
        logs=logs,
    )


def free_ports(count: int) -> list[int]:
    """Ports that nobody listened on a moment ago, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]

"""A process that looks like a service from outside: health, a drain, a log line; and, if told, how it fails.

Told by files in its data folder: `<service>.dies` (ends at once, with that line in its log), `<service>.once` (the
same, and the file is removed first). Writes its name to `stopped` when it was asked to stop.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


def main() -> int:
    """Runs until SIGTERM."""
    service, *flags = sys.argv[1:]
    data = Path(os.environ[f"TIDEWAITER_{service.upper()}_DATA_DIR"])
    if flags:
        (data / "audit.db").write_text(" ".join(flags), encoding="utf-8")
        return 0
    for told in (data / f"{service}.dies", data / f"{service}.once"):
        if told.exists():
            sys.stdout.write(json.dumps({"event": "cannot start", "why": told.read_text(encoding="utf-8")}) + "\n")
            if told.suffix == ".once":
                told.unlink()
            return 1
    asked = Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
    servicer = health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(os.environ[f"TIDEWAITER_{service.upper()}_LISTEN"])
    server.start()
    asked.wait()
    with (data / "stopped").open("a", encoding="utf-8") as stopped:
        stopped.write(f"{service}\n")
    server.stop(0).wait(5)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A process that looks like a service from outside: health, a drain, a log line; and, if told, how it fails.

Told by files in its data folder: `<service>.dies` (ends at once, with that line in its log), `<service>.once` (the
same, and the file is removed first), `<service>.full` (ends as one that lost its store), `<service>.bus` (as one whose
store's memory went with the disk), `logs/audit.slow` (making a log, it notes its process in `logs/audit.making` and
waits for `logs/audit.go`), `<service>.unfit` (removes the file, and says from then on that it does not serve).
Writes its name to `stopped` when it was asked to stop.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tidewaiter_chassis.started import STORE_LOST

_LOOK_SECONDS: Final = 0.02


def main() -> int:
    """Runs until SIGTERM."""
    service, *flags = sys.argv[1:]
    data = Path(os.environ[f"TIDEWAITER_{service.upper()}_DATA_DIR"])
    if flags:
        _wait_if_told(data / "logs")
        (data / "audit.db").write_text(" ".join(flags), encoding="utf-8")
        return 0
    for told in (data / f"{service}.dies", data / f"{service}.once"):
        if told.exists():
            sys.stdout.write(json.dumps({"event": "cannot start", "why": told.read_text(encoding="utf-8")}) + "\n")
            if told.suffix == ".once":
                told.unlink()
            return 1
    if (data / f"{service}.full").exists():
        line = {"level": "error", "event": "store lost", "message": "database or disk is full"}
        sys.stdout.write(json.dumps(line) + "\n")
        return STORE_LOST
    if (data / f"{service}.bus").exists():
        os.kill(os.getpid(), signal.SIGBUS)
    return _serve(os.environ[f"TIDEWAITER_{service.upper()}_LISTEN"], data / "stopped", service)


def _wait_if_told(folder: Path) -> None:
    if (folder / "audit.slow").exists():
        (folder / "audit.draft").write_text(str(os.getpid()), encoding="utf-8")
        (folder / "audit.draft").rename(folder / "audit.making")
        while not (folder / "audit.go").exists():
            time.sleep(_LOOK_SECONDS)


def _serve(address: str, stopped: Path, service: str) -> int:
    # Imported here: most of a fake's life goes into it, and one that only dies needs none of it.
    import grpc
    from grpc_health.v1 import health, health_pb2, health_pb2_grpc
    from tidewaiter_chassis.started import ADDRESS_UNAVAILABLE, health_name

    # Before the first thread, so that none of them takes it: a signal between two looks of a waiting one is lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
    servicer = health.HealthServicer()
    servicer.set(health_name(os.getpid()), health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    try:
        server.add_insecure_port(address)
    except RuntimeError:
        sys.stdout.write(json.dumps({"event": "cannot start", "why": f"cannot listen on {address}"}) + "\n")
        return ADDRESS_UNAVAILABLE
    server.start()
    unfit = stopped.with_name(f"{service}.unfit")
    while signal.sigtimedwait({signal.SIGTERM}, _LOOK_SECONDS) is None:
        if unfit.exists():
            unfit.unlink()
            servicer.set(health_name(os.getpid()), health_pb2.HealthCheckResponse.NOT_SERVING)
    with stopped.open("a", encoding="utf-8") as note:
        note.write(f"{service}\n")
    server.stop(0).wait(5)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How audit is joined: key, store, recovery, verbs, server."""

from __future__ import annotations

import os
from typing import Final

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import Clock, SystemClock
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_tlog.keys import VerifierKey

from tidewaiter_audit import create, errors, keys
from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.fsck import check_log
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.log import Log
from tidewaiter_audit.servicer import AuditServicer
from tidewaiter_audit.settings import Settings
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteLog

SERVICE_NAME: Final = "tidewaiter.audit.v1.AuditService"
FLAGS: Final = {"create-log": "make the log and its key in the data folder, once, and end"}


async def build(
    settings: Settings, telemetry: Telemetry, *, clock: Clock | None = None, create_log: bool = False
) -> Server:
    """Audit, ready to start, on a log that was found sound; with `create_log` it makes the log and ends.

    Raises what `keys.read_signer` and `recover` raise: then there is nothing that may be served.
    """
    if create_log:
        await _create(settings, telemetry)
    if not (settings.data_dir / FILE_NAME).exists():
        raise errors.log_absent(settings.data_dir)
    signer = keys.read_signer(settings.key_path, origin=settings.log_origin)
    server = Server(settings=settings, telemetry=telemetry, name="audit")
    async with server.assembling():
        store = SqliteLog.open(settings.data_dir, meter=telemetry.meters)
        server.on_stop(store.shut)
        log = Log(store=store, key=signer.key)
        keys.publish_verifier_key(settings.data_dir / keys.PUBLIC_FILE_NAME, signer.key)
        if settings.fsck_at_start:
            _check_whole_log(store, signer.key, telemetry)
        decisions = DecisionLog(
            log=log,
            store=store,
            signer=signer,
            clock=clock or SystemClock(),
            random_bytes=os.urandom,
            group_decisions_max=settings.group_decisions_max,
            decisions_waiting_max=settings.decisions_waiting_max,
            meter=telemetry.meters,
        )
        server.on_stop(decisions.drain)
        validation.warm(audit_pb2.AppendDecisionsRequest)
        servicer = AuditServicer(log=decisions, reader=DecisionReader(log), tracing=telemetry.tracing)
        server.add(audit_pb2_grpc.add_AuditServiceServicer_to_server, servicer, SERVICE_NAME)
        server.ready_when(lambda: log.is_ready).lives_while(lambda: not store.is_lost)
        telemetry.meters.gauge(
            "tidewaiter.audit.tree_size",
            read=lambda: log.tree_size,
            unit="{leaf}",
            description="Leaves of the newest checkpoint",
        )
        telemetry.log.info("log recovered", tree_size=log.tree_size, verifier_key=signer.key.to_text())
    return server


async def _create(settings: Settings, telemetry: Telemetry) -> None:
    key = await create.create_log(
        settings.data_dir, key_path=settings.key_path, origin=settings.log_origin, random_bytes=os.urandom
    )
    telemetry.log.info("log created", folder=str(settings.data_dir), verifier_key=key.to_text())
    raise SystemExit(0)


def _check_whole_log(store: SqliteLog, key: VerifierKey, telemetry: Telemetry) -> None:
    report = check_log(store, key)
    if report.problems:
        raise errors.whole_log_false(report.problems_total, str(report.problems[0]))
    telemetry.log.info("whole log checked", tree_size=report.tree_size, checkpoints=report.checkpoints)


def main() -> None:
    """The command line of the service."""
    serve(Settings, build, flags=FLAGS)


if __name__ == "__main__":
    main()

"""How audit is joined: key, store, recovery, verbs, server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Final

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import Clock, SystemClock
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.signers import Ed25519Signer

from tidewaiter_audit import create, custody, errors, keys
from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.consistency import ConsistencyProver
from tidewaiter_audit.erase import Eraser
from tidewaiter_audit.find import DecisionFinder
from tidewaiter_audit.fsck import check_log
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.history import Histories
from tidewaiter_audit.log import Log
from tidewaiter_audit.pulse import Pulse
from tidewaiter_audit.retention import Retainer, read_policy
from tidewaiter_audit.servicer import AuditServicer, Keeping
from tidewaiter_audit.settings import Settings
from tidewaiter_audit.site import TilesSite
from tidewaiter_audit.store.heads import SqliteHeads
from tidewaiter_audit.store.high_water import HighWater
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteLog, SqliteReader
from tidewaiter_audit.watch import DecisionWatch
from tidewaiter_audit.witnesses.ask import ask
from tidewaiter_audit.witnesses.gather import Gatherer
from tidewaiter_audit.witnesses.policy import read_policy as read_witnesses

SERVICE_NAME: Final = "tidewaiter.audit.v1.AuditService"
FLAGS: Final = {
    "create-log": "make the log and its key in the data folder, once, and end",
    "begin-high-water": "make the high-water mark of a log that has none yet, once, and serve",
}


async def build(
    settings: Settings,
    telemetry: Telemetry,
    *,
    clock: Clock | None = None,
    create_log: bool = False,
    begin_high_water: bool = False,
) -> Server:
    """Audit, ready to start, on a log that was found sound; with `create_log` it makes the log and ends.

    Raises what `keys.read_signer`, `SqliteLog.open`, `recover` and `HighWater.check` raise: then there is
    nothing that may be served.
    """
    if create_log:
        await _create(settings, telemetry)
    if not (settings.data_dir / FILE_NAME).exists():
        raise errors.log_absent(settings.data_dir)
    server = Server(settings=settings, telemetry=telemetry, name="audit")
    async with server.assembling():
        store = SqliteLog.open(settings.data_dir, meter=telemetry.meters)
        server.on_stop(store.shut)
        await store.take_lease()
        signer = _signer(settings, store)
        log = Log(store=store, key=signer.key, retired_keys=keys.read_retired(settings.data_dir))
        keys.publish_verifier_key(settings.data_dir / keys.PUBLIC_FILE_NAME, signer.key)
        if settings.fsck_at_start:
            _check_whole_log(store, log.keys, telemetry)
        mark = _high_water(settings, log, begin=begin_high_water)
        pulse = Pulse(
            log=log, signer=signer, monotonic_ns=time.monotonic_ns, raise_mark=None if mark is None else mark.raise_to
        )
        server.on_stop(pulse.stop)
        await pulse.start()
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
        servicer = AuditServicer(
            log=decisions,
            reader=DecisionReader(log),
            finder=DecisionFinder(log=log, store=store),
            watch=DecisionWatch(log=log, store=store, idle_seconds=settings.watch_idle_seconds, ended=server.draining),
            consistency=ConsistencyProver(log=log, store=store),
            keeping=_keeping(settings, server, telemetry, log=log, decisions=decisions, store=store, clock=clock),
            tracing=telemetry.tracing,
        )
        server.add(audit_pb2_grpc.add_AuditServiceServicer_to_server, servicer, SERVICE_NAME)
        server.ready_when(lambda: log.is_ready).lives_while(lambda: not store.is_lost)
        telemetry.meters.gauge(
            "tidewaiter.audit.tree_size",
            read=lambda: log.tree_size,
            unit="{leaf}",
            description="Leaves of the newest checkpoint",
        )
        if settings.tiles_listen:
            site = _site(settings, pulse)
            server.on_stop(site.stop)
            telemetry.log.info("tiles served", address=site.start())
        telemetry.log.info("log recovered", tree_size=log.tree_size, verifier_key=signer.key.to_text())
    return server


def _signer(settings: Settings, store: SqliteLog) -> Ed25519Signer:
    """The key that signs, once a rotation that was interrupted is brought to its end."""
    custody.finish_rotation(store, folder=settings.data_dir, key_path=settings.key_path, origin=settings.log_origin)
    return keys.read_signer(settings.key_path, origin=settings.log_origin)


def _keeping(
    settings: Settings,
    server: Server,
    telemetry: Telemetry,
    *,
    log: Log,
    decisions: DecisionLog,
    store: SqliteLog,
    clock: Clock | None,
) -> Keeping:
    """The verbs about the past; the heads of all trails are stated in the background from now on."""
    heads = SqliteHeads.open(settings.data_dir, meter=telemetry.meters)
    server.on_stop(heads.shut)
    histories = Histories(log=log, heads=heads, recorder=decisions)
    server.on_stop(histories.drain)
    if settings.heads_seconds:
        _keep(server, histories.keep_stating(settings.heads_seconds))
    if settings.witnesses_file:
        policy = read_witnesses(Path(settings.witnesses_file), least=settings.witnesses_min)

        async def ask_outside(url: str, body: bytes) -> tuple[int, bytes]:
            return await asyncio.to_thread(ask, url, body)

        gatherer = Gatherer(log=log, store=store, policy=policy, ask=ask_outside)
        _keep(server, gatherer.keep_gathering(settings.witness_seconds))
    return Keeping(
        histories=histories,
        eraser=Eraser(store=store, recorder=decisions),
        retainer=Retainer(store=store, recorder=decisions, policy=read_policy(), clock=clock or SystemClock()),
    )


def _keep(server: Server, work: Coroutine[object, object, None]) -> None:
    """Has this done in the background until the server stops."""
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    server.on_stop(stop)


def _high_water(settings: Settings, log: Log, *, begin: bool) -> HighWater | None:
    if not settings.high_water_file:
        return None
    mark = HighWater(Path(settings.high_water_file), *log.keys)
    if begin:
        mark.begin(log.tree())
    else:
        mark.check(log.tree())
    return mark


def _site(settings: Settings, pulse: Pulse) -> TilesSite:
    tls_files = (settings.tls_certificate_file, settings.tls_key_file)
    return TilesSite(
        settings.tiles_listen,
        open_store=lambda: SqliteReader.open_file(settings.data_dir / FILE_NAME),
        is_fresh=lambda: pulse.is_fresh,
        tls_files=tls_files if all(tls_files) else None,
    )


async def _create(settings: Settings, telemetry: Telemetry) -> None:
    key = await create.create_log(
        settings.data_dir, key_path=settings.key_path, origin=settings.log_origin, random_bytes=os.urandom
    )
    telemetry.log.info("log created", folder=str(settings.data_dir), verifier_key=key.to_text())
    raise SystemExit(0)


def _check_whole_log(store: SqliteLog, signing_keys: Sequence[VerifierKey], telemetry: Telemetry) -> None:
    report = check_log(store, *signing_keys)
    if report.problems:
        raise errors.whole_log_false(report.problems_total, str(report.problems[0]))
    telemetry.log.info("whole log checked", tree_size=report.tree_size, checkpoints=report.checkpoints)


def main() -> None:
    """The command line of the service."""
    serve(Settings, build, flags=FLAGS)


if __name__ == "__main__":
    main()

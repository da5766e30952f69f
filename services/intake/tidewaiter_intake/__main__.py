"""How intake is joined: journal, peers, desk, verbs, server."""

from __future__ import annotations

import asyncio
import os

from tidewaiter.intake.v1 import intake_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import validation
from tidewaiter_chassis.clock import Clock, SystemClock
from tidewaiter_chassis.server import Server
from tidewaiter_chassis.server import main as serve
from tidewaiter_chassis.telemetry import Telemetry

from tidewaiter_intake import requirements
from tidewaiter_intake.cancel import Cancel
from tidewaiter_intake.desk import Desk
from tidewaiter_intake.get import Get
from tidewaiter_intake.list_shipments import ListShipments
from tidewaiter_intake.peers import Addresses, connect
from tidewaiter_intake.preview import Preview
from tidewaiter_intake.recover import Recovery
from tidewaiter_intake.redecide import Redecide
from tidewaiter_intake.resume import Streams
from tidewaiter_intake.servicer import IntakeServicer
from tidewaiter_intake.settings import Settings
from tidewaiter_intake.store.sqlite import SqliteJournal
from tidewaiter_intake.store.streams import SqliteStreams
from tidewaiter_intake.stream import Terms
from tidewaiter_intake.submit import Submit
from tidewaiter_intake.watch import Watch
from tidewaiter_intake.wire.decisions import decision_from_bytes
from tidewaiter_intake.wire.filings import differing_field, filing_from_bytes

SERVICE_NAME = "tidewaiter.intake.v1.IntakeService"


async def build(settings: Settings, telemetry: Telemetry, *, clock: Clock | None = None) -> Server:
    """Intake, ready to start. Recovery begins at once; the server stops it before the store closes."""
    clock = clock or SystemClock()
    server = Server(settings=settings, telemetry=telemetry, name="intake")
    async with server.assembling():
        validation.warm(trade_pb2.Filing)
        table = requirements.load()
        database = SqliteJournal.open_database(settings.data_dir / "intake.db", meter=telemetry.meters)
        server.on_stop(database.close)
        journal = SqliteJournal(
            database,
            differing_field=differing_field,
            decision_from_bytes=decision_from_bytes,
        )
        peers = connect(
            Addresses(settings.eligibility_address, settings.risk_address, settings.audit_address),
            telemetry=telemetry,
            tls=settings.peer_tls,
            seconds=settings.peer_deadline_seconds,
            on_stop=server.on_stop,
        )
        desk = Desk(
            journal=journal,
            peers=peers,
            read_filing=filing_from_bytes,
            quality=table.quality,
            begin_span=lambda parent: telemetry.tracing.begin("intake.decide_again", parent=parent),
            clock=clock,
            shipments_max=settings.shipments_per_flight_max,
            waiting_max=settings.shipments_waiting_max,
            flights_max=settings.flights_max,
            meter=telemetry.meters,
        )
        server.on_stop(desk.drain)
        _recover(server, telemetry, journal, desk, settings)
        servicer = IntakeServicer(
            submit=Submit(journal=journal, desk=desk, requirements=table, clock=clock, random_bytes=os.urandom),
            preview=Preview(
                journal=journal,
                desk=desk,
                peers=peers,
                read_filing=filing_from_bytes,
                quality=table.quality,
                differing_field=differing_field,
                clock=clock,
            ),
            get=Get(journal=journal, desk=desk, read_filing=filing_from_bytes),
            list_shipments=ListShipments(journal=journal, desk=desk, read_filing=filing_from_bytes),
            redecide=Redecide(journal=journal, desk=desk),
            cancel=Cancel(journal=journal, desk=desk),
            watch=Watch(peers),
            requirements=table,
            clock=clock,
            tracing=telemetry.tracing,
            streams=Streams(
                store=SqliteStreams(database),
                clock=clock,
                random_bytes=os.urandom,
                kept_seconds=settings.stream_kept_hours * 3600,
            ),
            terms=Terms(
                filings_max=settings.stream_filings_max,
                heartbeat_seconds=settings.stream_heartbeat_seconds,
                idle_seconds=settings.stream_idle_seconds,
            ),
            draining=server.draining,
        )
        server.add(intake_pb2_grpc.add_IntakeServiceServicer_to_server, servicer, SERVICE_NAME)
        server.lives_while(lambda: not database.lost.is_set())
    return server


def _recover(server: Server, telemetry: Telemetry, journal: SqliteJournal, desk: Desk, settings: Settings) -> None:
    """Start recovery in the background; it is the first thing stopped."""
    recovered = telemetry.meters.counter(
        "tidewaiter.intake.recovered", unit="{shipment}", description="Shipments that recovery tried to decide."
    )
    recovery = Recovery(
        journal=journal,
        desk=desk,
        shipments_max=settings.shipments_per_flight_max,
        on_round=recovered.add,
    )
    task = asyncio.create_task(recovery.run(), name="recovery")

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    server.on_stop(stop)


def main() -> None:
    """The command line of the service."""
    serve(Settings, build)


if __name__ == "__main__":
    main()

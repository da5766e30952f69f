"""One way for every service to start, serve, drain and stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn, Self, TypeVar

import grpc

from tidewaiter_chassis import logs
from tidewaiter_chassis import settings as settings_module
from tidewaiter_chassis.credentials import Tls, server_tls
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.grpc_options import server_options
from tidewaiter_chassis.health import Health
from tidewaiter_chassis.inbound import Inbound
from tidewaiter_chassis.registrar import Registrar
from tidewaiter_chassis.settings import ServiceSettings
from tidewaiter_chassis.started import ADDRESS_UNAVAILABLE, STORE_LOST, AddressUnavailable
from tidewaiter_chassis.telemetry import Telemetry

CLOSE_SECONDS_MAX = 10.0
"""How long one closer may take; the next ones and the flush of the telemetry are still to come."""
TAIL_SECONDS = 1.0
"""After the last handler returned: time to send its answer. Watchers of health, who never leave, get no more either."""

AnySettings = TypeVar("AnySettings", bound=ServiceSettings)
Close = Callable[[], Awaitable[None]]
Build = Callable[..., Awaitable["Server"]]


class Server:
    """A gRPC server of one service with everything that belongs to it: health, telemetry, limits, closers.

    `draining` is set when a stop begins: a handler that would otherwise stream for ever ends then.
    """

    def __init__(self, *, settings: ServiceSettings, telemetry: Telemetry, name: str) -> None:
        self.address = ""
        self.draining = asyncio.Event()
        self._name = name
        self._settings = settings
        self._telemetry = telemetry
        self._health = Health()
        self._inbound = Inbound(
            telemetry=telemetry,
            rpcs_in_flight_max=settings.rpcs_in_flight_max,
            deadline_seconds_max=settings.deadline_seconds_max,
        )
        self._registrar = Registrar(self._inbound)
        self._services: list[str] = []
        self._closers: list[Close] = []
        self._server: grpc.aio.Server | None = None
        self._stopped: asyncio.Task[None] | None = None
        telemetry.meters.gauge(
            "tidewaiter.serving", read=lambda: self._health.serving, unit="1", description="1 while health is SERVING"
        )

    @property
    def lost(self) -> asyncio.Event:
        """Set once a check given to `lives_while` does not hold: the server had better end and be started again."""
        return self._health.lost

    @property
    def in_flight(self) -> int:
        """How many calls are being served, those of health and reflection aside."""
        return self._inbound.in_flight

    def add(self, add_to_server: Callable[[Any, Any], None], servicer: object, service_name: str) -> Self:
        """Serve `servicer`, given the function generated for its service and the service's full name.

        TypeError when one of its methods is not asynchronous.
        """
        add_to_server(servicer, self._registrar)
        self._services.append(service_name)
        return self

    def ready_when(self, check: Callable[[], bool]) -> Self:
        """Say SERVING only while `check` holds, besides the checks given before. It is called often: no waiting."""
        self._health.checks.append(check)
        return self

    def lives_while(self, check: Callable[[], bool]) -> Self:
        """Go on only while `check` holds, say that of a store: once it does not, NOT_SERVING for good and `lost`.

        It is called as often as those of `ready_when`.
        """
        self._health.vital.append(check)
        return self

    def on_stop(self, close: Close) -> Self:
        """Call `close` when the server stops, after the calls ended, the latest given first."""
        self._closers.append(close)
        return self

    @asynccontextmanager
    async def assembling(self) -> AsyncIterator[Self]:
        """A block in which a service is put together: when it fails midway, what was opened is closed again."""
        try:
            yield self
        except BaseException:
            await self._close_all()
            raise

    async def start(self) -> str:
        """Serve, metrics too, and say where: host:port, the real one when port 0 was asked for.

        AddressUnavailable when it cannot be had, Failure when it needs TLS; what `on_stop` was given is closed then.
        """
        try:
            self.address = await self._started()
        except BaseException:
            await self.stop(0)
            raise
        self._telemetry.log.info(
            "ready",
            server=self._name,
            address=self.address,
            metrics=self._telemetry.meters.address,
            services=self._services,
            pid=os.getpid(),
        )
        return self.address

    async def stop(self, grace_seconds: float | None = None) -> None:
        """Drain and close: health first, then no new calls, then up to `grace_seconds` (the setting) for those
        running, then the closers. Asked again, with less grace, it hurries; it returns when all is closed.
        """
        grace = self._settings.drain_seconds if grace_seconds is None else grace_seconds
        if self._stopped is None:
            self._stopped = asyncio.create_task(self._stop(grace), name="stop")
        elif self._server is not None:
            await self._server.stop(grace)
        await asyncio.shield(self._stopped)

    async def serve_until_signal(self) -> None:
        """Start, serve until SIGTERM, SIGINT or `lost`, and drain. A second signal stops the running calls at once."""
        asked = asyncio.Event()
        ends = {asyncio.create_task(asked.wait(), name="asked"), asyncio.create_task(self.lost.wait(), name="lost")}
        hurry: list[asyncio.Task[None]] = []

        def on_signal() -> None:
            if asked.is_set():
                hurry.append(asyncio.create_task(self.stop(0), name="hurry"))
            asked.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
        try:
            await self.start()
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            because = "signal" if asked.is_set() else "lost"
            self._telemetry.log.info("draining", seconds=self._settings.drain_seconds, because=because)
            await self.stop()
            await asyncio.gather(*hurry)
        finally:
            for end in ends:
                end.cancel()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def _started(self) -> str:
        listen = self._settings.listen
        tls = server_tls(
            listen=listen,
            certificate_file=self._settings.tls_certificate_file,
            key_file=self._settings.tls_key_file,
            client_ca_file=self._settings.tls_client_ca_file,
        )
        server = grpc.aio.server(
            options=server_options(
                request_bytes_max=self._settings.request_bytes_max,
                rpcs_in_flight_max=self._settings.rpcs_in_flight_max,
            )
        )
        self._registrar.hand_over(server)
        self._health.add_to(server, names=self._services)
        if self._settings.reflection:
            _add_reflection(server, self._services)
        try:
            self._telemetry.meters.serve()
        except AddressUnavailable as error:
            raise AddressUnavailable(f"{error}; {self._variable('metrics_listen')} names that address") from error
        port = _bound(server, listen, tls, self._variable("listen"))
        self._server = server
        await server.start()
        await self._health.start()
        return f"{listen.rpartition(':')[0]}:{port}"

    def _variable(self, field: str) -> str:
        return settings_module.variable_of(type(self._settings), field)

    async def _stop(self, grace: float) -> None:
        # 1 Whoever balances load looks elsewhere.
        await self._health.drain()
        if self._server is not None:
            # 2 New calls are refused from here on; those running go on, and those without an end of their own end.
            refusing = asyncio.create_task(self._server.stop(grace))
            await asyncio.sleep(0)
            self.draining.set()
            idle = asyncio.create_task(self._inbound.idle())
            await asyncio.wait({refusing, idle}, return_when=asyncio.FIRST_COMPLETED)
            # 3 All our handlers have returned, or their time is up. Watchers of health would hold the whole drain.
            await self._server.stop(TAIL_SECONDS)
            idle.cancel()
            await refusing
        # 4 Nobody asks any more: what the calls stood on is closed.
        await self._close_all()

    async def _close_all(self) -> None:
        while self._closers:
            close = self._closers.pop()
            try:
                await asyncio.wait_for(close(), CLOSE_SECONDS_MAX)
            except Exception as error:  # noqa: BLE001 - logged
                # The others are still to be closed, and this one will not be better for a second try.
                self._telemetry.log.error("closing failed", **logs.traceback_fields(error))


def main(
    settings_class: type[AnySettings],
    build: Build,
    argv: Sequence[str] | None = None,
    *,
    flags: Mapping[str, str] | None = None,
) -> NoReturn:
    """The life of every service: settings, telemetry, build, serve until a signal, flush. Never returns.

    `build(settings, telemetry)` makes the server; the flags given on the command line come as keyword arguments.
    Exit status: 0 after a drain, 1 when it could not start (one line says why), 2 for bad settings, 3 when an
    address that it should listen on cannot be had, 4 after a drain because its store was lost: start it again.
    """
    arguments = sys.argv[1:] if argv is None else argv
    found, given = settings_module.read_command_line(settings_class, arguments, os.environ, flags=flags)
    named = {name.replace("-", "_"): value for name, value in given.items()}
    raise SystemExit(asyncio.run(_live(settings_module.service_of(settings_class), found, build, named)))


async def _live(service: str, found: ServiceSettings, build: Build, flags: Mapping[str, bool]) -> int:
    telemetry = Telemetry.start(service, found)
    try:
        telemetry.log.info("settings", **settings_module.masked(found))
        server = await build(found, telemetry, **flags)
        # What was made up to here lives as long as the process: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        # A batch makes some hundred thousand objects that live as long as it does: looking for cycles among them at
        # every 700th, as is the default, costs an eighth of the throughput and finds none.
        gc.set_threshold(50_000, 20, 100)
        await server.serve_until_signal()
        telemetry.log.info("stopped")
        return STORE_LOST if server.lost.is_set() else 0
    except Failure as failure:
        telemetry.log.error("cannot start", reason=failure.reason, why=failure.detail)
    except OSError as error:
        telemetry.log.error("cannot start", why=str(error))
        return ADDRESS_UNAVAILABLE if isinstance(error, AddressUnavailable) else 1
    except Exception as error:  # noqa: BLE001 - logged, and the process ends
        telemetry.log.error("cannot start", **logs.traceback_fields(error))
    finally:
        telemetry.stop()
    return 1


def _bound(server: grpc.aio.Server, listen: str, tls: Tls | None, variable: str) -> int:
    try:
        if tls is None:
            return server.add_insecure_port(listen)
        assert tls.key is not None
        assert tls.certificate is not None
        credentials = grpc.ssl_server_credentials(
            [(tls.key, tls.certificate)],
            root_certificates=tls.authorities,
            require_client_auth=tls.authorities is not None,
        )
        return server.add_secure_port(listen, credentials)
    except RuntimeError as error:
        raise AddressUnavailable(
            f"cannot listen on {listen}, which {variable} names: it is in use, or not an address of this machine"
        ) from error


def _add_reflection(server: grpc.aio.Server, services: Sequence[str]) -> None:
    from grpc_health.v1 import health_pb2
    from grpc_reflection.v1alpha import reflection

    health = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
    reflection.enable_server_reflection((*services, health, reflection.SERVICE_NAME), server)

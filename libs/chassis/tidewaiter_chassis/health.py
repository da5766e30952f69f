"""What the server says of its own health, to gRPC's standard health service, for every service on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio

from tidewaiter_chassis import logs
from tidewaiter_chassis.started import health_name

LOOK_SECONDS = 0.25
"""How often readiness is looked at: a loss of the store is told within a second, and looking costs nothing."""
TELL_SECONDS_MAX = 1.0
"""A watcher that does not read its stream may not hold up the others, nor a drain, for longer than this."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health:
    """SERVING while every check says so, NOT_SERVING otherwise and for good once the server drains or is lost.

    `lost` is set once one of the `vital` checks does not hold: then no waiting helps.

    The answer is the same for each service on the server, for the server as a whole (the empty name) and for this
    process (`health_name`).
    """

    def __init__(self) -> None:
        self.checks: list[Callable[[], bool]] = []
        self.vital: list[Callable[[], bool]] = []
        self.lost = asyncio.Event()
        self._servicer = health_aio.HealthServicer()
        self._names: list[str] = [""]
        self._serving: bool | None = None
        self._look: asyncio.Task[None] | None = None

    def add_to(self, server: grpc.aio.Server, *, names: Iterable[str]) -> None:
        """Serve health on `server` for these services. Health is neither traced nor counted nor refused."""
        self._names = ["", *names, health_name(os.getpid())]
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    @property
    def serving(self) -> bool:
        """What the server says of itself now."""
        return self._serving is True

    async def start(self) -> None:
        """Say what is so now, then keep looking."""
        await self.look()
        self._look = asyncio.create_task(self._keep_looking(), name="health")

    async def look(self) -> None:
        """Look at every check now and tell when the answer changed."""
        if not all(self._holds(check) for check in self.vital):
            self.lost.set()
        serving = not self.lost.is_set() and all(self._holds(check) for check in self.checks)
        if serving == self._serving:
            return
        first, self._serving = self._serving is None, serving
        if not first:
            structlog.get_logger().warning("health changed", serving=serving)
        status = _SERVING if serving else _NOT_SERVING
        for name in self._names:
            await _within_reason(self._servicer.set(name, status))

    async def drain(self) -> None:
        """Say NOT_SERVING from now on, whatever the checks say."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        self._serving = False
        await _within_reason(self._servicer.enter_graceful_shutdown())

    def _holds(self, check: Callable[[], bool]) -> bool:
        try:
            return check()
        except Exception as error:  # noqa: BLE001 - logged
            # A check that cannot be made is not a yes. Said when it changes the answer, not four times a second.
            if self._serving is not False:
                structlog.get_logger().error("readiness check failed", **logs.traceback_fields(error))
            return False

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()


async def _within_reason(telling: object) -> None:
    try:
        await asyncio.wait_for(telling, TELL_SECONDS_MAX)  # type: ignore[arg-type]
    except TimeoutError:
        structlog.get_logger().warning("health watcher does not read")

"""The audit service under load: a process on a log of its own, killed and started again when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

import grpc.aio
from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_client.connection import aio_channel

from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.supervise.plan import HOST, free_ports

_START_SECONDS_MAX: Final = 60.0
_LOOK_SECONDS: Final = 0.05


class AuditUnderLoad:
    """One log in `folder`, and the process that serves it, always at the same addresses."""

    def __init__(self, folder: Path) -> None:
        grpc_port, tiles_port = free_ports(2)
        self.address = f"{HOST}:{grpc_port}"
        self.tiles_address = f"{HOST}:{tiles_port}"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log_file(self) -> Path:
        """Where its log lines go."""
        return self._folder / "audit.log"

    @property
    def pid(self) -> int:
        """Of the process that serves."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    async def create(self) -> None:
        """Makes the log."""
        self._folder.mkdir(parents=True, exist_ok=True)
        made = await self._begin("--create-log")
        if await made.wait():
            raise Stop("audit could not make its log.", advice=f"See {self.log_file}.")

    async def start(self) -> None:
        """Serves; Stop when it does not within a minute."""
        self._process = await self._begin()
        async with aio_channel(self.address, tls=None, service="", retried=()) as channel:
            audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(channel)
            for _ in range(round(_START_SECONDS_MAX / _LOOK_SECONDS)):
                if self._process.returncode is not None:
                    break
                try:
                    await audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=1)
                    return
                except grpc.aio.AioRpcError:
                    await asyncio.sleep(_LOOK_SECONDS)
        raise Stop("audit did not start.", advice=f"See {self.log_file}.")

    async def kill(self) -> None:
        """Ends it as a power cut would for the program, and starts it again."""
        await self.end_at_once()
        await self.start()

    async def end_at_once(self) -> None:
        """The same without the start."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Lets it drain."""
        await self._end(signal.SIGTERM)

    async def check(self) -> int:
        """The exit status of the whole-log check."""
        command = ("-m", "tidewaiter_audit.fsck", "--data", str(self._folder))
        with self.log_file.open("ab") as log:
            return await (await asyncio.create_subprocess_exec(sys.executable, *command, stdout=log, stderr=log)).wait()

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()

    async def _begin(self, *flags: str) -> asyncio.subprocess.Process:
        told = {
            "LISTEN": self.address,
            "TILES_LISTEN": self.tiles_address,
            "METRICS_LISTEN": "",
            "DATA_DIR": str(self._folder),
            "WATCH_IDLE_SECONDS": "0.5",
        }
        environment = {**os.environ, **{f"TIDEWAITER_AUDIT_{name}": value for name, value in told.items()}}
        with self.log_file.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tidewaiter_audit", *flags, env=environment, stdout=log, stderr=log
            )

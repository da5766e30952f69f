"""The service as a process of its own, for tests that kill it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 30


@dataclass
class AuditProcess:
    """A running service; `address` is where it serves."""

    process: asyncio.subprocess.Process
    address: str

    async def kill(self) -> None:
        """Ends it as a power cut would end it for the program: at once, in the middle of whatever it does."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """Asks it to drain, and answers its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The variables that let the service serve this folder on a free port of loopback."""
    named = {"data_dir": str(folder), "listen": "127.0.0.1:0", "metrics_listen": "", "tiles_listen": "", **settings}
    mine = {f"TIDEWAITER_AUDIT_{name.upper()}": value for name, value in named.items()}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("TIDEWAITER_")}, **mine}


async def run(folder: Path, *arguments: str, **settings: str) -> tuple[int, list[dict[str, object]]]:
    """The service run to its end: its exit status and its log lines."""
    process = await _start(folder, *arguments, **settings)
    _, written = await asyncio.wait_for(process.communicate(), READY_SECONDS)
    assert process.returncode is not None
    return process.returncode, [json.loads(line) for line in written.splitlines() if line.startswith(b"{")]


@asynccontextmanager
async def serving(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[AuditProcess]:
    """The service, serving; killed at the end of the block when it is still there."""
    process = await _start(folder, *arguments, **settings)
    drained: asyncio.Task[bytes] | None = None
    try:
        address = await asyncio.wait_for(_ready_address(process), READY_SECONDS)
        assert process.stderr is not None
        drained = asyncio.create_task(process.stderr.read())
        yield AuditProcess(process, address)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if drained is not None:
            await drained


async def _start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tidewaiter_audit",
        *arguments,
        env=environment(folder, **settings),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )


async def _ready_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    seen = []
    async for line in process.stderr:
        seen.append(line)
        if line.startswith(b"{") and json.loads(line)["event"] == "ready":
            return str(json.loads(line)["address"])
    raise AssertionError(f"the service ended before it was ready: {b''.join(seen).decode()}")

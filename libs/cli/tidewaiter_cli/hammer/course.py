"""One run of the hammer: everybody at once for a time, perhaps with kills, and then the reckoning."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tidewaiter.audit.v1 import audit_pb2, audit_pb2_grpc
from tidewaiter_client.connection import aio_channel
from tidewaiter_tlog.keys import parse_verifier_key

from tidewaiter_cli.bench.figures import percentile
from tidewaiter_cli.hammer.followers import FileFollower, StreamFollower
from tidewaiter_cli.hammer.readers import Reader
from tidewaiter_cli.hammer.service import AuditUnderLoad
from tidewaiter_cli.hammer.witnessed import Witnessed
from tidewaiter_cli.hammer.writers import PUBLICATION_SECONDS_MAX, Writer

_CATCH_UP_SECONDS_MAX: Final = 60.0
_LONGER_SECONDS_MAX: Final = 60.0
"""How much longer than planned, for a kind of check that was never done yet: on a busy machine the first takes long."""
_LOOK_SECONDS: Final = 0.1
_PROOFS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long at least, by how many, and how often the service is killed meanwhile."""

    seconds: float = 60.0
    writers: int = 4
    readers: int = 4
    kills: int = 0
    seed: int = 1


async def run(plan: Plan, folder: Path) -> dict[str, Any]:
    """What was done and what was violated; everything that was started is stopped."""
    service = AuditUnderLoad(folder)
    await service.create()
    await service.start()
    try:
        async with aio_channel(service.address, tls=None, service="", retried=()) as channel:
            audit: audit_pb2_grpc.AuditServiceAsyncStub = audit_pb2_grpc.AuditServiceStub(channel)
            newest = await audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=10)
            seen = Witnessed(key=parse_verifier_key(newest.verifier_key))
            started = time.monotonic()
            await _load(plan, service, audit, seen)
            seconds = time.monotonic() - started
    finally:
        await service.stop()
    if await service.check():
        seen.violate("the whole-log check finds the log false")
    return _summary(seen, plan, seconds)


async def _load(
    plan: Plan, service: AuditUnderLoad, audit: audit_pb2_grpc.AuditServiceAsyncStub, seen: Witnessed
) -> None:
    ended = asyncio.Event()
    stream, files = StreamFollower(audit, seen), FileFollower(service.tiles_address, seen)
    readers = [Reader(audit, seen, seed=plan.seed + 1_000 + number) for number in range(plan.readers)]
    writers = [Writer(audit, seen, number=number, seed=plan.seed + number) for number in range(plan.writers)]
    followers = [asyncio.create_task(follower.follow()) for follower in (stream, files)]
    try:
        async with asyncio.TaskGroup() as group:
            for each in (*[writer.write for writer in writers], *[reader.read for reader in readers]):
                group.create_task(_until(ended, each))
            await _wait(plan, service, seen)
            ended.set()
        await _reckon(audit, seen, readers, stream, files)
    finally:
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


async def _until(ended: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    await work(ended)


async def _wait(plan: Plan, service: AuditUnderLoad, seen: Witnessed) -> None:
    """For the time of the plan, with its kills at random moments of it, and until each kind of check was done."""
    chance = random.Random(plan.seed)
    until = time.monotonic() + plan.seconds
    for left in range(plan.kills, 0, -1):
        await asyncio.sleep(chance.uniform(0.2, 1.8) * max(until - time.monotonic(), 0) / (left + 1))
        await service.kill()
        seen.count("kills")
    await asyncio.sleep(max(until - time.monotonic(), 0))
    for _ in range(round(_LONGER_SECONDS_MAX / _LOOK_SECONDS)):
        if not seen.never_done:
            break
        await asyncio.sleep(_LOOK_SECONDS)


async def _reckon(
    audit: audit_pb2_grpc.AuditServiceAsyncStub,
    seen: Witnessed,
    readers: list[Reader],
    stream: StreamFollower,
    files: FileFollower,
) -> None:
    """Nothing is written any more: all that was acknowledged is there, and both followers come to its end."""
    newest = await audit.GetCheckpoint(audit_pb2.GetCheckpointRequest(), timeout=10)
    names = list(seen.acknowledged)
    for start in range(0, len(names), _PROOFS_AT_ONCE):
        await readers[0].prove(names[start : start + _PROOFS_AT_ONCE])
    until = time.monotonic() + _CATCH_UP_SECONDS_MAX
    for what, follower in (("the watch", stream), ("the reader of files", files)):
        while follower.reached < newest.tree_size:
            if time.monotonic() > until:
                seen.violate(f"{what} stands at {follower.reached} of {newest.tree_size} entries")
                break
            await asyncio.sleep(_LOOK_SECONDS)
    if len(seen.by_index) > newest.tree_size:
        seen.violate(f"{len(seen.by_index)} entries were seen and the log has {newest.tree_size}")


def _summary(seen: Witnessed, plan: Plan, seconds: float) -> dict[str, Any]:
    slowest = max(seen.publication_seconds, default=0.0)
    if not plan.kills and slowest > PUBLICATION_SECONDS_MAX:
        seen.count("late_publications", sum(each > PUBLICATION_SECONDS_MAX for each in seen.publication_seconds))
    return {
        "seconds": round(seconds, 1),
        "entries": len(seen.by_index),
        "acknowledged": len(seen.acknowledged),
        **{name: seen.counts[name] for name in sorted(seen.counts)},
        "publication_p99_ms": round(percentile(seen.publication_seconds, 99) * 1_000, 1)
        if seen.publication_seconds
        else None,
        "violations": seen.violations_total,
        "first_violations": seen.violations,
    }

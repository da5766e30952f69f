"""kill -9 under load: what was acknowledged is on the log, once, and the log is sound."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import grpc
import pytest
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.audit.v1 import audit_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import keys
from tidewaiter_audit.fsck import check_log
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader

from tests.audit_process import run, serving
from tests.audit_records import record

CALLERS = 3
DECISIONS_PER_CALL = 20
KILLS = 3
SEED = 20_260_301

Acknowledged = dict[str, trade.Receipt]


async def call_until_killed(address: str, numbers: Iterator[int], acknowledged: Acknowledged, enough: asyncio.Event,
                            wanted: int) -> None:  # fmt: skip
    """Appends batch after batch, also of decisions that were sent before and never answered."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = audit_pb2_grpc.AuditServiceStub(channel)
        while True:
            batch = [record(next(numbers)) for _ in range(DECISIONS_PER_CALL)]
            response = await stub.AppendDecisions(audit.AppendDecisionsRequest(records=batch), timeout=20)
            for sent, result in zip(batch, response.results, strict=True):
                acknowledged[sent.decision.decision_id] = result.recorded.receipt
            if len(acknowledged) >= wanted:
                enough.set()


async def killed_midway(folder: Path, start: int, acknowledged: Acknowledged, wanted: int) -> int:
    """One life of the service: loaded from `start` on, killed once `wanted` decisions are acknowledged in all."""
    numbers = count(start)
    enough = asyncio.Event()
    async with serving(folder) as service:
        callers = [
            asyncio.create_task(call_until_killed(service.address, numbers, acknowledged, enough, wanted))
            for _ in range(CALLERS)
        ]
        await asyncio.wait_for(enough.wait(), 30)
        await service.kill()
        ended = await asyncio.gather(*callers, return_exceptions=True)
    assert {grpc.StatusCode.UNAVAILABLE} == {one.code() for one in ended if isinstance(one, grpc.aio.AioRpcError)}
    return next(numbers)


def on_the_log(folder: Path) -> dict[str, tuple[int, int]]:
    """Index and number of appearances of every decision on the log, which is sound."""
    reader = SqliteReader.open_file(folder / FILE_NAME)
    try:
        report = check_log(reader, keys.read_verifier_key(folder / keys.PUBLIC_FILE_NAME))
        assert report.is_sound, str(report)
        found: dict[str, tuple[int, int]] = {}
        for entry in reader.entries_from(0):  # type: ignore[arg-type]  # the first index is 0
            found[entry.decision_id] = (entry.leaf_index, found.get(entry.decision_id, (0, 0))[1] + 1)
        return found
    finally:
        reader.close()


@pytest.mark.processes
async def test_what_was_acknowledged_before_a_kill_is_on_the_log_once(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    assert 0 == (await run(tmp_path, "--create-log"))[0]
    acknowledged: Acknowledged = {}
    start = 0

    for _ in range(KILLS):
        # Begin a little before where the last life ended, so that decisions without an answer are sent again.
        wanted = len(acknowledged) + chance.randrange(1, 400)
        start = await killed_midway(tmp_path, max(0, start - CALLERS * DECISIONS_PER_CALL), acknowledged, wanted)

        found = on_the_log(tmp_path)
        assert {(receipt.leaf_index, 1) for receipt in acknowledged.values()} <= set(found.values())
        assert {name: found[name] for name in acknowledged} == {
            name: (receipt.leaf_index, 1) for name, receipt in acknowledged.items()
        }
    async with serving(tmp_path) as service:
        assert 0 == await service.stop()


async def test_a_kill_at_every_step_of_the_disk_leaves_a_sound_log_and_loses_nothing_acknowledged(
    tmp_path: Path, project_root: Path
) -> None:
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.audit_victim",
        str(tmp_path),
        cwd=project_root,
        stdout=asyncio.subprocess.PIPE,
    )
    written, _ = await asyncio.wait_for(victim.communicate(), 60)

    steps = [json.loads(line) for line in written.splitlines()]
    assert 0 == victim.returncode
    assert len(steps) > 10
    for step in steps:
        assert (True, True, 257) == (step["sound"], step["sound_after"], step["size_after"])
        # All of the group or nothing, and what was acknowledged is where it was said to be.
        assert step["size"] in (254, 257)
        assert [254, 255, 256] == step["again"]
        assert step["acknowledged"] in ([], step["again"])
        assert not step["acknowledged"] or step["size"] == 257
    assert {254, 257} == {step["size"] for step in steps}

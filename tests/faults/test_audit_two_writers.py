"""Two processes on one log, and a log that was put back: one history, whatever is done to the files."""

from __future__ import annotations

import asyncio
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tidewaiter.audit.v1 import audit_pb2 as audit
from tidewaiter.audit.v1 import audit_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2 as trade
from tidewaiter_audit import keys
from tidewaiter_audit.__main__ import build
from tidewaiter_audit.fsck import check_log
from tidewaiter_audit.store.high_water import HighWater
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteReader
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_tlog.checkpoint import verify_checkpoint
from tidewaiter_tlog.proof import verify_inclusion
from tidewaiter_tlog.tiles import Tiles

from tests.audit_process import AuditProcess, run, serving
from tests.audit_records import record
from tests.audit_service import settings_for

Acknowledged = dict[str, trade.Receipt]


async def append(service: AuditProcess, *numbers: int) -> list[trade.Receipt]:
    async with grpc.aio.insecure_channel(service.address) as channel:
        stub = audit_pb2_grpc.AuditServiceStub(channel)
        request = audit.AppendDecisionsRequest(records=[record(number) for number in numbers])
        return [result.recorded.receipt for result in (await stub.AppendDecisions(request, timeout=20)).results]


async def is_serving(service: AuditProcess) -> bool:
    async with grpc.aio.insecure_channel(service.address) as channel:
        check: Any = health_pb2_grpc.HealthStub(channel)
        found = await check.Check(health_pb2.HealthCheckRequest(), timeout=5)
        return bool(found.status == health_pb2.HealthCheckResponse.SERVING)


def reason(ended: tuple[int, list[dict[str, object]]]) -> object:
    status, lines = ended
    assert (1, "cannot start") == (status, lines[-1]["event"])
    return lines[-1]["reason"]


def assert_one_history(folder: Path, receipts: list[trade.Receipt]) -> None:
    """The log is sound, and every checkpoint that anyone was given is of a prefix of it."""
    key = keys.read_verifier_key(folder / keys.PUBLIC_FILE_NAME)
    reader = SqliteReader.open_file(folder / FILE_NAME)
    try:
        report = check_log(reader, key)
        assert report.is_sound, str(report)
        tiles = Tiles(lambda level, index, width: (reader.tile(level, index) or b"")[: width * 32])
        for receipt in receipts:
            signed = verify_checkpoint(receipt.checkpoint, [key])
            assert signed.root == tiles.root(signed.tree_size)
            verify_inclusion(
                receipt.leaf_index, signed.tree_size, receipt.leaf_hash, tuple(receipt.inclusion_proof), signed.root
            )
    finally:
        reader.close()


@pytest.mark.processes
async def test_a_second_process_is_refused_while_the_first_lives_and_serves_when_it_was_killed(tmp_path: Path) -> None:
    await run(tmp_path, "--create-log")
    async with serving(tmp_path) as first:
        receipts = await append(first, 1, 2)
        assert "STORE_IN_USE" == reason(await run(tmp_path))
        assert await is_serving(first)
        receipts += await append(first, 3)
        await first.kill()
    async with serving(tmp_path) as second:
        receipts += await append(second, 4, 1)

    assert [0, 1, 2, 3, 0] == [receipt.leaf_index for receipt in receipts]
    assert_one_history(tmp_path, receipts)


async def load(service: AuditProcess, numbers: count[int], acknowledged: Acknowledged, ended: asyncio.Event) -> str:
    """Appends until told to end or refused for good; answers why it ended."""
    while not ended.is_set():
        number = next(numbers)
        try:
            (receipt,) = await append(service, number)
            acknowledged[record(number).decision.decision_id] = receipt
        except grpc.aio.AioRpcError as error:
            failure = answers.from_rpc_error(error)
            if failure.reason == "LEASE_LOST":
                return failure.reason
            raise
    return ""


@pytest.mark.processes
async def test_two_processes_that_both_believe_to_be_the_writer_publish_one_history(tmp_path: Path) -> None:
    await run(tmp_path, "--create-log")
    numbers, acknowledged, ended = count(), Acknowledged(), asyncio.Event()
    async with serving(tmp_path) as first:
        loading = asyncio.create_task(load(first, numbers, acknowledged, ended))
        while len(acknowledged) < 20:  # noqa: ASYNC110 - until the first is in full swing
            await asyncio.sleep(0.01)
        # The lock is taken away under it: from here on both hold a lock on a file of this name.
        for store in (FILE_NAME, "heads.db"):
            (tmp_path / f"{store}.lock").unlink()
        async with serving(tmp_path) as second:
            async with asyncio.timeout(20):
                assert "LEASE_LOST" == await loading
                while await is_serving(first):  # noqa: ASYNC110 - until its health was looked at
                    await asyncio.sleep(0.05)
            assert await is_serving(second)
            receipts = await append(second, *range(1_000, 1_010))
            # Everything that the first acknowledged is what the second has.
            known = await append(second, *[int(name.split("-")[0][-21:]) for name in acknowledged])
            ended.set()
            assert 0 == await second.stop()
        assert 0 == await first.stop()

    assert [(one.leaf_index, one.checkpoint) for one in acknowledged.values()] == [
        (one.leaf_index, one.checkpoint) for one in known
    ]
    assert_one_history(tmp_path, [*receipts, *known])


async def start(folder: Path, mark: Path, *numbers: int, begin: bool = False) -> None:
    """One life of the service with this mark, these decisions appended."""
    telemetry = Telemetry.for_tests("audit")
    server = await build(settings_for(folder, high_water_file=str(mark)), telemetry, begin_high_water=begin)
    address = await server.start()
    try:
        await append(AuditProcess(process=None, address=address), *numbers)  # type: ignore[arg-type]  # it is this one
    finally:
        await server.stop(1)


async def test_a_log_that_was_put_back_as_a_whole_is_refused_and_served_again_when_restored(tmp_path: Path) -> None:
    data, mark, unmarked = tmp_path / "data", tmp_path / "elsewhere.checkpoint", tmp_path / "another.checkpoint"
    with pytest.raises(SystemExit):
        await build(settings_for(data), Telemetry.for_tests("audit"), create_log=True)
    with pytest.raises(Failure, match="HIGH_WATER_ABSENT"):
        await start(data, mark)
    await start(data, mark, 1, 2, begin=True)
    earlier = shutil.copytree(data, tmp_path / "earlier")
    await start(data, mark, 3)
    newer = shutil.move(data, tmp_path / "newer")
    shutil.move(earlier, data)

    # Without the mark the earlier files look sound, and would go on as another history.
    with pytest.raises(Failure, match="LOG_ROLLED_BACK"):
        await start(data, mark)
    with pytest.raises(Failure, match="HIGH_WATER_EXISTS"):
        await start(data, mark, begin=True)
    await start(data, unmarked, 4, 5, begin=True)
    with pytest.raises(Failure, match="LOG_FORKED"):
        await start(data, mark)

    shutil.rmtree(data)
    shutil.move(newer, data)
    await start(data, mark, 6)
    assert 4 == verify_checkpoint(mark.read_bytes(), [keys.read_verifier_key(data / keys.PUBLIC_FILE_NAME)]).tree_size


async def test_a_mark_that_is_no_checkpoint_of_this_log_stops_the_start(tmp_path: Path) -> None:
    data, mark = tmp_path / "data", tmp_path / "mark"
    with pytest.raises(SystemExit):
        await build(settings_for(data), Telemetry.for_tests("audit"), create_log=True)
    await start(data, mark, 1, begin=True)
    note = mark.read_bytes()

    for place in range(len(note)):
        mark.write_bytes(note[:place] + bytes([note[place] ^ 1]) + note[place + 1 :])
        with pytest.raises(Failure, match="CHECKPOINT_INVALID"):
            HighWater(mark, keys.read_verifier_key(data / keys.PUBLIC_FILE_NAME)).check(None)  # type: ignore[arg-type]

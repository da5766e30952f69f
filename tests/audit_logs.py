"""Logs in a folder of their own, for tests, and the judge that every one of them is brought before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.create import create_log
from tidewaiter_audit.fsck import FsckReport, check_log
from tidewaiter_audit.get import DecisionReader
from tidewaiter_audit.log import Log
from tidewaiter_audit.store.sqlite import FILE_NAME, SqliteLog, SqliteReader
from tidewaiter_chassis.clock import FixedClock
from tidewaiter_tlog.signers import Ed25519Signer

ORIGIN = "example.org/decisions"
SEED = bytes(range(32))
SIGNER = Ed25519Signer(name=ORIGIN, seed=SEED)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

Hook = Callable[[], None]


def counted_bytes() -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run; no two answers are equal."""
    numbers = count()
    return lambda size: b"".join(sha256(b"%d" % next(numbers)).digest() for _ in range(-(-size // 32)))[:size]


@dataclass(frozen=True)
class OpenLog:
    """A log with its verbs, as the service joins them."""

    folder: Path
    store: SqliteLog
    log: Log
    decisions: DecisionLog
    reader: DecisionReader
    clock: FixedClock


async def make_log(folder: Path) -> None:
    """An empty log in this folder, its key always the same."""
    await create_log(folder, key_path=folder / "audit.key", origin=ORIGIN, random_bytes=lambda size: SEED[:size])


@asynccontextmanager
async def open_log(
    folder: Path,
    *,
    before_commit: Hook | None = None,
    after_commit: Hook | None = None,
    vfs: str | None = None,
    group_decisions_max: int = 2_000,
    decisions_waiting_max: int = 20_000,
    clock: FixedClock | None = None,
) -> AsyncIterator[OpenLog]:
    """The log in this folder, made when there is none, open for the block."""
    if not (folder / FILE_NAME).exists():
        await make_log(folder)
    store = SqliteLog.open(folder, before_commit=before_commit, after_commit=after_commit, vfs=vfs)
    try:
        await store.take_lease()
        log = Log(store=store, key=SIGNER.key)
        clock = clock or FixedClock(NOON)
        yield OpenLog(
            folder=folder,
            store=store,
            log=log,
            decisions=DecisionLog(
                log=log,
                store=store,
                signer=SIGNER,
                clock=clock,
                random_bytes=counted_bytes(),
                group_decisions_max=group_decisions_max,
                decisions_waiting_max=decisions_waiting_max,
            ),
            reader=DecisionReader(log),
            clock=clock,
        )
    finally:
        await store.shut()


def judged(folder: Path) -> FsckReport:
    """What the whole-log check says of the log in this folder."""
    reader = SqliteReader.open_file(folder / FILE_NAME)
    try:
        return check_log(reader, SIGNER.key)
    finally:
        reader.close()


def assert_sound(folder: Path, *, tree_size: int | None = None) -> None:
    """The whole log is sound, and of this size where one is given."""
    report = judged(folder)
    assert (True, str(report)) == (report.is_sound, str(report))
    if tree_size is not None:
        assert tree_size == report.tree_size

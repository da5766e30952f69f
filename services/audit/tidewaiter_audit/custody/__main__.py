"""The log's keys and its end, as commands: `python -m tidewaiter_audit.custody`.

The service must not run: each takes the lease. Exit status 0: done. 1: could not, and why on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from tidewaiter_chassis.clock import SystemClock
from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.signers import Ed25519Signer

from tidewaiter_audit import create, custody, get, keys
from tidewaiter_audit.append import DecisionLog
from tidewaiter_audit.history import Histories
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Receipt
from tidewaiter_audit.store.heads import SqliteHeads
from tidewaiter_audit.store.sqlite import SqliteLog

COULD_NOT = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Does what was asked, and says in JSON what came of it."""
    given = _parser().parse_args(argv)
    try:
        said = asyncio.run(given.run(given))
    except (Failure, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return COULD_NOT
    sys.stdout.write(f"{msgspec.json.encode(said).decode()}\n")
    return 0


async def _init(given: argparse.Namespace) -> dict[str, object]:
    key = await create.create_log(given.data, key_path=_key_path(given), origin=given.origin, random_bytes=os.urandom)
    return {"verifier_key": key.to_text(), "key_file": str(_key_path(given))}


async def _rotate(given: argparse.Namespace) -> dict[str, object]:
    async with _held(given) as (store, log):

        def recorder_of(former: Ed25519Signer, following: Ed25519Signer) -> DecisionLog:
            return _recorder(log, store, following, former)

        key, receipt = await custody.rotate(
            log,
            recorder_of=recorder_of,
            folder=given.data,
            key_path=_key_path(given),
            author=given.author,
            reason=given.reason,
            random_bytes=os.urandom,
        )
    return {"verifier_key": key.to_text(), "retired": log.key.to_text(), **_said(receipt)}


async def _freeze(given: argparse.Namespace) -> dict[str, object]:
    async with _held(given) as (store, log):
        recorder = _recorder(log, store, keys.read_signer(_key_path(given), origin=log.key.name))
        heads = SqliteHeads.open(given.data)
        try:
            # So that every history is complete up to the end.
            if not log.is_frozen:
                await Histories(log=log, heads=heads, recorder=recorder).state()
            receipt = await custody.freeze(
                log, recorder=recorder, author=given.author, reason=given.reason, successor=given.successor
            )
        finally:
            await heads.shut()
    return _said(receipt)


@asynccontextmanager
async def _held(given: argparse.Namespace) -> AsyncIterator[tuple[SqliteLog, Log]]:
    """The log with its lease, for the block."""
    origin = keys.read_verifier_key(given.data / keys.PUBLIC_FILE_NAME).name
    store = SqliteLog.open(given.data)
    try:
        await store.take_lease()
        custody.finish_rotation(store, folder=given.data, key_path=_key_path(given), origin=origin)
        key = keys.read_verifier_key(given.data / keys.PUBLIC_FILE_NAME)
        yield store, Log(store=store, key=key, retired_keys=keys.read_retired(given.data))
    finally:
        await store.shut()


def _recorder(log: Log, store: SqliteLog, signer: Ed25519Signer, former: Ed25519Signer | None = None) -> DecisionLog:
    return DecisionLog(
        log=log,
        store=store,
        signer=signer,
        former_signer=former,
        clock=SystemClock(),
        random_bytes=os.urandom,
        group_decisions_max=1,
        decisions_waiting_max=2,
    )


def _said(receipt: Receipt) -> dict[str, object]:
    return {
        "leaf_index": receipt.leaf_index,
        "tree_size": receipt.tree_size,
        "checkpoint": receipt.checkpoint.decode(),
        "receipt": get.receipt_file(receipt).decode(),
    }


def _key_path(given: argparse.Namespace) -> Path:
    path: Path = given.key_file or given.data / keys.PRIVATE_FILE_NAME
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tidewaiter_audit.custody", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run, what in (
        ("init", _init, "make a log and its key, once"),
        ("rotate", _rotate, "have another key take over"),
        ("freeze", _freeze, "give the log its last entry"),
    ):
        command = commands.add_parser(name, help=what)
        command.set_defaults(run=run)
        command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")
        command.add_argument("--key-file", type=Path, metavar="FILE", help="the private key, else audit.key there")
        if name == "init":
            command.add_argument("--origin", required=True, help="the name of the log, for ever")
        else:
            command.add_argument("--author", required=True, help="who does it; on the log for ever")
            command.add_argument("--reason", required=True, help="why; on the log for ever")
        if name == "freeze":
            command.add_argument("--successor", default="", help="the name of the log that goes on")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

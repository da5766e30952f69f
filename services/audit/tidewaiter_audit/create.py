"""Making a log, once and only when asked: its key, and the signed checkpoint of the empty tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tidewaiter_tlog.checkpoint import Checkpoint, sign_checkpoint
from tidewaiter_tlog.hashing import EMPTY_ROOT
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.signers import SEED_BYTES
from tidewaiter_tlog.tree import TreeSize

from tidewaiter_audit import errors, keys
from tidewaiter_audit.store.sqlite import SqliteLog


async def create_log(folder: Path, *, key_path: Path, origin: str, random_bytes: Callable[[int], bytes]) -> VerifierKey:
    """Makes the log named `origin` in this folder and answers its public key; durable on return.

    1. The private key, in a file of mode 0600.   Dies here: a key and no log; asked again, the key is used.
    2. The public key, beside the log.            Dies here: the same.
    3. The store, with the checkpoint of size 0.  Dies before: a store without a log; asked again, it becomes one.

    Failure NOT_READY: LOG_EXISTS, and what `keys.read_signer` raises for a key file that is there already.
    """
    store = SqliteLog.open(folder)
    try:
        if store.newest_checkpoint() is not None:
            raise errors.log_exists(folder)
        # 1
        signer = keys.read_or_make_signer(key_path, origin=origin, seed=random_bytes(SEED_BYTES))
        # 2
        keys.publish_verifier_key(folder / keys.PUBLIC_FILE_NAME, signer.key)
        # 3
        empty = Checkpoint(origin=origin, tree_size=TreeSize(0), root=EMPTY_ROOT)
        await store.begin_log(sign_checkpoint(empty, [signer]))
    finally:
        await store.shut()
    return signer.key

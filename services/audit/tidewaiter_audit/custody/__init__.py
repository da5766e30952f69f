"""Who signs, and until when: another key takes over, or the log gets its last entry.

Rotation, step by step; the holder of the lease does it, so no service runs meanwhile.

1. The next private key, in a file beside the present one.   Dies here: it is used when asked again.
2. The present public key among the retired ones.            Dies here: the same; it goes on signing.
3. The entry, in a checkpoint signed by both keys.           Dies here: on the log, and the start goes on with 4.
4. The next key in the place of the present one, in one      Dies here: as after 3, or done.
   renaming, and the public key after it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tidewaiter_chassis.failures import Failure
from tidewaiter_tlog.keys import VerifierKey
from tidewaiter_tlog.signers import SEED_BYTES, Ed25519Signer

from tidewaiter_audit import errors, keys, leaf
from tidewaiter_audit.leaf import Freeze, Rotation
from tidewaiter_audit.log import Log
from tidewaiter_audit.model import Receipt
from tidewaiter_audit.recording import Recorder


async def rotate(
    log: Log,
    *,
    recorder_of: Callable[[Ed25519Signer, Ed25519Signer], Recorder],
    folder: Path,
    key_path: Path,
    author: str,
    reason: str,
    random_bytes: Callable[[int], bytes],
) -> tuple[VerifierKey, Receipt]:
    """The key that signs from now on, and the receipt of the entry that says so, signed by both.

    `recorder_of` makes what appends under the signatures of the former and the next signer.
    Failure NOT_READY, LOG_FROZEN, and what reading and writing the key files raises.
    """
    if log.is_frozen:
        raise errors.log_frozen()
    former = keys.read_signer(key_path, origin=log.key.name)
    # 1
    following = keys.read_or_make_signer(keys.next_path(key_path), origin=log.key.name, seed=random_bytes(SEED_BYTES))
    # 2
    keys.retire(folder, former.key)
    # 3
    rotation = Rotation(author=author, from_key=former.key.to_text(), reason=reason, to_key=following.key.to_text())
    (result,) = await recorder_of(former, following).record([leaf.draft_rotation(rotation)])
    if isinstance(result, Failure):
        raise result
    # 4
    keys.take_over(folder, key_path, following.key)
    return following.key, result.receipt


def finish_rotation(store: keys.NamedEntries, *, folder: Path, key_path: Path, origin: str) -> None:
    """Step 4 of a rotation that died after step 3. Changes nothing when there is none."""
    path = keys.next_path(key_path)
    if not path.exists():
        return
    following = keys.read_signer(path, origin=origin)
    if store.entries_named([leaf.rotation_id(following.key.to_text())]):
        keys.take_over(folder, key_path, following.key)


async def freeze(log: Log, *, recorder: Recorder, author: str, reason: str, successor: str) -> Receipt:
    """The receipt of the log's last entry. Failure NOT_READY, LOG_FROZEN, when it has one."""
    if log.is_frozen:
        raise errors.log_frozen()
    entry = leaf.draft_freeze(Freeze(author=author, reason=reason, successor=successor))
    (result,) = await recorder.record([entry])
    if isinstance(result, Failure):
        raise result
    return result.receipt

"""What a cosignature signs: the statement that a cosigner saw a consistent tree (c2sp.org/tlog-cosignature).

Witnesses cosign the checkpoints of others; a log may sign its own in the same form.
"""

from __future__ import annotations

from typing import Final

from tidewaiter_tlog.checkpoint_text import Checkpoint
from tidewaiter_tlog.errors import CheckpointMalformed, SignatureInvalid

TIMESTAMP_BYTES: Final = 8
TIMESTAMP_MAX: Final = 2**63 - 1
NAME_BYTES_MAX: Final = 2**8 - 1

_ML_DSA_LABEL: Final = b"subtree/v1\n\x00"


def split_timestamp(signature: bytes) -> tuple[int, bytes]:
    """The POSIX seconds and the bare signature of a timestamped_signature; raises SignatureInvalid out of range."""
    seconds = int.from_bytes(signature[:TIMESTAMP_BYTES], "big")
    if len(signature) <= TIMESTAMP_BYTES or seconds > TIMESTAMP_MAX:
        raise SignatureInvalid("a cosignature must begin with a time of 8 bytes, at most 2^63 - 1, and does not")
    return seconds, signature[TIMESTAMP_BYTES:]


def join_timestamp(seconds: int, signature: bytes) -> bytes:
    """The timestamped_signature of a bare signature made at that POSIX time, 0 to 2^63 - 1 seconds."""
    return seconds.to_bytes(TIMESTAMP_BYTES, "big") + signature


def ed25519_message(text: str, seconds: int) -> bytes:
    """What an Ed25519 cosignature of a checkpoint text signs."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def ml_dsa_44_message(text: str, seconds: int, *, cosigner: str) -> bytes:
    """What an ML-DSA-44 cosignature of a checkpoint text signs: its first three lines, not its extension lines.

    Raises CheckpointMalformed for a text that is no checkpoint or names longer than 255 bytes.
    """
    checkpoint = Checkpoint.from_text(text)
    return b"".join(
        (
            _ML_DSA_LABEL,
            _prefixed("the name of a cosigner", cosigner),
            seconds.to_bytes(8, "big"),
            _prefixed("the origin of a checkpoint", checkpoint.origin),
            (0).to_bytes(8, "big"),
            checkpoint.tree_size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _prefixed(what: str, text: str) -> bytes:
    data = text.encode()
    if len(data) > NAME_BYTES_MAX:
        raise CheckpointMalformed(
            f"{what} must be at most {NAME_BYTES_MAX} bytes to be cosigned with ML-DSA-44, and is {len(data)}"
        )
    return len(data).to_bytes(1, "big") + data

"""A judgement as bytes and back, exactly; without the person, whom no store may keep."""

from __future__ import annotations

import msgspec
from tidewaiter_chassis.failures import Failure, Kind

from tidewaiter_eligibility.model import Judgement

FORMAT = 1
"""Goes up when a field of Judgement, Reason or PersonDayRule is added, removed or moved: their order is the format.

It stays when a field is added at the end with a default: what was written before is read with it.
"""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, Judgement]).decode


def pack(judgement: Judgement) -> bytes:
    """The judgement as MessagePack, in some 300 bytes. ValueError when it still names a person or an order."""
    if judgement.person or judgement.lot:
        raise ValueError("a judgement is kept without its person and its order")
    return _encode((FORMAT, judgement))


def unpack(packed: bytes) -> Judgement:
    """The judgement that `pack` was given. Failure CORRUPT, CLAIM_UNREADABLE, for anything else."""
    try:
        written_as, judgement = _decode(packed)
    except msgspec.MsgspecError as error:
        raise _unreadable() from error
    if written_as != FORMAT:
        raise _unreadable()
    return judgement


def _unreadable() -> Failure:
    return Failure(
        kind=Kind.CORRUPT,
        reason="CLAIM_UNREADABLE",
        detail="A claim in the ledger cannot be read: it was damaged, or written by another release.",
    )

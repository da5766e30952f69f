"""Writing leaves: drafts, and what is added to one when its place on the log is known."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec

from tidewaiter_audit import errors
from tidewaiter_audit.facets import FacetValue, facets_of
from tidewaiter_audit.facts import Decision, Shipment
from tidewaiter_audit.leaf.forms import (
    ERASURE_KIND,
    FREEZE_ID,
    FREEZE_KIND,
    HEADS_KIND,
    KIND,
    LEAF_BYTES_MAX,
    RETENTION_KIND,
    ROTATION_KIND,
    TRAIL_BYTES_MAX,
    DecisionLeaf,
    Erasure,
    ErasureLeaf,
    Freeze,
    FreezeLeaf,
    Heads,
    HeadsLeaf,
    Retention,
    RetentionLeaf,
    Rotation,
    RotationLeaf,
    Trail,
    erasure_id,
    heads_id,
    retention_id,
    rotation_id,
)
from tidewaiter_audit.model import Submission

_encoder: Final = msgspec.json.Encoder()


class Draft(msgspec.Struct, frozen=True, gc=False):
    """An entry ready to be placed: its leaf but for the trail, with what stays beside it: the salt, the parties and
    goods too long for a leaf. An erasure deletes, where it is placed, what stays beside the entries before it.
    A retention does so with all entries below the index `erases_below`. `facets` are what it is found by.
    """

    decision_id: str
    shipment_id: str
    body: bytes
    salt: bytes = b""
    personal: bytes = b""
    goods: bytes = b""
    is_erasure: bool = False
    erases_below: int = 0
    facets: tuple[FacetValue, ...] = ()


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A draft with its leaf as it is hashed; `number` is its number among its shipment's entries, 0 without one."""

    draft: Draft
    leaf: bytes
    number: int

    @property
    def decision_id(self) -> str:
        """The id that the entry is found by."""
        return self.draft.decision_id


def draft(submission: Submission, *, salt: bytes) -> Draft:
    """The leaf of a submission under this salt of 32 random bytes; the same input gives the same bytes.

    When the leaf would be longer than LEAF_BYTES_MAX, its goods move beside the log under their SHA-256.
    Failure INVALID, LEAF_TOO_LARGE, when that is not enough.
    """
    commitment = commit(salt, submission.personal).hex()
    body = _encode(submission.decision, submission.shipment, commitment)
    goods = b""
    bytes_max = LEAF_BYTES_MAX - TRAIL_BYTES_MAX
    if len(body) > bytes_max:
        goods = _encoder.encode(submission.shipment.items)
        body = _encode(submission.decision, _without_goods(submission.shipment, goods), commitment)
    if len(body) > bytes_max:
        raise errors.leaf_too_large(len(body), bytes_max)
    return Draft(
        decision_id=submission.decision.decision_id,
        shipment_id=submission.decision.shipment_id,
        body=body,
        salt=salt,
        personal=submission.personal,
        goods=goods,
        facets=facets_of(submission.decision),
    )


def draft_erasure(erasure: Erasure) -> Draft:
    """The entry that erases."""
    body = _encoder.encode(ErasureLeaf(erasure=erasure, kind=ERASURE_KIND))
    return Draft(decision_id=erasure_id(erasure), shipment_id=erasure.shipment_id, body=body, is_erasure=True)


def draft_retention(retention: Retention) -> Draft:
    """The entry that erases what is kept no longer."""
    body = _encoder.encode(RetentionLeaf(kind=RETENTION_KIND, retention=retention))
    before_index = retention.before_index
    return Draft(decision_id=retention_id(before_index), shipment_id="", body=body, erases_below=before_index)


def draft_rotation(rotation: Rotation) -> Draft:
    """The entry from which on another key signs."""
    body = _encoder.encode(RotationLeaf(kind=ROTATION_KIND, rotation=rotation))
    return Draft(decision_id=rotation_id(rotation.to_key), shipment_id="", body=body)


def draft_freeze(freeze: Freeze) -> Draft:
    """The last entry of a log."""
    body = _encoder.encode(FreezeLeaf(freeze=freeze, kind=FREEZE_KIND))
    return Draft(decision_id=FREEZE_ID, shipment_id="", body=body)


def draft_heads(heads: Heads) -> Draft:
    """The entry that states where every shipment's trail ends."""
    body = _encoder.encode(HeadsLeaf(heads=heads, kind=HEADS_KIND))
    return Draft(decision_id=heads_id(heads.tree_size), shipment_id="", body=body)


def place(draft: Draft, trail: Trail | None) -> Placed:
    """The draft with its leaf complete; None for an entry that is of no shipment."""
    if trail is None:
        return Placed(draft, draft.body, 0)
    # "trail" is the last key in the alphabet of those that a leaf has, so it can be added behind them.
    return Placed(draft, draft.body[:-1] + b',"trail":' + _encoder.encode(trail) + b"}", trail.number)


def commit(salt: bytes, personal: bytes) -> bytes:
    """The commitment to personal data: 32 bytes from which, without the salt, nothing can be guessed."""
    return sha256(salt + personal).digest()


def _encode(decision: Decision, shipment: Shipment, commitment: str) -> bytes:
    return _encoder.encode(DecisionLeaf(decision=decision, kind=KIND, personal_sha256=commitment, shipment=shipment))


def _without_goods(shipment: Shipment, goods: bytes) -> Shipment:
    return msgspec.structs.replace(
        shipment, items=(), items_count=len(shipment.items), items_sha256=sha256(goods).hexdigest()
    )

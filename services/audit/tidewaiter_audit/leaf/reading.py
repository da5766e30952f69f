"""Reading leaves of every kind that was ever written."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

import msgspec

from tidewaiter_audit import errors
from tidewaiter_audit.facts import Decision, LineItem
from tidewaiter_audit.leaf.drafting import commit
from tidewaiter_audit.leaf.forms import (
    ERASURE_KIND,
    FIRST_KIND,
    FREEZE_KIND,
    HEADS_KIND,
    KIND,
    RETENTION_KIND,
    ROTATION_KIND,
    DecisionLeaf,
    ErasureLeaf,
    FreezeLeaf,
    HeadsLeaf,
    Outline,
    RetentionLeaf,
    RotationLeaf,
)
from tidewaiter_audit.model import Entry

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(DecisionLeaf)
_outline_decoder: Final = msgspec.json.Decoder(Outline)
_goods_decoder: Final = msgspec.json.Decoder(tuple[LineItem, ...])
_any_decoder: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    FIRST_KIND: _decoder,
    KIND: _decoder,
    ERASURE_KIND: msgspec.json.Decoder(ErasureLeaf),
    RETENTION_KIND: msgspec.json.Decoder(RetentionLeaf),
    ROTATION_KIND: msgspec.json.Decoder(RotationLeaf),
    FREEZE_KIND: msgspec.json.Decoder(FreezeLeaf),
    HEADS_KIND: msgspec.json.Decoder(HeadsLeaf),
}


def read(leaf: bytes) -> DecisionLeaf:
    """The content of a decision's leaf of either kind; ValueError when the bytes are none."""
    content = _decoder.decode(leaf)
    if (content.kind == KIND) is not (content.trail is not None):
        raise ValueError(f"a leaf of kind {KIND}, and no other kind of decision, has a trail")
    return content


def outline_of(leaf: bytes) -> Outline:
    """The leaf in outline, of whatever kind; ValueError when it has none."""
    return _outline_decoder.decode(leaf)


def decision_of(entry: Entry) -> Decision:
    """The decision that an entry's leaf holds.

    Failure CORRUPT, ROOT_MISMATCH, when the leaf has another id than the entry is found by; NOT_READY,
    LEAF_UNREADABLE, when it is of a kind that this release does not read.
    """
    check_name(entry)
    try:
        return read(entry.leaf).decision
    except ValueError as error:
        raise errors.leaf_unreadable(entry.leaf_index) from error


def first_told(entry: Entry) -> Decision | None:
    """As decision_of, None for an entry that is of no kind of decision."""
    check_name(entry)
    return decision_of(entry) if outline_of(entry.leaf).is_decision else None


def decision_in(leaf: bytes) -> Decision | None:
    """The decision in a leaf that was written just now; None in an entry of another kind."""
    return read(leaf).decision if outline_of(leaf).is_decision else None


def check_name(entry: Entry) -> None:
    """Returns when the entry is found by the id that its leaf has: no hash covers the former."""
    try:
        found = outline_of(entry.leaf).entry_id
    except ValueError as error:
        raise errors.leaf_unreadable(entry.leaf_index) from error
    if found != entry.decision_id:
        raise errors.root_mismatch(f"entry {entry.leaf_index} is found by another id than its leaf has")


def is_canonical(leaf: bytes) -> bool:
    """Whether these are the bytes that this content is written as; ValueError when they are no leaf that we read."""
    decoder = _any_decoder.get(outline_of(leaf).kind)
    if decoder is None:
        raise ValueError("the leaf is of a kind that this release does not read")
    return _encoder.encode(decoder.decode(leaf)) == leaf


def opens(outline: Outline, *, salt: bytes, personal: bytes) -> bool:
    """Whether salt and personal data are those that the leaf committed to."""
    return compare_digest(commit(salt, personal).hex(), outline.personal_sha256)


def has_goods(outline: Outline, goods: bytes) -> bool:
    """Whether these goods, b"" for none, are those that the leaf left beside the log."""
    expected = outline.shipment.items_sha256 if outline.shipment is not None else ""
    return expected == (sha256(goods).hexdigest() if goods else "")


def read_goods(goods: bytes) -> tuple[LineItem, ...]:
    """The goods that were too long for the leaf; ValueError when the bytes are none."""
    return _goods_decoder.decode(goods)

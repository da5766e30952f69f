"""The leaf of a decision: what is hashed, and so what can never change. Canonical, versioned, self-describing JSON.

One decision has one leaf, byte for byte: UTF-8 without spaces, keys in alphabetical order, absent rather than
empty, numbers whole and exact in every reader (RFC 7493), names instead of enumeration numbers.
That is a subset of what the JSON canonicalisation scheme allows (RFC 8785), so any implementation of it writes
the same bytes.
The parties stay outside, under a commitment: SHA-256 over a random salt and their bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Literal

import msgspec

from tidewaiter_audit import errors
from tidewaiter_audit.facts import Decision, LineItem, Shipment
from tidewaiter_audit.model import Entry, Submission

KIND: Final = "tidewaiter.decision/v1"
"""Names the form of the leaf. A change of form is a new kind; a kind, once written, is readable for ever."""

LEAF_BYTES_MAX: Final = 2**16 - 1
"""An entry bundle of c2sp.org/tlog-tiles gives the length of an entry in two bytes."""

SALT_BYTES: Final = 32


class DecisionLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    decision: Decision
    kind: Literal["tidewaiter.decision/v1"]
    personal_sha256: str
    shipment: Shipment


class _DecisionOutline(msgspec.Struct):
    decision_id: str


class _ShipmentOutline(msgspec.Struct):
    items_sha256: str = ""


class Outline(msgspec.Struct):
    """What a leaf is found by and what it commits to; the rest of it is passed over."""

    kind: str
    decision: _DecisionOutline
    personal_sha256: str
    shipment: _ShipmentOutline

    @property
    def decision_id(self) -> str:
        """The decision's id."""
        return self.decision.decision_id


@dataclass(frozen=True, slots=True)
class Draft:
    """A leaf ready to be placed, with what stays beside it: the salt, the parties and goods too long for a leaf."""

    decision_id: str
    leaf: bytes
    salt: bytes
    personal: bytes
    goods: bytes


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(DecisionLeaf)
_outline_decoder: Final = msgspec.json.Decoder(Outline)
_goods_decoder: Final = msgspec.json.Decoder(tuple[LineItem, ...])


def draft(submission: Submission, *, salt: bytes) -> Draft:
    """The leaf of a submission under this salt of 32 random bytes; the same input gives the same bytes.

    When the leaf would be longer than LEAF_BYTES_MAX, its goods move beside the log under their SHA-256.
    Failure INVALID, LEAF_TOO_LARGE, when that is not enough.
    """
    commitment = commit(salt, submission.personal).hex()
    leaf = _encode(submission.decision, submission.shipment, commitment)
    goods = b""
    if len(leaf) > LEAF_BYTES_MAX:
        goods = _encoder.encode(submission.shipment.items)
        leaf = _encode(submission.decision, _without_goods(submission.shipment, goods), commitment)
    if len(leaf) > LEAF_BYTES_MAX:
        raise errors.leaf_too_large(len(leaf), LEAF_BYTES_MAX)
    return Draft(
        decision_id=submission.decision.decision_id, leaf=leaf, salt=salt, personal=submission.personal, goods=goods
    )


def commit(salt: bytes, personal: bytes) -> bytes:
    """The commitment to personal data: 32 bytes from which, without the salt, nothing can be guessed."""
    return sha256(salt + personal).digest()


def read(leaf: bytes) -> DecisionLeaf:
    """The leaf's content; ValueError when the bytes are not a leaf of this kind."""
    return _decoder.decode(leaf)


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


def check_name(entry: Entry) -> None:
    """Returns when the entry is found by the id that its leaf has: no hash covers the former."""
    try:
        found = outline_of(entry.leaf).decision_id
    except ValueError as error:
        raise errors.leaf_unreadable(entry.leaf_index) from error
    if found != entry.decision_id:
        raise errors.root_mismatch(f"entry {entry.leaf_index} is found by another id than its leaf has")


def is_canonical(leaf: bytes) -> bool:
    """Whether these are the bytes that this content is written as; ValueError when they are not a leaf."""
    return _encoder.encode(read(leaf)) == leaf


def opens(outline: Outline, *, salt: bytes, personal: bytes) -> bool:
    """Whether salt and personal data are those that the leaf committed to."""
    return compare_digest(commit(salt, personal).hex(), outline.personal_sha256)


def has_goods(outline: Outline, goods: bytes) -> bool:
    """Whether these goods, b"" for none, are those that the leaf left beside the log."""
    return outline.shipment.items_sha256 == (sha256(goods).hexdigest() if goods else "")


def read_goods(goods: bytes) -> tuple[LineItem, ...]:
    """The goods that were too long for the leaf; ValueError when the bytes are none."""
    return _goods_decoder.decode(goods)


def _encode(decision: Decision, shipment: Shipment, commitment: str) -> bytes:
    return _encoder.encode(DecisionLeaf(decision=decision, kind=KIND, personal_sha256=commitment, shipment=shipment))


def _without_goods(shipment: Shipment, goods: bytes) -> Shipment:
    return msgspec.structs.replace(
        shipment, items=(), items_count=len(shipment.items), items_sha256=sha256(goods).hexdigest()
    )

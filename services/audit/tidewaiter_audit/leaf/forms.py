"""What the leaves of each kind hold, in the order in which it is written."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tidewaiter_audit.facts import Decision, Shipment

KIND: Final = "tidewaiter.decision/v2"
"""Names the form of the leaf. A change of form is a new kind; a kind, once written, is readable for ever."""
FIRST_KIND: Final = "tidewaiter.decision/v1"
"""As the second, without the trail."""
ERASURE_KIND: Final = "tidewaiter.erasure/v1"
RETENTION_KIND: Final = "tidewaiter.retention/v1"
ROTATION_KIND: Final = "tidewaiter.rotation/v1"
FREEZE_KIND: Final = "tidewaiter.freeze/v1"
HEADS_KIND: Final = "tidewaiter.heads/v1"

DECISION_KINDS: Final = frozenset({FIRST_KIND, KIND})
KINDS: Final = DECISION_KINDS | {ERASURE_KIND, RETENTION_KIND, HEADS_KIND, ROTATION_KIND, FREEZE_KIND}
TRAILED_KINDS: Final = frozenset({KIND, ERASURE_KIND})
"""The kinds of entries that are of a shipment, and name the one before."""

LEAF_BYTES_MAX: Final = 2**16 - 1
"""An entry bundle of c2sp.org/tlog-tiles gives the length of an entry in two bytes."""

TRAIL_BYTES_MAX: Final = 192
"""Kept free in every draft for its trail."""

SALT_BYTES: Final = 32


class Trail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an entry stands among those of its shipment: its number there, from 1, and the entry before it.

    `previous_hash` is the RFC 6962 hash of that entry's leaf, in hex; both are absent for number 1.
    """

    number: int
    previous_hash: str = ""
    previous_index: int | None = None


class DecisionLeaf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written. The first kind has no trail."""

    decision: Decision
    kind: Literal["tidewaiter.decision/v1", "tidewaiter.decision/v2"]
    personal_sha256: str
    shipment: Shipment
    trail: Trail | None = None


class Erasure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the personal data of a shipment's entries before this one are gone: by whom and why, both without a name
    of the erased. `request_id` is the caller's, so that asking again erases nothing twice.
    """

    author: str
    reason: str
    request_id: str
    shipment_id: str


class ErasureLeaf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    erasure: Erasure
    kind: Literal["tidewaiter.erasure/v1"]
    trail: Trail | None = None


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the personal data of all entries below `before_index` are gone: by whom, and by which policy.

    They were recorded before `recorded_before`, RFC 3339 in UTC, by the clock of the log's machine.
    """

    author: str
    before_index: int
    citation: str
    grace_days: int
    recorded_before: str
    years: int


class RetentionLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    kind: Literal["tidewaiter.retention/v1"]
    retention: Retention


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That the log signs with another key from here on, both as verifier keys. The checkpoint of this entry is signed
    by both, so that whoever trusts the one may trust the other.
    """

    author: str
    from_key: str
    reason: str
    to_key: str


class RotationLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    kind: Literal["tidewaiter.rotation/v1"]
    rotation: Rotation


class Freeze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That this is the last entry of the log; `successor` names the log that goes on, and may be empty."""

    author: str
    reason: str
    successor: str


class FreezeLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    freeze: Freeze
    kind: Literal["tidewaiter.freeze/v1"]


class Heads(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The newest entry of every shipment among the first `tree_size` of the log, as the root of a map (hex)."""

    root: str
    shipments: int
    tree_size: int


class HeadsLeaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leaf's fields, in the order in which they are written."""

    heads: Heads
    kind: Literal["tidewaiter.heads/v1"]


def erasure_id(erasure: Erasure) -> str:
    """What an erasure is found by; no decision_id has a slash."""
    return f"erasure/{erasure.request_id}/{erasure.shipment_id}"


def retention_id(before_index: int) -> str:
    """What a retention is found by; no decision_id has a slash."""
    return f"retention/{before_index}"


def rotation_id(to_key: str) -> str:
    """What a rotation to this verifier key is found by; no decision_id has a slash."""
    return f"rotation/{to_key}"


FREEZE_ID: Final = "freeze/"
"""What the last entry of a frozen log is found by; no decision_id has a slash."""


def heads_id(tree_size: int) -> str:
    """What a statement of heads is found by; no decision_id has a slash."""
    return f"heads/{tree_size}"


class _DecisionOutline(msgspec.Struct):
    decision_id: str
    shipment_id: str


class _ShipmentOutline(msgspec.Struct):
    items_sha256: str = ""


class Outline(msgspec.Struct):
    """What a leaf is found by and what it commits to; the rest of it is passed over."""

    kind: str
    decision: _DecisionOutline | None = None
    personal_sha256: str = ""
    shipment: _ShipmentOutline | None = None
    erasure: Erasure | None = None
    retention: Retention | None = None
    rotation: Rotation | None = None
    freeze: Freeze | None = None
    heads: Heads | None = None
    trail: Trail | None = None

    @property
    def is_decision(self) -> bool:
        """Whether it is of one of the kinds of decisions, and so has personal data beside it."""
        return self.kind in DECISION_KINDS

    @property
    def entry_id(self) -> str:
        """The id that the entry is found by: a decision's own; of others one that no decision can have."""
        if self.decision is not None:
            return self.decision.decision_id
        if self.erasure is not None:
            return erasure_id(self.erasure)
        if self.retention is not None:
            return retention_id(self.retention.before_index)
        if self.rotation is not None:
            return rotation_id(self.rotation.to_key)
        if self.freeze is not None:
            return FREEZE_ID
        return heads_id(self.heads.tree_size) if self.heads is not None else ""

    @property
    def shipment_id(self) -> str:
        """The shipment that the entry speaks of; empty when of all."""
        named = self.decision or self.erasure
        return named.shipment_id if named is not None else ""

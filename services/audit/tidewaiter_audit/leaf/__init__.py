"""The leaf of an entry: what is hashed, and so what can never change. Canonical, versioned, self-describing JSON.

One entry has one leaf, byte for byte: UTF-8 without spaces, keys in alphabetical order, absent rather than
empty, numbers whole and exact in every reader (RFC 7493), names instead of enumeration numbers.
That is a subset of what the JSON canonicalisation scheme allows (RFC 8785), so any implementation of it writes
the same bytes.
The parties stay outside, under a commitment: SHA-256 over a random salt and their bytes.
An entry that speaks of a shipment names the shipment's entry before it: its `trail`, which is known only when the
entry is placed and so stands last, where it is added without writing the rest again.
"""

from __future__ import annotations

from tidewaiter_audit.leaf.drafting import (
    Draft,
    Placed,
    commit,
    draft,
    draft_erasure,
    draft_freeze,
    draft_heads,
    draft_retention,
    draft_rotation,
    place,
)
from tidewaiter_audit.leaf.forms import (
    DECISION_KINDS,
    ERASURE_KIND,
    FIRST_KIND,
    FREEZE_ID,
    FREEZE_KIND,
    HEADS_KIND,
    KIND,
    KINDS,
    LEAF_BYTES_MAX,
    RETENTION_KIND,
    ROTATION_KIND,
    SALT_BYTES,
    TRAIL_BYTES_MAX,
    TRAILED_KINDS,
    DecisionLeaf,
    Erasure,
    Freeze,
    Heads,
    Outline,
    Retention,
    Rotation,
    Trail,
    erasure_id,
    heads_id,
    retention_id,
    rotation_id,
)
from tidewaiter_audit.leaf.reading import (
    check_name,
    decision_in,
    decision_of,
    first_told,
    has_goods,
    is_canonical,
    opens,
    outline_of,
    read,
    read_goods,
)

__all__ = [
    "DECISION_KINDS",
    "ERASURE_KIND",
    "FIRST_KIND",
    "FREEZE_ID",
    "FREEZE_KIND",
    "HEADS_KIND",
    "KIND",
    "KINDS",
    "LEAF_BYTES_MAX",
    "RETENTION_KIND",
    "ROTATION_KIND",
    "SALT_BYTES",
    "TRAILED_KINDS",
    "TRAIL_BYTES_MAX",
    "DecisionLeaf",
    "Draft",
    "Erasure",
    "Freeze",
    "Heads",
    "Outline",
    "Placed",
    "Retention",
    "Rotation",
    "Trail",
    "check_name",
    "commit",
    "decision_in",
    "decision_of",
    "draft",
    "draft_erasure",
    "draft_freeze",
    "draft_heads",
    "draft_retention",
    "draft_rotation",
    "erasure_id",
    "first_told",
    "has_goods",
    "heads_id",
    "is_canonical",
    "opens",
    "outline_of",
    "place",
    "read",
    "read_goods",
    "retention_id",
    "rotation_id",
]

"""Trails: under each key the shipments that were seen last, a bounded number, each once at its latest revision.

One exception: a shipment that is filed again after its answer was forgotten may stand twice on a trail that was not.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter_risk.model import NO_TRACES, Traces

TRAIL_MAX = 64
"""How many shipments a trail holds; the oldest goes. No count ever passes it."""
SHOWN_MAX = 10
"""How many shipments an answer names as evidence."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One shipment on a trail. `other` is what may differ between shipments of one trail, as a hash: the consignee."""

    shipment_id: str
    day: int
    other: int
    currency: str
    nanos: int | None
    crowded: bool


Trail = list[Entry]

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Trail).decode


def pack(trail: Trail) -> bytes:
    """The trail as MessagePack."""
    return _encode(trail)


def unpack(packed: bytes) -> Trail:
    """The trail that `pack` was given. msgspec.MsgspecError for anything else."""
    return _decode(packed)


def with_entry(trail: Trail, entry: Entry) -> Trail:
    """The trail with the entry of a shipment that is not on it, as the last."""
    return [*trail[-(TRAIL_MAX - 1) :], entry]


def without(trail: Trail, shipment_id: str) -> Trail:
    """The trail without that shipment."""
    return [one for one in trail if one.shipment_id != shipment_id]


def within(trail: Trail | None, day: int, days: int, shipment_id: str) -> Trail:
    """Other shipments that arrive less than so many days before or after, the latest seen first; of no trail none."""
    if not trail:
        return []
    first, end = day - days, day + days
    return [one for one in trail[::-1] if first < one.day < end and one.shipment_id != shipment_id]


def traces(entries: Sequence[Entry]) -> Traces:
    """How many, and the first few."""
    if not entries:
        return NO_TRACES
    return Traces(count=len(entries), shipment_ids=tuple([one.shipment_id for one in entries[:SHOWN_MAX]]))


def of_others(entries: Sequence[Entry], own: int) -> Traces:
    """How many other hashes than one's own there are, each once, and the latest shipment of each."""
    if not own or not entries:
        return NO_TRACES
    latest: dict[int, Entry] = {}
    for one in entries:
        if one.other not in (0, own):
            latest.setdefault(one.other, one)
    return traces(list(latest.values()))

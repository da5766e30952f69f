"""Trails: under each key the shipments that were seen last, a bounded number, each once at its latest revision."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tidewaiter_risk.model import Traces

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
    """The trail with the entry last, in place of the shipment's former one."""
    kept = [one for one in trail if one.shipment_id != entry.shipment_id]
    return [*kept[-(TRAIL_MAX - 1) :], entry]


def without(trail: Trail, shipment_id: str) -> Trail:
    """The trail without that shipment."""
    return [one for one in trail if one.shipment_id != shipment_id]


def within(trail: Trail, day: int, days: int, shipment_id: str) -> Trail:
    """Other shipments that arrive less than so many days before or after, the latest seen first."""
    return [one for one in reversed(trail) if abs(one.day - day) < days and one.shipment_id != shipment_id]


def traces(entries: Iterable[Entry]) -> Traces:
    """How many, and the first few."""
    ids = [one.shipment_id for one in entries]
    return Traces(count=len(ids), shipment_ids=tuple(ids[:SHOWN_MAX]))


def of_others(entries: Iterable[Entry], own: int) -> Traces:
    """How many other hashes than one's own there are, each once, and the latest shipment of each."""
    latest: dict[int, Entry] = {}
    for one in entries:
        if one.other not in (0, own):
            latest.setdefault(one.other, one)
    return traces(latest.values())

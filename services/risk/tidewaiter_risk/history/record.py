"""Records sightings of shipments, and answers what the earlier ones show.

Exactly once by shipment and revision: what a revision was answered first is kept, and a repeat gets the same. A newer
revision stands in place of the older one everywhere, and what it shows is looked at anew. What is older than the kept
revision, or only a what-if, is answered and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tidewaiter_risk.history.keys import Keys
from tidewaiter_risk.history.trails import Entry, Trail, of_others, traces, with_entry, within, without
from tidewaiter_risk.model import Past


class Sighting(NamedTuple):
    """One revision of one shipment. `day` is the UTC day of its arrival or, when that is not said, of the sighting."""

    shipment_id: str
    revision: int
    day: int
    keys: Keys
    currency: str
    nanos: int | None
    """The value of the whole in billionths of the currency; None when it cannot be told."""
    crowded: bool
    """Whether the value lies just under a limit."""
    arrives: int | None = None
    """The UTC day of its arrival; None when that is not said."""
    what_if: bool = False


class Seen(NamedTuple):
    """What a shipment was answered at a revision, the keys under which it stands on trails, and when it arrives."""

    revision: int
    keys: tuple[int, ...]
    past: Past
    arrives: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How many days around an arrival each pattern looks, by the live scorecard."""

    address: int
    names: int
    new_shipper: int
    frequency: int
    crowding: int
    split: int


class Rows(Protocol):
    """What recording needs of the store; all of one call happens at once or not at all."""

    def seen(self, shipment_ids: Iterable[str]) -> dict[str, Seen]:
        """What those of the shipments were answered that are kept."""
        ...

    def trails(self, keys: Iterable[int]) -> tuple[dict[int, Trail], dict[int, int]]:
        """The trails of those keys that have one, and the UTC day on which each of them was first seen."""
        ...

    def began(self, today: int) -> int:
        """The UTC day on which this history began: kept on the first call."""
        ...

    def put(self, seen: Mapping[str, Seen], trails: Mapping[int, Trail], *, today: int) -> None:
        """Keep these, which were all looked up before, each in place of the former; an empty trail goes."""
        ...


def observe(rows: Rows, sightings: Sequence[Sighting], windows: Windows, *, today: int) -> list[Past]:
    """What the past shows of each, in order; each sees those before it in the same call."""
    seen = rows.seen([sighting.shipment_id for sighting in sightings])
    keys_of = [_keys_of(sighting.keys) for sighting in sightings]
    keys = {key for own in keys_of for key in own}
    keys.update([key for known in seen.values() for key in known.keys])
    trails, first_days = rows.trails(keys)
    began = rows.began(today)
    can_tell_new = today - began > 2 * windows.new_shipper
    kept_seen: dict[str, Seen] = {}
    kept_trails: dict[int, Trail] = {}
    answers = []
    for sighting, own in zip(sightings, keys_of, strict=True):
        known = seen.get(sighting.shipment_id)
        if known is not None and known.revision == sighting.revision:
            answers.append(known.past)
            continue
        # While the history is too young, nobody can be called new.
        shipper = sighting.keys.shipper
        shipper_days = today - first_days.get(shipper, today) if shipper and can_tell_new else None
        past = _look(sighting, trails, windows, shipper_days=shipper_days)
        answers.append(past)
        if sighting.what_if or (known is not None and known.revision > sighting.revision):
            continue
        _record(sighting, own, known, trails, kept_trails)
        entry = Seen(sighting.revision, own, past, sighting.arrives)
        seen[sighting.shipment_id] = kept_seen[sighting.shipment_id] = entry
        first_days.setdefault(shipper, today)
    rows.put(kept_seen, kept_trails, today=today)
    return answers


def _record(
    sighting: Sighting, own: tuple[int, ...], known: Seen | None, trails: dict[int, Trail], kept: dict[int, Trail]
) -> None:
    entry = Entry(
        shipment_id=sighting.shipment_id,
        day=sighting.day,
        other=sighting.keys.consignee,
        currency=sighting.currency,
        nanos=sighting.nanos,
        crowded=sighting.crowded,
    )
    if known is not None:
        for key in known.keys:
            trails[key] = kept[key] = without(trails.get(key, []), sighting.shipment_id)
    for key in own:
        trails[key] = kept[key] = with_entry(trails.get(key, []), entry)


def _keys_of(keys: Keys) -> tuple[int, ...]:
    return tuple([key for key in (keys.address, keys.contact, keys.shipper, keys.order) if key])


def _look(sighting: Sighting, trails: Mapping[int, Trail], windows: Windows, *, shipper_days: int | None) -> Past:
    keys, day, shipment_id = sighting.keys, sighting.day, sighting.shipment_id
    # No trail stands under the key 0, which is that of nothing.
    address, contact, order = trails.get(keys.address), trails.get(keys.contact), trails.get(keys.order)
    # Values crowd only around one that is among them, which few are.
    shipper = trails.get(keys.shipper) if sighting.crowded else None
    if not (address or contact or shipper or order) and shipper_days is None:
        return _NOTHING_BY.get(keys.order_by, _NOTHING)
    own = keys.consignee
    sent = [one for one in within(shipper, day, windows.crowding, shipment_id) if one.nanos is not None]
    lots = within(order, day, windows.split, shipment_id)
    received = [one for one in within(address, day, windows.frequency, shipment_id) if own and one.other == own]
    return Past(
        consignees_at_address=of_others(within(address, day, windows.address, shipment_id), own),
        names_of_contact=of_others(within(contact, day, windows.names, shipment_id), own),
        shipper_days=shipper_days,
        received=traces(received),
        shipper_sent=len(sent),
        shipper_crowded=traces([one for one in sent if one.crowded]),
        order_lots=traces(lots),
        order_nanos=sum([one.nanos for one in lots if one.nanos is not None and one.currency == sighting.currency]),
        order_by=keys.order_by,
    )


_NOTHING = Past()
_NOTHING_BY = {order_by: Past(order_by=order_by) for order_by in ("order", "seller and consignee")}

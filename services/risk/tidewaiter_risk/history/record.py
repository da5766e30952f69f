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
    what_if: bool = False


class Seen(NamedTuple):
    """What a shipment was answered at a revision, and the keys under which it stands on trails."""

    revision: int
    keys: tuple[int, ...]
    past: Past


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

    def trails(self, keys: Iterable[int]) -> dict[int, Trail]:
        """The trails of those keys that have one."""
        ...

    def first_days(self, keys: Iterable[int]) -> dict[int, int]:
        """The UTC day on which each of these keys was first seen."""
        ...

    def began(self, today: int) -> int:
        """The UTC day on which this history began: kept on the first call."""
        ...

    def put(self, seen: Mapping[str, Seen], trails: Mapping[int, Trail], *, today: int) -> None:
        """Keep these, each in place of the former; an empty trail goes."""
        ...


def observe(rows: Rows, sightings: Sequence[Sighting], windows: Windows, *, today: int) -> list[Past]:
    """What the past shows of each, in order; each sees those before it in the same call."""
    seen = rows.seen(sighting.shipment_id for sighting in sightings)
    fresh = [one for one in sightings if not _is_repeat(one, seen)]
    keys = {key for one in fresh for key in _keys_of(one)}
    keys.update(key for one in fresh if one.shipment_id in seen for key in seen[one.shipment_id].keys)
    trails = rows.trails(keys)
    began = rows.began(today)
    first_days = rows.first_days(one.keys.shipper for one in fresh if one.keys.shipper)
    kept_seen: dict[str, Seen] = {}
    kept_trails: dict[int, Trail] = {}
    answers = []
    for sighting in sightings:
        known = seen.get(sighting.shipment_id)
        if known is not None and _is_repeat(sighting, seen):
            answers.append(known.past)
            continue
        past = _look(sighting, trails, windows, shipper_days=_shipper_days(sighting, first_days, began, windows, today))
        answers.append(past)
        if sighting.what_if or (known is not None and known.revision > sighting.revision):
            continue
        _record(sighting, known, trails, kept_trails)
        entry = Seen(sighting.revision, _keys_of(sighting), past)
        seen[sighting.shipment_id] = kept_seen[sighting.shipment_id] = entry
        first_days.setdefault(sighting.keys.shipper, today)
    rows.put(kept_seen, kept_trails, today=today)
    return answers


def _is_repeat(sighting: Sighting, seen: Mapping[str, Seen]) -> bool:
    known = seen.get(sighting.shipment_id)
    return known is not None and known.revision == sighting.revision


def _record(sighting: Sighting, known: Seen | None, trails: dict[int, Trail], kept: dict[int, Trail]) -> None:
    own = _keys_of(sighting)
    entry = Entry(
        shipment_id=sighting.shipment_id,
        day=sighting.day,
        other=sighting.keys.consignee,
        currency=sighting.currency,
        nanos=sighting.nanos,
        crowded=sighting.crowded,
    )
    for key in () if known is None else known.keys:
        trails[key] = kept[key] = without(trails.get(key, []), sighting.shipment_id)
    for key in own:
        trails[key] = kept[key] = with_entry(trails.get(key, []), entry)


def _keys_of(sighting: Sighting) -> tuple[int, ...]:
    keys = sighting.keys
    return tuple([key for key in (keys.address, keys.contact, keys.shipper, keys.order) if key])


def _shipper_days(
    sighting: Sighting, first_days: Mapping[int, int], began: int, windows: Windows, today: int
) -> int | None:
    """Days since the shipper was first seen; None while the history is too young to call anyone new."""
    if not sighting.keys.shipper or today - began <= 2 * windows.new_shipper:
        return None
    return today - first_days.get(sighting.keys.shipper, today)


def _look(sighting: Sighting, trails: Mapping[int, Trail], windows: Windows, *, shipper_days: int | None) -> Past:
    keys, day, shipment_id = sighting.keys, sighting.day, sighting.shipment_id

    def around(key: int, days: int) -> Trail:
        trail = trails.get(key) if key else None
        return within(trail, day, days, shipment_id) if trail else []

    at_address = around(keys.address, windows.address)
    by_contact = around(keys.contact, windows.names)
    # Values crowd only around one that is among them, which few are.
    crowding = around(keys.shipper, windows.crowding) if sighting.crowded else []
    sent = [one for one in crowding if one.nanos is not None]
    lots = around(keys.order, windows.split)
    if not (at_address or by_contact or sent or lots) and shipper_days is None:
        return _NOTHING_BY.get(keys.order_by, _NOTHING)
    own = keys.consignee
    received = [one for one in around(keys.address, windows.frequency) if own and one.other == own]
    return Past(
        consignees_at_address=of_others(at_address, own),
        names_of_contact=of_others(by_contact, own),
        shipper_days=shipper_days,
        received=traces(received),
        shipper_sent=len(sent),
        shipper_crowded=traces([one for one in sent if one.crowded]),
        order_lots=traces(lots),
        order_nanos=sum(one.nanos for one in lots if one.nanos is not None and one.currency == sighting.currency),
        order_by=keys.order_by,
    )


_NOTHING = Past()
_NOTHING_BY = {order_by: Past(order_by=order_by) for order_by in ("order", "seller and consignee")}

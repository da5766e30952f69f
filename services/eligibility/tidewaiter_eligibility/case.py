"""One shipment before the law: its day, and the terms on which paragraph (C) is open to it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from msgspec import Struct

from tidewaiter_eligibility import reasons
from tidewaiter_eligibility.day import arrival_day, day_as_of
from tidewaiter_eligibility.goods import Goods
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import BrokenDay, Limit, Regime
from tidewaiter_eligibility.model import EntryPath, LocalDay, Mode, Reason, Shipment
from tidewaiter_eligibility.regime import Governing
from tidewaiter_eligibility.worth import Worth


class Terms(Struct, frozen=True, kw_only=True, gc=False):
    """Whether paragraph (C) is open to the shipment, under which limit and by which entries.

    The limit and what a broken day costs are those of the local day, whatever the regime: all that counts on one
    person-day is weighed alike, also where the law switches within that day. None: none is on record for the day.
    `said` tells why it is open to it although it is closed to others.
    """

    is_open: bool
    limit: Limit | None
    broken_day: BrokenDay | None
    paths: tuple[EntryPath, ...]
    said: tuple[Reason, ...]


class Case(Struct, frozen=True, kw_only=True, gc=False):
    """One shipment with what was found about it so far."""

    shipment: Shipment
    mode: Mode
    day: LocalDay
    governing: Governing
    terms: Terms
    worth: Worth
    goods: Goods
    law: Law


def day_of(shipment: Shipment, law: Law) -> LocalDay | None:
    """The days to judge by: that which the question names, else that of arrival; None when there is neither."""
    if shipment.as_of is not None:
        return day_as_of(shipment.as_of, shipment.port_of_entry, law)
    if shipment.arrival_seconds is None:
        return None
    return arrival_day(shipment.arrival_seconds, shipment.port_of_entry, law)


_NOT_OPEN = Terms(is_open=False, limit=None, broken_day=None, paths=(), said=())


@lru_cache(256)
def _open_terms(
    limit: Limit, paths: tuple[EntryPath, ...], said: tuple[Reason, ...], days: tuple[date, ...], law: Law
) -> Terms:
    # Which of several local days it is gets asked; until then only what is over the highest limit is refused.
    limits = [found for day in days if (found := law.limit(limit.paragraph, day)) is not None]
    highest = max(limits, key=lambda row: row.limit_minor, default=None)
    return Terms(is_open=True, limit=highest, broken_day=law.broken_day(days[0]), paths=paths, said=said)


def terms_of(shipment: Shipment, regime: Regime | None, *, day: LocalDay, law: Law) -> Terms:
    """Those of the regime while it is open; else those of goods that its closing does not reach, if all lines are."""
    if regime is None:
        return _NOT_OPEN
    if regime.limit is not None:
        return _open_terms(regime.limit, regime.paths, (), day.candidates, law)
    kept = law.kept_open(day.law_day)
    if kept is None or not shipment.items or any(kept.flags.isdisjoint(item.flags) for item in shipment.items):
        return _NOT_OPEN
    flags = kept.flags & frozenset().union(*(item.flags for item in shipment.items))
    return _open_terms(kept.limit, kept.paths, (reasons.kept_open(kept, flags),), day.candidates, law)

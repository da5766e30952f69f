"""The two days of an arrival: the calendar day in the port's zone, for "one person on one day", and the law's own.

That the person's day is the port's is inferred; see the clock rows of law/regimes.toml.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Clock
from tidewaiter_eligibility.model import LocalDay

_CACHED_MAX = 16_384
"""Parcels of one flight arrive at one port at one time, so that a day is mostly asked for again."""


@lru_cache(_CACHED_MAX)
def arrival_day(arrival_seconds: int, port: str, law: Law) -> LocalDay:
    """The local day of an arrival (seconds from 1970) at a Schedule D port, and the day by the clock of the law.

    When the port is unknown or in no district on record: the local days it may be.
    """
    law_day = _law_day(arrival_seconds, law)
    name = law.zone(port)
    if name:
        day = _day_in(law.zones[name], arrival_seconds)
        return LocalDay(candidates=(day,), zone=name, text=day.isoformat(), law_day=law_day)
    days = {_day_in(zone, arrival_seconds) for zone in law.zones.values()}
    return LocalDay(candidates=tuple(sorted(days)), zone="", text="", law_day=law_day)


@lru_cache(_CACHED_MAX)
def day_as_of(day: date, port: str, law: Law) -> LocalDay:
    """That very day, by both clocks."""
    return LocalDay(candidates=(day,), zone=law.zone(port), text=day.isoformat(), law_day=day)


def _law_day(arrival_seconds: int, law: Law) -> date:
    """The day whose rows govern: it begins a little after midnight, so that the first seconds are of the day before."""
    clock = law.clock(Clock.EASTERN_0001, datetime.fromtimestamp(arrival_seconds, UTC).date())
    return _day_in(ZoneInfo(clock.zone), arrival_seconds - clock.seconds_after_midnight)


def _day_in(zone: ZoneInfo, seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()

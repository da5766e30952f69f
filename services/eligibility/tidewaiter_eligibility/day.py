"""The one day of "one person on one day": the calendar day of arrival in the port's zone.

That the day is the port's is inferred; see the clock row of law/regimes.toml.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import LocalDay

_CACHED_MAX = 16_384
"""Parcels of one flight arrive at one port at one time, so that a day is mostly asked for again."""


@lru_cache(_CACHED_MAX)
def arrival_day(arrival_seconds: int, port: str, law: Law) -> LocalDay:
    """The local day of an arrival (seconds from 1970) at a Schedule D port.

    When the port is unknown or in no district on record: the days it may be.
    """
    name = law.zone(port)
    if name:
        day = _day_in(law.zones[name], arrival_seconds)
        return LocalDay(candidates=(day,), zone=name, text=day.isoformat())
    days = {_day_in(zone, arrival_seconds) for zone in law.zones.values()}
    return LocalDay(candidates=tuple(sorted(days)), zone="", text="")


def _day_in(zone: ZoneInfo, seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()

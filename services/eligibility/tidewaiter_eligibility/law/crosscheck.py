"""What must hold between the rows of the law, checked once at start.

Each check yields (row id, problem); one is enough to refuse the law.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidewaiter_chassis.countries import CODES

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.all_rows import Rows
from tidewaiter_eligibility.law.crosscheck_paths import country_rates, duties, exclusions, paths
from tidewaiter_eligibility.law.rows import Clock, Gift, KeptOpen, Limit, Regime, Row
from tidewaiter_eligibility.law.words import countries_of
from tidewaiter_eligibility.model import Mode

Problem = tuple[str, str]
R = TypeVar("R", bound=Row)

_DAY_KINDS = frozenset({"limit", "broken_day", "single_order", "conversion", "gift", "bona_fide", "zone"})
"""These are looked up by the local day of the port, all others by the clock of the law."""


def refuse_contradictions(rows: Rows) -> None:
    """LawRefused for the first problem among the rows; nothing when they hold together."""
    for check in _CHECKS:
        for row, problem in check(rows):
            raise LawRefused(row=row, problem=problem)


def _ids(rows: Rows) -> Iterator[Problem]:
    seen: set[str] = set()
    for kind, found in rows.kinds().items():
        clock = Clock.PORT_LOCAL_DAY if kind in _DAY_KINDS else Clock.EASTERN_0001
        for row in found:
            if row.id in seen:
                yield row.id, "another row has the same id"
            seen.add(row.id)
            if kind != "clock" and row.clock is not clock:
                yield row.id, f"clock {row.clock.name}: a {kind} goes by {clock.name}"


def _countries(rows: Rows) -> Iterator[Problem]:
    for found in rows.kinds().values():
        for row in found:
            for code in countries_of(row):
                if code not in CODES:
                    yield row.id, f"{code} is no country of ISO 3166-1"


def _clocks(rows: Rows) -> Iterator[Problem]:
    for reading in Clock:
        found = [row for row in rows.clocks if row.reading is reading]
        yield from _overlaps(found, "two readings of one clock on one day")
        found.sort(key=lambda row: row.first_day)
        if not found or found[0].first_day != rows.first_day or found[-1].end_day is not None:
            yield "regimes.toml", f"no clock says on every day how {reading.name} is read"
        for one, following in pairwise(found):
            if one.end_day != following.first_day:
                yield one.id, f"no clock says how {reading.name} is read from {one.end_day} to {following.first_day}"
    for row in rows.clocks:
        if bool(row.zone) == (row.reading is Clock.PORT_LOCAL_DAY):
            yield row.id, "zone is that of the port for PORT_LOCAL_DAY, and named for every other clock"
        elif row.zone and not _is_zone(row.zone):
            yield row.id, f"zone {row.zone} is unknown to this machine's time zone data"


def _limits(rows: Rows) -> Iterator[Problem]:
    for paragraph in {row.paragraph for row in rows.limits}:
        found = [row for row in rows.limits if row.paragraph == paragraph]
        yield from _overlaps(found, f"two limits for {paragraph} on one day")
        found_orders = [row for row in rows.single_orders if row.paragraph == paragraph]
        yield from _overlaps(found_orders, f"two rules on the lots of one order for {paragraph} on one day")
    yield from _overlaps(rows.broken_days, "two costs of a broken day on one day")
    for limit in rows.limits:
        for day in (limit.first_day, *(row.end_day for row in rows.broken_days if row.end_day is not None)):
            if limit.in_force(day) and not any(row.in_force(day) for row in rows.broken_days):
                yield limit.id, f"no broken_day says what a day over it costs on {day}"
    known = {row.paragraph for row in rows.limits}
    for row in rows.single_orders:
        if row.paragraph not in known:
            yield row.id, f"paragraph {row.paragraph} has no limit"
    yield from _overlaps(rows.conversions, "two rules of conversion on one day")
    yield from _overlaps(rows.penalties, "two penalties on one day")


def _regimes(rows: Rows) -> Iterator[Problem]:
    for mode in Mode:
        of_mode = [row for row in rows.regimes if mode in row.modes]
        yield from _overlaps_by_country(of_mode, lambda row: row.origins, "two regimes for one mode, origin and day")
    named = {row.id for row in rows.exclusions if row.where_named}
    for regime in rows.regimes:
        if regime.limit is not None:
            yield from _holds(regime, regime.limit)
        for unknown in sorted(regime.excludes - named):
            yield regime.id, f"excludes {unknown}, which is no exclusion that says where_named"


def _gaps(rows: Rows) -> Iterator[Problem]:
    for mode in Mode:
        general = [regime for regime in rows.regimes if mode in regime.modes and not regime.origins]
        general.sort(key=lambda regime: regime.first_day)
        if not general:
            yield "regimes.toml", f"no regime covers {mode.name} for every origin"
            continue
        if general[0].first_day != rows.first_day:
            yield general[0].id, f"it is the first for {mode.name} and does not begin on {rows.first_day}"
        for one, following in zip(general, [*general[1:], None], strict=True):
            end = following.first_day if following else None
            if one.end_day != end:
                yield one.id, f"no regime covers {mode.name} from {one.end_day} to {end or 'the end'}"


def _kept_open(rows: Rows) -> Iterator[Problem]:
    yield from _overlaps(rows.kept_open, "two rules of what stays open on one day")
    for row in rows.kept_open:
        yield from _holds(row, row.limit)


def _gifts(rows: Rows) -> Iterator[Problem]:
    yield from _overlaps_by_country(rows.gifts, lambda row: row.sent_from, "two allowances for one place on one day")
    yield from _overlaps(rows.bona_fide, "two tests of a gift on one day")
    for gift in rows.gifts:
        yield from _holds(gift, gift.limit)
        if not any(test.covers(gift) for test in rows.bona_fide):
            yield gift.id, "no bona_fide row is in force on all its days"
        if gift.sent_from and not any(not other.sent_from and other.covers(gift) for other in rows.gifts):
            yield gift.id, "no gift row for every other place is in force on all its days"


def _holds(row: Regime | KeptOpen | Gift, limit: Limit) -> Iterator[Problem]:
    if not limit.covers(row):
        yield row.id, f"its limit {limit.id} is not in force on all its days"


def _zones(rows: Rows) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for zone in rows.zones:
        if not _is_zone(zone.zone):
            yield zone.id, f"zone {zone.zone} is unknown to this machine's time zone data"
        if zone.end_day is not None:
            yield zone.id, "a port does not change its zone here: to must be absent"
        for code in sorted(zone.districts | zone.ports):
            if code in seen:
                yield zone.id, f"{code} is already in {seen[code]}"
            seen[code] = zone.id


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _overlaps(rows: Sequence[R], what: str) -> Iterator[Problem]:
    for one, other in combinations(rows, 2):
        if one.meets(other):
            yield other.id, f"it overlaps {one.id}: {what}"


def _overlaps_by_country(rows: Sequence[R], countries: Callable[[R], frozenset[str]], what: str) -> Iterator[Problem]:
    by_country: dict[str, list[R]] = defaultdict(list)
    for row in rows:
        for country in countries(row) or ("",):
            by_country[country].append(row)
    for found in by_country.values():
        yield from _overlaps(found, what)


_CHECKS = (
    _ids,
    _countries,
    _clocks,
    _limits,
    _regimes,
    _gaps,
    _kept_open,
    _gifts,
    paths,
    exclusions,
    duties,
    country_rates,
    _zones,
)

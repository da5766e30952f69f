"""What must hold between the rows of the law, checked once at start.

Each check yields (row id, problem); one is enough to refuse the law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.rows import Gift, Path, Regime, Row, Rows
from tidewaiter_eligibility.model import EntryPath, Mode

Problem = tuple[str, str]


def refuse_contradictions(rows: Rows) -> None:
    """LawRefused for the first problem among the rows; nothing when they hold together."""
    for check in (_ids, _limits, _regimes, _gaps, _gifts, _paths, _exclusions, _zones):
        for row, problem in check(rows):
            raise LawRefused(row=row, problem=problem)


def _every(rows: Rows) -> Iterator[Row]:
    yield rows.clock
    for kind in (
        rows.regimes,
        rows.limits,
        rows.broken_days,
        rows.gifts,
        rows.bona_fide,
        rows.exclusions,
        rows.paths,
        rows.zones,
    ):
        yield from kind


def _ids(rows: Rows) -> Iterator[Problem]:
    seen: set[str] = set()
    for row in _every(rows):
        if row.id in seen:
            yield row.id, "another row has the same id"
        seen.add(row.id)


def _limits(rows: Rows) -> Iterator[Problem]:
    for one, other in combinations(rows.limits, 2):
        if one.paragraph == other.paragraph and one.meets(other):
            yield other.id, f"it overlaps {one.id}: two limits for {one.paragraph} on one day"


def _regimes(rows: Rows) -> Iterator[Problem]:
    for one, other in combinations(rows.regimes, 2):
        same_origin = bool(one.origins & other.origins) or (not one.origins and not other.origins)
        if same_origin and one.modes & other.modes and one.meets(other):
            yield other.id, f"it overlaps {one.id}: two regimes for one mode, origin and day"
    for regime in rows.regimes:
        if regime.limit is not None and not regime.limit.covers(regime):
            yield regime.id, f"its limit {regime.limit.id} is not in force on all its days"
        if regime.broken_day is not None and not regime.broken_day.covers(regime):
            yield regime.id, f"its broken_day {regime.broken_day.id} is not in force on all its days"


def _gaps(rows: Rows) -> Iterator[Problem]:
    for mode in Mode:
        general = [regime for regime in rows.regimes if mode in regime.modes and not regime.origins]
        general.sort(key=lambda regime: regime.first_day)
        if not general:
            yield "regimes.toml", f"no regime covers {mode.name} for every origin"
            continue
        if general[0].first_day != rows.clock.first_day:
            yield general[0].id, f"it is the first for {mode.name} and does not begin on {rows.clock.first_day}"
        for one, following in zip(general, [*general[1:], None], strict=True):
            end = following.first_day if following else None
            if one.end_day != end:
                yield one.id, f"no regime covers {mode.name} from {one.end_day} to {end or 'the end'}"


def _gifts(rows: Rows) -> Iterator[Problem]:
    for one, other in combinations(rows.gifts, 2):
        same_place = bool(one.sent_from & other.sent_from) or (not one.sent_from and not other.sent_from)
        if same_place and one.meets(other):
            yield other.id, f"it overlaps {one.id}: two allowances for one place on one day"
    for gift in rows.gifts:
        if not gift.limit.covers(gift):
            yield gift.id, f"its limit {gift.limit.id} is not in force on all its days"
        if not gift.broken_day.covers(gift):
            yield gift.id, f"its broken_day {gift.broken_day.id} is not in force on all its days"
        if not any(test.covers(gift) for test in rows.bona_fide):
            yield gift.id, "no bona_fide row is in force on all its days"
        if gift.sent_from and not any(not other.sent_from and other.covers(gift) for other in rows.gifts):
            yield gift.id, "no gift row for every other place is in force on all its days"
    for one_test, other_test in combinations(rows.bona_fide, 2):
        if one_test.meets(other_test):
            yield other_test.id, f"it overlaps {one_test.id}"


def _paths(rows: Rows) -> Iterator[Problem]:
    for one, other in combinations(rows.paths, 2):
        if one.path is other.path and one.modes & other.modes and one.meets(other):
            yield other.id, f"it overlaps {one.id}: two bands for one entry, mode and day"
    last = [path for path in rows.paths if path.when_none_fits]
    if len(last) != 1:
        yield "paths.toml", "exactly one row must say when_none_fits"
    for path in last:
        if path.modes != frozenset(Mode) or path.value_minor_max is not None or not path.covers(rows.clock):
            yield path.id, "when_none_fits must be open to every mode, value and day"
    for regime in rows.regimes:
        yield from _paths_of(regime, rows.paths)
    for gift in rows.gifts:
        yield from _paths_of(gift, rows.paths)


def _paths_of(row: Regime | Gift, paths: Sequence[Path]) -> Iterator[Problem]:
    for wanted in row.paths:
        if not any(_serves(path, row, wanted) and path.meets(row) for path in paths):
            yield row.id, f"no row of paths.toml opens {wanted.name} on its days"
    if isinstance(row, Regime) and row.exemption != "open":
        return
    for mode in row.modes if isinstance(row, Regime) else Mode:
        open_to_mode = [path for path in paths if path.privilege and path.path in row.paths and mode in path.modes]
        if not any(path.covers(row) for path in open_to_mode):
            yield row.id, f"no privilege is open to {mode.name} on all its days"


def _serves(path: Path, row: Regime | Gift, wanted: EntryPath) -> bool:
    return path.path is wanted and (isinstance(row, Gift) or bool(path.modes & row.modes))


def _exclusions(rows: Rows) -> Iterator[Problem]:
    for exclusion in rows.exclusions:
        for word in exclusion.words:
            if word != word.casefold() or word.split() != word.split(" "):
                yield exclusion.id, f"words {word} is not in lower case with single spaces"
    named = [(prefix.digits, exclusion) for exclusion in rows.exclusions for prefix in exclusion.prefixes]
    for (digits, one), (others, other) in combinations(named, 2):
        if one.meets(other) and (digits.startswith(others) or others.startswith(digits)):
            yield other.id, f"hts {others} overlaps {digits} of {one.id}"


def _zones(rows: Rows) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for zone in rows.zones:
        try:
            ZoneInfo(zone.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield zone.id, f"zone {zone.zone} is unknown to this machine's time zone data"
        if zone.end_day is not None:
            yield zone.id, "a port does not change its zone here: to must be absent"
        for code in sorted(zone.districts | zone.ports):
            if code in seen:
                yield zone.id, f"{code} is already in {seen[code]}"
            seen[code] = zone.id

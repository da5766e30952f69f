"""What must hold of entries, of the goods that may not use them, and of the duty that is due on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from tidewaiter_eligibility.law.all_rows import Rows
from tidewaiter_eligibility.law.duty_rows import Duty, Method
from tidewaiter_eligibility.law.rows import Exclusion, Gift, KeptOpen, Path, Regime
from tidewaiter_eligibility.model import Mode

Problem = tuple[str, str]


def paths(rows: Rows) -> Iterator[Problem]:
    """Entries: one band for each mode and day, one that takes everything, and what every regime names is open."""
    for one, other in combinations(rows.paths, 2):
        if one.path is other.path and one.modes & other.modes and one.meets(other):
            yield other.id, f"it overlaps {one.id}: two bands for one entry, mode and day"
    last = [path for path in rows.paths if path.when_none_fits]
    if len(last) != 1:
        yield "paths.toml", "exactly one row must say when_none_fits"
    for path in last:
        is_whole = path.first_day == rows.first_day and path.end_day is None
        if path.modes != frozenset(Mode) or path.value_minor_max is not None or path.privilege or not is_whole:
            yield path.id, "when_none_fits must be open to every mode, value and day"
    served: tuple[Regime | KeptOpen | Gift, ...] = (*rows.regimes, *rows.kept_open, *rows.gifts)
    for row in served:
        yield from _paths_of(row, rows.paths)


def _paths_of(row: Regime | KeptOpen | Gift, known: Sequence[Path]) -> Iterator[Problem]:
    modes = row.modes if isinstance(row, Regime) else frozenset(Mode)
    for wanted in row.paths:
        if not any(path.path is wanted and path.modes & modes and path.meets(row) for path in known):
            yield row.id, f"no row of paths.toml opens {wanted.name} on its days"
    if row.limit is None:
        return
    for path in known:
        is_too_low = path.value_minor_max is not None and path.value_minor_max < row.limit.limit_minor
        if is_too_low and path.privilege and path.path in row.paths and path.modes & modes and path.meets(row):
            yield row.id, f"its privilege {path.id} takes less than its limit {row.limit.id}"
    for mode in sorted(modes):
        open_to_mode = [path for path in known if path.privilege and path.path in row.paths and mode in path.modes]
        if not any(path.covers(row) for path in open_to_mode):
            yield row.id, f"no privilege is open to {mode.name} on all its days"


def exclusions(rows: Rows) -> Iterator[Problem]:
    """Goods: one rule for each HTS number that bars, entries that exist, and flags that the cases can give."""
    for exclusion in rows.exclusions:
        yield from _exclusion(exclusion, rows.paths)
    barring: dict[str, Exclusion] = {}
    for exclusion in rows.exclusions:
        for prefix in exclusion.prefixes if exclusion.bars else ():
            for digits, other in barring.items():
                is_same = prefix.digits.startswith(digits) or digits.startswith(prefix.digits)
                if is_same and exclusion.meets(other):
                    yield exclusion.id, f"hts {prefix.digits} overlaps {digits} of {other.id}"
            barring[prefix.digits] = exclusion
    flags = {exclusion.flag for exclusion in rows.exclusions}
    for case in rows.cases:
        if case.flag not in flags:
            yield case.id, f"flag {case.flag.name} is that of no exclusion"


def _exclusion(exclusion: Exclusion, known: Sequence[Path]) -> Iterator[Problem]:
    if exclusion.flag is None and not exclusion.prefixes:
        yield exclusion.id, "neither a flag nor hts tells which goods it means"
    for word in exclusion.words:
        if word != word.casefold() or word.split() != word.split(" "):
            yield exclusion.id, f"words {word} is not in lower case with single spaces"
    for wanted in exclusion.instead:
        if wanted in exclusion.removes or not any(path.path is wanted and path.meets(exclusion) for path in known):
            yield exclusion.id, f"instead {wanted.name} is not open to it"
    if not exclusion.bars and not exclusion.removes:
        yield exclusion.id, "it neither bars goods nor removes an entry"


def duties(rows: Rows) -> Iterator[Problem]:
    """Duty: one rule for each entry, origin and day, and bands of rates that leave no gap."""
    by_country: dict[tuple[object, str], list[Duty]] = defaultdict(list)
    for duty in rows.duties:
        for path in duty.paths:
            for country in duty.origins or ("",):
                by_country[path, country].append(duty)
        for method in duty.methods:
            yield from _bands(duty, method)
    for found in by_country.values():
        for one, other in combinations(found, 2):
            if one.meets(other):
                yield other.id, f"it overlaps {one.id}: two rules of duty for one entry, origin and day"


def country_rates(rows: Rows) -> Iterator[Problem]:
    """Rates by country: one for each origin and day."""
    for one, other in combinations(rows.country_rates, 2):
        if one.meets(other) and one.origins & other.origins:
            yield other.id, f"it overlaps {one.id}: two rates for one origin and day"
    for rate in rows.country_rates:
        if not rate.origins:
            yield rate.id, "origins names no country"


def _bands(duty: Duty, method: Method) -> Iterator[Problem]:
    if not method.bands:
        return
    if method.bands[0].least != 0:
        yield duty.id, "the first band does not begin at a rate of 0.00"
    begins = [(band.least, 0) if band.least is not None else (band.over or 0, 1) for band in method.bands]
    if begins != sorted(set(begins)):
        yield duty.id, "the bands are not in the order of their rates"

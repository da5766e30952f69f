"""From parsed TOML to rows: every field is asked for by name, and what is not understood is refused.

LawRefused names the row. Nothing has a default: a list that is empty says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.fields import CONFIDENCES, Fields, Sources
from tidewaiter_eligibility.law.rows import (
    BonaFide,
    BrokenDay,
    Clock,
    Exclusion,
    Gift,
    HtsPrefix,
    Limit,
    Path,
    Regime,
    Row,
    Rows,
    Zone,
)
from tidewaiter_eligibility.model import EntryPath, Mode, ReasonCode

EVERY_MODE = "*"

_DISTRICT = re.compile(r"[0-9]{2}")
_PORT = re.compile(r"[0-9]{4}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HTS_PREFIX = re.compile(r"[0-9]{4,10}")
_EXEMPTIONS = {"open": "open", "closed": "closed", "repealed": "repealed"}
_EFFECTS = {"DENY_ALL": "DENY_ALL"}
_CLOCKS = {"PORT_LOCAL_DAY": "PORT_LOCAL_DAY"}
_CLAIMANTS = {"buyer": "buyer", "consignee": "consignee"}
_PATHS = {path.name: path for path in EntryPath if path not in (EntryPath.UNSPECIFIED, EntryPath.NONE)}
_REASONS = {code.name: code for code in ReasonCode if code.name.startswith("EXCLUDED_")}

T = TypeVar("T", bound=Row)


def read_rows(sources: Sources) -> Rows:
    """All rows of all files. LawRefused names the first row that cannot be read."""
    for unknown in sorted(set(sources) - {f"{name}.toml" for name in _FILES}):
        raise LawRefused(row=unknown, problem="no such file of law")
    files = {name: Fields(sources.get(f"{name}.toml"), where=f"{name}.toml") for name in _FILES}
    modes = _mode_classes(files["regimes"].table("mode_classes"))
    limits = _read(files["limits"], "limit", _limit)
    broken_days = _read(files["limits"], "broken_day", _broken_day)
    by_id = {row.id: row for row in limits}
    effects = {row.id: row for row in broken_days}
    rows = Rows(
        clock=_finished(files["regimes"].table("clock"), _clock),
        regimes=_read(files["regimes"], "regime", lambda row: _regime(row, modes, by_id, effects)),
        limits=limits,
        broken_days=broken_days,
        gifts=_read(files["gifts"], "gift", lambda row: _gift(row, by_id, effects)),
        bona_fide=_read(files["gifts"], "bona_fide", _bona_fide),
        exclusions=_read(files["exclusions"], "exclusion", _exclusion),
        paths=_read(files["paths"], "path", lambda row: _path(row, modes)),
        zones=_read(files["ports"], "zone", _zone),
    )
    for file in files.values():
        file.end()
    return rows


_FILES = ("regimes", "limits", "gifts", "exclusions", "paths", "ports")


def _read(file: Fields, kind: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
    return tuple(_finished(row, read) for row in file.tables(kind))


def _finished(row: Fields, read: Callable[[Fields], T]) -> T:
    made = read(row)
    row.end()
    return made


def _mode_classes(table: Fields) -> dict[str, frozenset[Mode]]:
    names = {mode.name: mode for mode in Mode}
    classes = {name: frozenset(table.each_of(name, names)) for name in table.names()}
    if sorted(mode for modes in classes.values() for mode in modes) != sorted(Mode):
        raise table.refuse("the classes do not hold every mode exactly once")
    return {**classes, EVERY_MODE: frozenset(Mode)}


def _clock(row: Fields) -> Clock:
    return Clock(**row.row(), reading=row.one_of("reading", _CLOCKS))


def _limit(row: Fields) -> Limit:
    return Limit(
        **row.row(),
        paragraph=row.text("paragraph"),
        limit_minor=row.dollars("limit_usd"),
        claimant=row.each_of("claimant", _CLAIMANTS),
    )


def _broken_day(row: Fields) -> BrokenDay:
    return BrokenDay(**row.row(), effect=row.one_of("effect", _EFFECTS))


def _regime(
    row: Fields,
    modes: Mapping[str, frozenset[Mode]],
    limits: Mapping[str, Limit],
    effects: Mapping[str, BrokenDay],
) -> Regime:
    exemption = row.one_of("exemption", _EXEMPTIONS)
    is_open = exemption == "open"
    return Regime(
        **row.row(),
        modes=row.one_of("modes", modes),
        origins=frozenset(row.each_like("origins", _COUNTRY)),
        exemption=exemption,
        limit=row.one_of("limit", limits) if is_open else None,
        broken_day=row.one_of("broken_day", effects) if is_open else None,
        paths=row.each_of("paths", _PATHS),
    )


def _gift(row: Fields, limits: Mapping[str, Limit], effects: Mapping[str, BrokenDay]) -> Gift:
    return Gift(
        **row.row(),
        sent_from=frozenset(row.each_like("sent_from", _COUNTRY)),
        limit=row.one_of("limit", limits),
        broken_day=row.one_of("broken_day", effects),
        paths=row.each_of("paths", _PATHS),
    )


def _bona_fide(row: Fields) -> BonaFide:
    return BonaFide(
        **row.row(),
        customs_territory=frozenset(row.each_like("customs_territory", _COUNTRY)),
    )


def _exclusion(row: Fields) -> Exclusion:
    return Exclusion(
        **row.row(),
        reason=row.one_of("reason", _REASONS),
        goods=row.text("goods"),
        removes=frozenset(row.each_of("removes", _PATHS)),
        free_minor=row.optional_dollars("free_usd"),
        prefixes=tuple(prefix for group in row.tables("hts") for prefix in _prefixes(group)),
        words=row.texts("words"),
        words_confidence=row.one_of("words_confidence", CONFIDENCES),
    )


def _prefixes(group: Fields) -> list[HtsPrefix]:
    confidence = group.one_of("confidence", CONFIDENCES)
    found = [HtsPrefix(digits=digits, confidence=confidence) for digits in group.each_like("prefixes", _HTS_PREFIX)]
    group.text("note")
    group.end()
    return found


def _path(row: Fields, modes: Mapping[str, frozenset[Mode]]) -> Path:
    return Path(
        **row.row(),
        path=row.one_of("path", _PATHS),
        modes=row.one_of("modes", modes),
        privilege=row.flag("privilege"),
        value_minor_max=row.optional_dollars("value_usd_max"),
        when_none_fits=row.optional_flag("when_none_fits"),
    )


def _zone(row: Fields) -> Zone:
    return Zone(
        **row.row(),
        zone=row.text("zone"),
        districts=frozenset(row.each_like("districts", _DISTRICT)),
        ports=frozenset(row.each_like("ports", _PORT)),
    )

"""From parsed TOML to rows: every field is asked for by name, and what is not understood is refused.

LawRefused names the row. Nothing that decides has a default: a list that is empty says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law import kinds
from tidewaiter_eligibility.law.all_rows import Rows
from tidewaiter_eligibility.law.fields import Fields, Sources
from tidewaiter_eligibility.law.rows import Row
from tidewaiter_eligibility.model import Mode

FILES = ("regimes", "limits", "gifts", "exclusions", "paths", "duties", "ports")
OPTIONAL_FILES = ("cases",)
"""What no law of its own comes with: an operator's lists."""
FILE_NAMES = tuple(f"{name}.toml" for name in (*FILES, *OPTIONAL_FILES))
EVERY_MODE = "*"

T = TypeVar("T", bound=Row)


def read_rows(sources: Sources) -> Rows:
    """All rows of all files. LawRefused names the first row that cannot be read."""
    for unknown in sorted(set(sources) - set(FILE_NAMES)):
        raise LawRefused(row=unknown, problem="no such file of law")
    files = {name: Fields(sources.get(f"{name}.toml"), where=f"{name}.toml") for name in FILES}
    files |= {name: Fields(sources.get(f"{name}.toml", {}), where=f"{name}.toml") for name in OPTIONAL_FILES}
    limits = _read(files["limits"], "limit", kinds.limit)
    known = kinds.Known(
        modes=_mode_classes(files["regimes"].table("mode_classes")),
        limits={row.id: row for row in limits},
    )
    rows = Rows(
        clocks=_read(files["regimes"], "clock", kinds.clock),
        regimes=_read(files["regimes"], "regime", lambda row: kinds.regime(row, known)),
        kept_open=_read(files["regimes"], "kept_open", lambda row: kinds.kept_open(row, known)),
        limits=limits,
        broken_days=_read(files["limits"], "broken_day", kinds.broken_day),
        single_orders=_read(files["limits"], "single_order", kinds.single_order),
        conversions=_read(files["limits"], "conversion", kinds.conversion),
        penalties=_read(files["limits"], "penalty", kinds.penalty),
        gifts=_read(files["gifts"], "gift", lambda row: kinds.gift(row, known)),
        bona_fide=_read(files["gifts"], "bona_fide", kinds.bona_fide),
        exclusions=_read(files["exclusions"], "exclusion", lambda row: kinds.exclusion(row, known)),
        cases=_read_any(files["cases"], "case", kinds.case),
        paths=_read(files["paths"], "path", lambda row: kinds.path(row, known)),
        duties=_read(files["duties"], "duty", kinds.duty),
        country_rates=_read_any(files["duties"], "country_rate", kinds.country_rate),
        zones=_read(files["ports"], "zone", kinds.zone),
    )
    for file in files.values():
        file.end()
    return rows


def _read(file: Fields, kind: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
    return tuple(_finished(row, read) for row in file.tables(kind))


def _read_any(file: Fields, kind: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
    return tuple(_finished(row, read) for row in file.optional_tables(kind))


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

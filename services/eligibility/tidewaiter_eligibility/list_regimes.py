"""ListRegimes: the rows of the law, filtered: regimes and gifts as such, and on request every row in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Gift, Regime, Row
from tidewaiter_eligibility.law.words import countries_of, modes_of, says
from tidewaiter_eligibility.model import EntryPath, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRegime:
    """One regime or gift allowance as it is shown. No modes or countries: all of them. `limit_minor` while open."""

    row: Row
    modes: tuple[Mode, ...]
    origin_countries: tuple[str, ...]
    exemption: str
    limit_minor: int | None
    entry_paths: tuple[EntryPath, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """One row of any kind as it is shown, `says` being what it says in a sentence."""

    kind: str
    row: Row
    modes: tuple[Mode, ...]
    countries: tuple[str, ...]
    says: str


def list_regimes(law: Law, *, on: date | None, origin_country: str, mode: Mode | None) -> Sequence[ListedRegime]:
    """The regimes and gift allowances that cover the day, origin and mode, each None or "" for any.

    With a day and an origin only what governs is listed: a row for every origin gives way to one that names it.
    """
    regimes: Iterable[Regime] = (row for row in law.rows.regimes if _covers(row, on, origin_country, mode))
    gifts: Iterable[Gift] = (row for row in law.rows.gifts if _covers(row, on, origin_country, mode))
    if on is not None and origin_country:
        modes = Mode if mode is None else (mode,)
        governing = {law.regime(each, origin_country, on) for each in modes}
        regimes = [row for row in regimes if row in governing]
        gifts = [row for row in gifts if row is law.gift(origin_country, on)]
    listed = [*map(_regime, regimes), *map(_gift, gifts)]
    return sorted(listed, key=lambda each: (each.row.first_day, each.row.id))


def list_rows(law: Law, *, on: date | None, origin_country: str, mode: Mode | None) -> Sequence[ListedRow]:
    """The rows of every kind that cover the day, origin and mode; of regimes and gifts those that `list_regimes` does.

    In the order of their kinds, and within one by first day and id.
    """
    governing = {each.row for each in list_regimes(law, on=on, origin_country=origin_country, mode=mode)}
    return [
        ListedRow(kind=kind, row=row, modes=modes_of(row), countries=countries_of(row), says=says(row))
        for kind, rows in law.rows.kinds().items()
        for row in sorted(rows, key=lambda row: (row.first_day, row.id))
        if (row in governing if isinstance(row, Regime | Gift) else _covers(row, on, origin_country, mode))
    ]


def _covers(row: Row, on: date | None, country: str, mode: Mode | None) -> bool:
    modes, countries = modes_of(row), countries_of(row)
    return (
        (on is None or row.in_force(on))
        and (mode is None or not modes or mode in modes)
        and (not country or not countries or country in countries)
    )


def _regime(row: Regime) -> ListedRegime:
    return ListedRegime(
        row=row,
        modes=modes_of(row),
        origin_countries=countries_of(row),
        exemption=row.exemption,
        limit_minor=None if row.limit is None else row.limit.limit_minor,
        entry_paths=row.paths,
    )


def _gift(row: Gift) -> ListedRegime:
    return ListedRegime(
        row=row,
        modes=(),
        origin_countries=countries_of(row),
        exemption="open",
        limit_minor=row.limit.limit_minor,
        entry_paths=row.paths,
    )

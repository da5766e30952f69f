"""ListRegimes: the rows of the law, filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.rows import Gift, Regime
from tidewaiter_eligibility.model import Confidence, EntryPath, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRegime:
    """One row as it is shown. No modes or origins: all of them. `limit_minor` in cents while open."""

    regime_id: str
    first_day: date
    end_day: date | None
    modes: tuple[Mode, ...]
    origin_countries: tuple[str, ...]
    exemption: str
    limit_minor: int | None
    entry_paths: tuple[EntryPath, ...]
    citation: str
    confidence: Confidence
    note: str


def list_regimes(law: Law, *, on: date | None, origin_country: str, mode: Mode | None) -> Sequence[ListedRegime]:
    """The regimes and gift allowances that cover the day, origin and mode, each None or "" for any.

    With a day and an origin only what governs is listed: a row for every origin gives way to one that names it.
    """
    regimes = [row for row in law.rows.regimes if _covers(row, on, origin_country, mode)]
    if on is not None and origin_country:
        modes = Mode if mode is None else (mode,)
        governing = {law.regime(each, origin_country, on) for each in modes}
        regimes = [row for row in regimes if row in governing]
    gifts = [row for row in law.rows.gifts if on is None or row.in_force(on)]
    if origin_country:
        gifts = [row for row in gifts if not row.sent_from or origin_country in row.sent_from]
        if on is not None:
            gifts = [row for row in gifts if row is law.gift(origin_country, on)]
    listed = [*map(_regime, regimes), *map(_gift, gifts)]
    return sorted(listed, key=lambda row: (row.first_day, row.regime_id))


def _covers(row: Regime, on: date | None, origin_country: str, mode: Mode | None) -> bool:
    return (
        (on is None or row.in_force(on))
        and (mode is None or mode in row.modes)
        and (not origin_country or not row.origins or origin_country in row.origins)
    )


def _regime(row: Regime) -> ListedRegime:
    return ListedRegime(
        regime_id=row.id,
        first_day=row.first_day,
        end_day=row.end_day,
        modes=() if row.modes == frozenset(Mode) else tuple(sorted(row.modes)),
        origin_countries=tuple(sorted(row.origins)),
        exemption=row.exemption,
        limit_minor=None if row.limit is None else row.limit.limit_minor,
        entry_paths=row.paths,
        citation=row.citation,
        confidence=row.confidence,
        note=row.note,
    )


def _gift(row: Gift) -> ListedRegime:
    return ListedRegime(
        regime_id=row.id,
        first_day=row.first_day,
        end_day=row.end_day,
        modes=(),
        origin_countries=tuple(sorted(row.sent_from)),
        exemption="open",
        limit_minor=row.limit.limit_minor,
        entry_paths=row.paths,
        citation=row.citation,
        confidence=row.confidence,
        note=row.note,
    )

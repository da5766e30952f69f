"""Rates of exchange by day, from a table that the operator supplies. Exact: a rate is a whole number over 10^12."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from tidewaiter_eligibility.errors import LawRefused
from tidewaiter_eligibility.law.dated import Dated
from tidewaiter_eligibility.model import CURRENCY

RATE_PLACES = 12
_COLUMNS = ("currency", "from", "to", "usd_per_unit", "source")
_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = re.compile(rf"([0-9]{{1,9}})(?:\.([0-9]{{1,{RATE_PLACES}}}))?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rate:
    """Dollars for one unit of a currency, on the days [first_day, end_day); `end_day` None is open-ended."""

    currency_code: str
    first_day: date
    end_day: date | None
    text: str
    scaled: int
    source: str


class Exchange:
    """The rates on record, by currency and day."""

    def __init__(self, rates: Sequence[Rate] = ()) -> None:
        self.rates = tuple(rates)
        by_currency: dict[str, list[Rate]] = defaultdict(list)
        for rate in rates:
            by_currency[rate.currency_code].append(rate)
        self._tables = {currency: Dated(found) for currency, found in by_currency.items()}

    def rate(self, currency_code: str, day: date) -> Rate | None:
        """The rate in force on that day; None when there is none, and then nothing may be converted."""
        table = self._tables.get(currency_code)
        return None if table is None else table.at(day)


def read_rates(file: Path) -> Exchange:
    """The rates of a CSV file with the columns currency, from, to, usd_per_unit and source, in any order of rows.

    LawRefused names the line that is incomplete, malformed or overlaps another.
    """
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            reader = csv.DictReader(opened, strict=True)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise LawRefused(row=file.name, problem=f"its first line is not {','.join(_COLUMNS)}")
            rates = [_rate(row, f"{file.name} line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LawRefused(row=file.name, problem=f"it cannot be read: {error}") from error
    _refuse_overlaps(rates, file.name)
    return Exchange(rates)


def _rate(row: Mapping[str, str | None], where: str) -> Rate:
    if None in row or None in row.values():
        raise LawRefused(row=where, problem=f"it does not have {len(_COLUMNS)} columns")
    cells = {name: (row[name] or "").strip() for name in _COLUMNS}
    if not _CURRENCY.fullmatch(cells["currency"]) or cells["currency"] == CURRENCY:
        problem = f"currency {cells['currency']} is not three capital letters other than {CURRENCY}"
        raise LawRefused(row=where, problem=problem)
    match = _RATE.fullmatch(cells["usd_per_unit"])
    scaled = int(match[1] + (match[2] or "").ljust(RATE_PLACES, "0")) if match else 0
    if scaled == 0:
        problem = f"usd_per_unit {cells['usd_per_unit']} is not a decimal above 0 with at most {RATE_PLACES} places"
        raise LawRefused(row=where, problem=problem)
    if not cells["source"]:
        raise LawRefused(row=where, problem="source is missing")
    first_day, end_day = _day(cells["from"], where), _day(cells["to"], where) if cells["to"] else None
    if end_day is not None and end_day <= first_day:
        raise LawRefused(row=where, problem="to is not after from")
    return Rate(
        currency_code=cells["currency"],
        first_day=first_day,
        end_day=end_day,
        text=cells["usd_per_unit"],
        scaled=scaled,
        source=cells["source"],
    )


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LawRefused(row=where, problem=f"{text or 'from'} is not a day such as 2026-01-01") from None


def _refuse_overlaps(rates: Sequence[Rate], name: str) -> None:
    by_day = sorted(rates, key=lambda rate: (rate.currency_code, rate.first_day))
    for one, following in pairwise(by_day):
        is_same = one.currency_code == following.currency_code
        if is_same and (one.end_day is None or following.first_day < one.end_day):
            problem = f"two rates of {one.currency_code} are in force on {following.first_day}"
            raise LawRefused(row=name, problem=problem)

"""The law of a day, looked up: which regime, allowance, goods, entries, duty and zone govern.

Made once at start from rows that were cross-checked; tables are prepared per key and bisected by day, so that a
look-up does not grow with the number of rows. Nothing here changes afterwards but the caches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from tidewaiter_eligibility.law.all_rows import Rows
from tidewaiter_eligibility.law.dated import Dated
from tidewaiter_eligibility.law.duty_rows import CountryRate, Duty
from tidewaiter_eligibility.law.exchange import Exchange
from tidewaiter_eligibility.law.goods_book import GoodsBook
from tidewaiter_eligibility.law.rows import (
    BonaFide,
    BrokenDay,
    Clock,
    ClockReading,
    Conversion,
    Gift,
    KeptOpen,
    Limit,
    Path,
    Regime,
    Row,
    SingleOrder,
)
from tidewaiter_eligibility.model import EntryPath, Mode

_STRICTNESS = {"open": 0, "unknown": 1, "closed": 2, "repealed": 3}
_CACHED_MAX = 8192

R = TypeVar("R", bound=Row)


class Law:
    """Answers by day. `version` is the SHA-256 of the data, hex; the order of rows does not change it."""

    def __init__(self, *, rows: Rows, version: str, exchange: Exchange | None = None) -> None:
        self.rows = rows
        self.exchange = exchange or Exchange()
        self.version = version
        self.zones = {row.zone: ZoneInfo(row.zone) for row in rows.zones}
        self.goods = GoodsBook(rows)
        self.last_path = next(row for row in rows.paths if row.when_none_fits)
        self._by_id: dict[str, Row] = {row.id: row for kind in rows.kinds().values() for row in kind}
        self._zone_of = {code: row.zone for row in rows.zones for code in (*row.districts, *row.ports)}
        self._clocks = {reading: Dated(row for row in rows.clocks if row.reading is reading) for reading in Clock}
        self._regimes = {
            mode: _by_country((row for row in rows.regimes if mode in row.modes), lambda row: row.origins)
            for mode in Mode
        }
        self._gifts = _by_country(rows.gifts, lambda row: row.sent_from)
        self._rates = _by_country(rows.country_rates, lambda row: row.origins)
        self._kept_open = Dated(rows.kept_open)
        self._limits = {
            paragraph: Dated(row for row in rows.limits if row.paragraph == paragraph)
            for paragraph in {row.paragraph for row in rows.limits}
        }
        self._broken_days = Dated(rows.broken_days)
        self._single_orders = {
            paragraph: Dated(row for row in rows.single_orders if row.paragraph == paragraph)
            for paragraph in {row.paragraph for row in rows.single_orders}
        }
        self._conversions = Dated(rows.conversions)
        self._bona_fide = Dated(rows.bona_fide)
        self._paths = {
            (path, mode): Dated(row for row in rows.paths if row.path is path and mode in row.modes)
            for path in EntryPath
            for mode in Mode
        }
        self._duties = {
            path: _by_country((row for row in rows.duties if path in row.paths), lambda row: row.origins)
            for path in {path for row in rows.duties for path in row.paths}
        }
        self.privileges = lru_cache(_CACHED_MAX)(self._privileges)
        self.entries = lru_cache(_CACHED_MAX)(self._entries)

    def clock(self, reading: Clock, day: date) -> ClockReading:
        """How a clock is read on that day, which is on record."""
        found = self._clocks[reading].at(max(day, self.rows.first_day))
        assert found is not None, "the rows were cross-checked"
        return found

    def row(self, name: str) -> Row | None:
        """The row of that id, of whatever kind."""
        return self._by_id.get(name)

    def zone(self, port: str) -> str:
        """The IANA zone of a Schedule D port: by its own row, else by its district; "" when neither is known."""
        return self._zone_of.get(port) or self._zone_of.get(port[:2], "")

    def regime(self, mode: Mode, origin: str, day: date) -> Regime | None:
        """The regime for goods of one origin: a row that names it before a row for all. None when none does."""
        return _of(self._regimes[mode], origin).at(day)

    def regime_of_all(self, mode: Mode, origins: Collection[str], day: date) -> Regime | None:
        """The strictest regime among those of the origins: one closed origin closes the shipment."""
        tables = self._regimes[mode]
        if len(origins) == 1:
            return _of(tables, next(iter(origins))).at(day)
        found = {regime for origin in origins if (regime := _of(tables, origin).at(day)) is not None}
        return min(found, key=lambda regime: (-_STRICTNESS[regime.exemption], regime.id), default=None)

    def origins_named(self, mode: Mode) -> Iterable[str]:
        """The origins that have a regime of their own on some day; "" stands for every other one."""
        return self._regimes[mode].keys()

    def kept_open(self, day: date) -> KeptOpen | None:
        """Which goods a closed regime does not reach on that day."""
        return self._kept_open.at(day)

    def limit(self, paragraph: str, day: date) -> Limit | None:
        """What one person may import free on that local day under a paragraph that some row names."""
        return self._limits[paragraph].at(day)

    def broken_day(self, day: date) -> BrokenDay | None:
        """What it costs when that local day is over its limit."""
        return self._broken_days.at(day)

    def gift(self, sent_from: str, day: date) -> Gift | None:
        """The allowance for gifts sent from that country on that day."""
        return _of(self._gifts, sent_from).at(day)

    def gifts(self, day: date) -> list[Gift]:
        """Every allowance in force on that day."""
        return list({row.id: row for table in self._gifts.values() if (row := table.at(day)) is not None}.values())

    def single_order(self, paragraph: str, day: date) -> SingleOrder | None:
        """The rule on lots of one order under that paragraph on that day."""
        found = self._single_orders.get(paragraph)
        return None if found is None else found.at(day)

    def conversion(self, day: date) -> Conversion | None:
        """Which day's rate of exchange counts, by the rule of that day."""
        return self._conversions.at(day)

    def bona_fide(self, day: date) -> BonaFide | None:
        """What makes a gift one on that day."""
        return self._bona_fide.at(day)

    def _privileges(self, wanted: tuple[EntryPath, ...], mode: Mode, day: date) -> tuple[Path, ...]:
        """The rows of those privileges that are open to that mode on that day, in the order wanted."""
        return tuple(row for row in self._open_paths(wanted, mode, day) if row.privilege)

    def _entries(self, wanted: tuple[EntryPath, ...], mode: Mode, day: date) -> tuple[Path, ...]:
        """The same of the entries that are no privileges."""
        return tuple(row for row in self._open_paths(wanted, mode, day) if not row.privilege)

    def _open_paths(self, wanted: tuple[EntryPath, ...], mode: Mode, day: date) -> Iterator[Path]:
        return (row for path in wanted if (row := self._paths[path, mode].at(day)) is not None)

    def has_duty(self, path: EntryPath) -> bool:
        """Whether any rule of duty speaks of that entry."""
        return path in self._duties

    def duties(self, path: EntryPath, origins: Iterable[str], day: date) -> tuple[Duty, ...]:
        """The rules of duty for goods of those origins that use an entry: each once, by its id."""
        tables = self._duties.get(path, {"": Dated()})
        found = {row.id: row for origin in origins if (row := _of(tables, origin).at(day)) is not None}
        return tuple(found[each] for each in sorted(found))

    def country_rate(self, origin: str, day: date) -> CountryRate | None:
        """The rate by which duties go that depend on the country; None when nobody has supplied one."""
        return _of(self._rates, origin).at(day)

    def edges(self) -> list[date]:
        """Every day on which something in the law begins or ends, in order."""
        found = {day for rows in self.rows.kinds().values() for row in rows for day in (row.first_day, row.end_day)}
        return sorted(day for day in found if day is not None)


def _by_country(rows: Iterable[R], countries: Callable[[R], frozenset[str]]) -> dict[str, Dated[R]]:
    """A table for each country that a row names, those for every other one beneath; "" stands for the others."""
    named: dict[str, list[R]] = defaultdict(list)
    for row in rows:
        for country in countries(row) or ("",):
            named[country].append(row)
    general = Dated(named.pop("", []))
    return {"": general, **{country: Dated(found).over(general) for country, found in named.items()}}


def _of(tables: dict[str, Dated[R]], country: str) -> Dated[R]:
    return tables.get(country) or tables[""]

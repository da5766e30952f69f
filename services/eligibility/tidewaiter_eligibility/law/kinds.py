"""How a row of each kind is read. LawRefused names the row whose field is missing, malformed or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tidewaiter_eligibility.law.duty_rows import Band, CountryRate, Duty, Method
from tidewaiter_eligibility.law.fields import CONFIDENCES, Fields
from tidewaiter_eligibility.law.rows import (
    BonaFide,
    BrokenDay,
    Case,
    Clock,
    ClockReading,
    Conversion,
    Exclusion,
    Gift,
    HtsPrefix,
    KeptOpen,
    Limit,
    Path,
    Penalty,
    Regime,
    SingleOrder,
    Zone,
)
from tidewaiter_eligibility.model import DutyMethod, EntryPath, GoodsFlag, Mode, ReasonCode
from tidewaiter_eligibility.person import Likeness

_DISTRICT = re.compile(r"[0-9]{2}")
_PORT = re.compile(r"[0-9]{4}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_HTS_PREFIX = re.compile(r"[0-9]{2}|[0-9]{4,10}")
_RULE_ID = re.compile(r"\S+")
_EXEMPTIONS = {each: each for each in ("open", "unknown", "closed", "repealed")}
_MIGHT_BE_OPEN = frozenset({"open", "unknown"})
_EFFECTS = {"DENY_ALL": "DENY_ALL", "DENY_MARGINAL": "DENY_MARGINAL"}
_RATE_DAYS = {"ARRIVAL_DAY": "ARRIVAL_DAY"}
_CLAIMANTS = {"buyer": "buyer", "consignee": "consignee"}
_LIKENESSES = {likeness.value: likeness for likeness in Likeness}
_CLOCKS = {clock.name: clock for clock in Clock}
_PATHS = {path.name: path for path in EntryPath if path is not EntryPath.UNSPECIFIED}
_REASONS = {code.name: code for code in ReasonCode if code.name.startswith("EXCLUDED_")}
_FLAGS = {flag.name: flag for flag in GoodsFlag}
_METHODS = {method.name: method for method in DutyMethod}
_SECONDS_OF_DAY = 86_399


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rows refer to by name."""

    modes: Mapping[str, frozenset[Mode]]
    limits: Mapping[str, Limit]


def clock(row: Fields) -> ClockReading:
    """A [[clock]] of regimes.toml."""
    return ClockReading(
        **row.row(),
        reading=row.one_of("reading", _CLOCKS),
        zone=row.optional_text("zone"),
        seconds_after_midnight=row.whole_number("seconds_after_midnight", high=_SECONDS_OF_DAY),
    )


def limit(row: Fields) -> Limit:
    """A [[limit]] of limits.toml."""
    return Limit(
        **row.row(),
        paragraph=row.text("paragraph"),
        limit_minor=row.dollars("limit_usd"),
        claimant=row.some_of("claimant", _CLAIMANTS),
        likeness=row.one_of("likeness", _LIKENESSES),
    )


def broken_day(row: Fields) -> BrokenDay:
    """A [[broken_day]] of limits.toml."""
    return BrokenDay(**row.row(), effect=row.one_of("effect", _EFFECTS))


def single_order(row: Fields) -> SingleOrder:
    """A [[single_order]] of limits.toml."""
    return SingleOrder(**row.row(), paragraph=row.text("paragraph"))


def conversion(row: Fields) -> Conversion:
    """A [[conversion]] of limits.toml."""
    return Conversion(**row.row(), reading=row.one_of("reading", _RATE_DAYS))


def penalty(row: Fields) -> Penalty:
    """A [[penalty]] of limits.toml."""
    return Penalty(**row.row(), first_minor=row.dollars("first_usd_max"), later_minor=row.dollars("later_usd_max"))


def regime(row: Fields, known: Known) -> Regime:
    """A [[regime]] of regimes.toml."""
    exemption = row.one_of("exemption", _EXEMPTIONS)
    return Regime(
        **row.row(),
        modes=row.one_of("modes", known.modes),
        origins=frozenset(row.each_like("origins", _COUNTRY)),
        exemption=exemption,
        limit=row.one_of("limit", known.limits) if exemption in _MIGHT_BE_OPEN else None,
        paths=row.each_of("paths", _PATHS),
        excludes=frozenset(row.optional_each_like("excludes", _RULE_ID)),
    )


def kept_open(row: Fields, known: Known) -> KeptOpen:
    """A [[kept_open]] of regimes.toml."""
    return KeptOpen(
        **row.row(),
        flags=frozenset(row.some_of("flags", _FLAGS)),
        limit=row.one_of("limit", known.limits),
        paths=row.each_of("paths", _PATHS),
    )


def gift(row: Fields, known: Known) -> Gift:
    """A [[gift]] of gifts.toml."""
    return Gift(
        **row.row(),
        sent_from=frozenset(row.each_like("sent_from", _COUNTRY)),
        limit=row.one_of("limit", known.limits),
        paths=row.each_of("paths", _PATHS),
    )


def bona_fide(row: Fields) -> BonaFide:
    """A [[bona_fide]] of gifts.toml."""
    return BonaFide(**row.row(), customs_territory=frozenset(row.each_like("customs_territory", _COUNTRY)))


def exclusion(row: Fields, known: Known) -> Exclusion:
    """An [[exclusion]] of exclusions.toml."""
    return Exclusion(
        **row.row(),
        reason=row.one_of("reason", _REASONS),
        goods=row.text("goods"),
        modes=row.one_of("modes", known.modes),
        bars=row.flag("bars"),
        where_named=row.optional_flag("where_named"),
        removes=frozenset(row.each_of("removes", _PATHS)),
        instead=row.optional_each_of("instead", _PATHS),
        free_minor=row.optional_dollars("free_usd"),
        flag=row.optional_one_of("flag", _FLAGS),
        prefixes=tuple(prefix for group in row.optional_tables("hts") for prefix in _prefixes(group)),
        words=row.texts("words"),
        words_confidence=row.one_of("words_confidence", CONFIDENCES),
    )


def _prefixes(group: Fields) -> list[HtsPrefix]:
    confidence = group.one_of("confidence", CONFIDENCES)
    found = [HtsPrefix(digits=digits, confidence=confidence) for digits in group.each_like("prefixes", _HTS_PREFIX)]
    group.text("note")
    group.end()
    return found


def case(row: Fields) -> Case:
    """A [[case]] of cases.toml."""
    prefixes = row.each_like("hts", _HTS_PREFIX)
    if not prefixes:
        raise row.refuse("hts is empty: no goods would be meant")
    return Case(
        **row.row(),
        flag=row.one_of("flag", _FLAGS),
        goods=row.text("goods"),
        prefixes=prefixes,
        origins=frozenset(row.each_like("origins", _COUNTRY)),
        certain=row.flag("certain"),
    )


def path(row: Fields, known: Known) -> Path:
    """A [[path]] of paths.toml."""
    return Path(
        **row.row(),
        path=row.one_of("path", _PATHS),
        name=row.text("name"),
        modes=row.one_of("modes", known.modes),
        privilege=row.flag("privilege"),
        value_minor_max=row.optional_dollars("value_usd_max"),
        when_none_fits=row.optional_flag("when_none_fits"),
        hts_digits=row.whole_number("hts_digits", high=10),
        may_file=row.text("may_file"),
        bond=row.text("bond"),
    )


def duty(row: Fields) -> Duty:
    """A [[duty]] of duties.toml."""
    return Duty(
        **row.row(),
        paths=frozenset(row.some_of("paths", _PATHS)),
        origins=frozenset(row.each_like("origins", _COUNTRY)),
        methods=tuple(_method(method) for method in row.tables("method")),
    )


def _method(row: Fields) -> Method:
    kind = row.one_of("kind", _METHODS)
    by_country = kind is not DutyMethod.BY_TARIFF and row.flag("by_country")
    method = Method(
        kind=kind,
        confidence=row.one_of("confidence", CONFIDENCES),
        by_country=by_country,
        percent=row.percent("percent") if kind is DutyMethod.AD_VALOREM and not by_country else None,
        amount_minor=row.dollars("amount_usd") if kind is DutyMethod.SPECIFIC and not by_country else None,
        bands=tuple(_bands(row)) if kind is DutyMethod.SPECIFIC and by_country else (),
    )
    row.text("note")
    row.end()
    return method


def _bands(row: Fields) -> list[Band]:
    bands = []
    for band in row.tables("band"):
        least, over = band.optional_percent("rate_least"), band.optional_percent("rate_over")
        if (least is None) == (over is None):
            raise band.refuse("either rate_least or rate_over says where it begins")
        bands.append(Band(least=least, over=over, amount_minor=band.dollars("amount_usd")))
        band.end()
    return bands


def country_rate(row: Fields) -> CountryRate:
    """A [[country_rate]] of duties.toml."""
    return CountryRate(
        **row.row(), origins=frozenset(row.each_like("origins", _COUNTRY)), percent=row.percent("percent")
    )


def zone(row: Fields) -> Zone:
    """A [[zone]] of ports.toml."""
    return Zone(
        **row.row(),
        zone=row.text("zone"),
        districts=frozenset(row.each_like("districts", _DISTRICT)),
        ports=frozenset(row.each_like("ports", _PORT)),
    )

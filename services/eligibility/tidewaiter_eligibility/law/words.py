"""What a row of each kind says, in one sentence for a person, and whom it is about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from tidewaiter_eligibility.law.duty_rows import CountryRate, Duty, Method
from tidewaiter_eligibility.law.rows import (
    BonaFide,
    BrokenDay,
    Case,
    ClockReading,
    Conversion,
    Exclusion,
    Gift,
    KeptOpen,
    Limit,
    Path,
    Penalty,
    Regime,
    Row,
    SingleOrder,
    Zone,
)
from tidewaiter_eligibility.model import EntryPath, Mode


def dollars(minor: int) -> str:
    """Cents as $1,234.56."""
    return f"${minor // 100:,}.{minor % 100:02d}"


def percent(hundredths: int) -> str:
    """Hundredths of a percent as 12.50 %."""
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def spoken(name: str) -> str:
    """TYPE_11 as type 11."""
    return name.lower().replace("_", " ")


def modes_of(row: Row) -> tuple[Mode, ...]:
    """The modes that the row is about; none: all of them."""
    modes = row.modes if isinstance(row, Regime | Exclusion | Path) else frozenset(Mode)
    return () if modes == frozenset(Mode) else tuple(sorted(modes))


def countries_of(row: Row) -> tuple[str, ...]:
    """The countries that the row is about; none: every one, or every one that no other row names."""
    if isinstance(row, Gift):
        return tuple(sorted(row.sent_from))
    return tuple(sorted(row.origins)) if isinstance(row, Regime | Case | Duty | CountryRate) else ()


@singledispatch
def says(row: Row) -> str:
    """What the row says."""
    raise TypeError(f"no words for a {type(row).__name__}")


@says.register
def _(row: ClockReading) -> str:
    zone = row.zone or "the zone of the port"
    return f"{row.reading.value}: a day begins {row.seconds_after_midnight} seconds after midnight in {zone}."


@says.register
def _(row: Regime) -> str:
    limit = "" if row.limit is None else f", up to {dollars(row.limit.limit_minor)} for one person on one day"
    excludes = f"; also bars {', '.join(sorted(row.excludes))}" if row.excludes else ""
    if row.exemption == "unknown":
        return f"Whether the exemption is open is not on record; if so{limit}; entries: {_paths(row.paths)}{excludes}."
    return f"The exemption is {row.exemption}{limit}; entries: {_paths(row.paths)}{excludes}."


@says.register
def _(row: KeptOpen) -> str:
    goods = ", ".join(spoken(flag.name) for flag in sorted(row.flags))
    return f"A closing does not reach {goods}, up to {dollars(row.limit.limit_minor)} for one person on one day."


@says.register
def _(row: Limit) -> str:
    return f"{dollars(row.limit_minor)} for one person on one day under {row.paragraph}."


@says.register
def _(row: BrokenDay) -> str:
    return f"A day over its limit: {spoken(row.effect)}."


@says.register
def _(row: SingleOrder) -> str:
    return f"Lots of one order count together under {row.paragraph}, on whatever days; over the limit none passes."


@says.register
def _(row: Conversion) -> str:
    return f"The rate of exchange that counts is that of the {spoken(row.reading)}."


@says.register
def _(row: Penalty) -> str:
    return f"Up to {dollars(row.first_minor)} the first time, up to {dollars(row.later_minor)} each later time."


@says.register
def _(row: Gift) -> str:
    return f"Bona-fide gifts up to {dollars(row.limit.limit_minor)} to one person on one day."


@says.register
def _(row: BonaFide) -> str:
    return (
        f"A gift comes from a donor outside {', '.join(sorted(row.customs_territory))}, and is not sold to the donee."
    )


@says.register
def _(row: Exclusion) -> str:
    told = [f"HTS {', '.join(prefix.digits for prefix in row.prefixes)}"] if row.prefixes else []
    told += [f"flag {spoken(row.flag.name)}"] if row.flag else []
    over = "" if row.free_minor is None else f" in a shipment over {dollars(row.free_minor)}"
    named = f" under a regime that names {row.id}" if row.where_named else ""
    effects = [f"never pass{over}{named}"] if row.bars else []
    effects += [f"may not use {_paths(sorted(row.removes))}"] if row.removes else []
    effects += [f"need {_paths(row.instead)}"] if row.instead else []
    return f"{_capital(row.goods)} ({'; '.join(told)}): {'; '.join(effects)}."


@says.register
def _(row: Case) -> str:
    sure = "is" if row.certain else "may be"
    return f"HTS {', '.join(row.prefixes)} {sure} {row.goods} (flag {spoken(row.flag.name)})."


@says.register
def _(row: Path) -> str:
    band = "" if row.value_minor_max is None else f" up to {dollars(row.value_minor_max)}"
    digits = f"; HTS numbers of {row.hts_digits} digits" if row.hts_digits else ""
    return f"{_capital(row.name)}{band}; filed by: {row.may_file}; bond: {row.bond}{digits}."


@says.register
def _(row: Duty) -> str:
    return f"On {_paths(sorted(row.paths))}: {'; or '.join(_method(method) for method in row.methods)}."


def _method(method: Method) -> str:
    if method.percent is not None:
        return f"{percent(method.percent)} of the value"
    if method.amount_minor is not None:
        return f"{dollars(method.amount_minor)} for each item"
    if not method.by_country:
        return "all duties, taxes and fees by the tariff"
    if not method.bands:
        return "the country's rate of the value"
    bands = (
        f"{dollars(band.amount_minor)} "
        + (f"from {percent(band.least)}" if band.least is not None else f"over {percent(band.over or 0)}")
        for band in method.bands
    )
    return f"by the country's rate {', '.join(bands)} for each item"


@says.register
def _(row: CountryRate) -> str:
    return f"{percent(row.percent)} for duties that go by country."


@says.register
def _(row: Zone) -> str:
    districts, ports = (", ".join(sorted(codes)) or "none" for codes in (row.districts, row.ports))
    return f"{row.zone}: districts {districts}; single ports {ports}."


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _paths(paths: Iterable[EntryPath]) -> str:
    return ", ".join(spoken(path.name) for path in paths)

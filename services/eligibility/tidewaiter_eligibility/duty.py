"""The duty that is due on an entry, where the law of the day computes it from the value or the item: to the cent.

A percentage of a whole number of cents is rounded half up to a cent; no text read says how, so that this is inferred.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.law.duty_rows import CountryRate, Method
from tidewaiter_eligibility.law.duty_rows import Duty as DutyRow
from tidewaiter_eligibility.law.words import dollars, percent
from tidewaiter_eligibility.model import Duty, DutyMethod, EntryPath, Item
from tidewaiter_eligibility.reasons import doubtful

_HUNDREDTHS = 10_000
"""Hundredths of a percent in a whole."""
_BY_TARIFF = "all duties, taxes and fees by HTS number, origin and value, as for other modes; not computed here"


def duties(path: EntryPath, items: Sequence[Item], *, value_minor: int | None, day: date, law: Law) -> tuple[Duty, ...]:
    """The duty on goods that use that entry, one for each method of each rule; the carrier's choice decides."""
    origins = tuple(dict.fromkeys(item.origin_country for item in items))
    return tuple(
        _by(row, method, origins, value_minor, day, law)
        for row in law.duties(path, origins, day)
        for method in row.methods
    )


def _by(row: DutyRow, method: Method, origins: Sequence[str], value_minor: int | None, day: date, law: Law) -> Duty:
    if method.kind is DutyMethod.BY_TARIFF:
        return _told(row, method, None, _BY_TARIFF)
    if not method.by_country:
        return _fixed(row, method, value_minor)
    rates = {origin: law.country_rate(origin, day) for origin in origins}
    missing = sorted(origin or "a line without an origin" for origin, rate in rates.items() if rate is None)
    known = [rate for rate in rates.values() if rate is not None]
    if missing or not known:
        lacks = ", ".join(missing) or "goods without an origin"
        return _told(row, method, None, f"needs the rate of {lacks}; supply it as a country_rate row")
    return _of_rate(row, method, max(known, key=lambda rate: rate.percent), value_minor)


def _fixed(row: DutyRow, method: Method, value_minor: int | None) -> Duty:
    if method.percent is not None:
        return _ad_valorem(row, method, method.percent, "", value_minor)
    amount = method.amount_minor
    assert amount is not None, "a fixed method has a percentage or an amount"
    return _told(row, method, amount, f"{dollars(amount)} for the postal item")


def _of_rate(row: DutyRow, method: Method, rate: CountryRate, value_minor: int | None) -> Duty:
    of = f" (rate {rate.id} of {', '.join(sorted(rate.origins))})"
    if method.kind is DutyMethod.AD_VALOREM:
        return _ad_valorem(row, method, rate.percent, of, value_minor, rate)
    band = next(
        band
        for band in reversed(method.bands)
        if (rate.percent >= band.least if band.least is not None else rate.percent > (band.over or 0))
    )
    formula = f"{dollars(band.amount_minor)} for the postal item at {percent(rate.percent)}{of}"
    return _told(row, method, band.amount_minor, formula, rate)


def _ad_valorem(
    row: DutyRow, method: Method, hundredths: int, of: str, value_minor: int | None, rate: CountryRate | None = None
) -> Duty:
    if value_minor is None:
        return _told(row, method, None, f"{percent(hundredths)}{of} of the value, which is not known", rate)
    amount = (value_minor * hundredths + _HUNDREDTHS // 2) // _HUNDREDTHS
    formula = f"{percent(hundredths)}{of} of {dollars(value_minor)} = {dollars(amount)}"
    return _told(row, method, amount, formula, rate)


def _told(
    row: DutyRow, method: Method, amount_minor: int | None, formula: str, rate: CountryRate | None = None
) -> Duty:
    rules = (row,) if rate is None else (row, rate)
    return Duty(
        method=method.kind,
        amount_minor=amount_minor,
        formula=formula,
        rule_id=row.id,
        citation="; ".join(rule.citation for rule in rules),
        confidence=doubtful(row.confidence, method.confidence, *(rule.confidence for rule in rules)),
    )

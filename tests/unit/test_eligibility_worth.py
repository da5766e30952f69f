"""What a shipment is worth: exact in dollars, converted by a dated rate otherwise, never by a guess."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from math import ceil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law, LawRefused, law_version, load_law, read_sources
from tidewaiter_eligibility.law.exchange import Exchange, read_rates
from tidewaiter_eligibility.model import Item, Money, ReasonCode, Verdict

from tests.eligibility_shipments import OPEN_DAY, goods, law, shipment

HEAD = "currency,from,to,usd_per_unit,source\n"
TABLE = HEAD + (
    "EUR,2025-01-01,2025-01-16,1.0353,Federal Reserve H.10\n"
    "EUR,2025-01-16,,1.0298,Federal Reserve H.10\n"
    "JPY,2025-01-01,2025-02-01,0.006359,Federal Reserve H.10\n"
    "KWD,2025-01-01,,3.2407,bank\n"
)


def table(folder: Path, text: str = TABLE) -> Exchange:
    file = folder / "rates.csv"
    file.write_text(text, encoding="utf-8")
    return read_rates(file)


def under(exchange: Exchange) -> Law:
    """The law that ships with the service, with rates of exchange."""
    return Law(rows=law().rows, version="0" * 64, exchange=exchange)


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return table(tmp_path)


def line(currency: str, units: int, nanos: int = 0, *, quantity: int = 1) -> Item:
    return goods(unit_value=Money(currency_code=currency, units=units, nanos=nanos), quantity=quantity)


@pytest.mark.parametrize(
    ("lines", "cents"),
    [
        # 100.00 × 1.0353.
        ((line("EUR", 100),), 10_353),
        # 19.99 × 3 × 1.0353 = 62.086941: up to the next cent.
        ((line("EUR", 19, 990_000_000, quantity=3),), 6_209),
        # 5,000 × 0.006359 = 31.795.
        ((line("JPY", 5_000),), 3_180),
        # 1.234 × 3.2407 = 3.9990238.
        ((line("KWD", 1, 234_000_000),), 400),
        # Rounded once, over all lines: 3 × 0.01 × 1.0353 is 0.031059, and not 3 × 0.02.
        ((line("EUR", 0, 10_000_000),) * 3, 4),
        # Dollars stay exact beside it: 25.00 + 10.353.
        ((goods(2_500), line("EUR", 10)), 3_536),
    ],
)
def test_an_amount_is_converted_by_the_rate_of_the_day_and_rounded_up_once(
    lines: tuple[Item, ...], cents: int, exchange: Exchange
) -> None:
    assert cents == judge(shipment(items=lines), law=under(exchange)).value_minor


def test_the_rate_its_days_and_its_source_are_in_the_answer(exchange: Exchange) -> None:
    found = judge(shipment(items=(line("EUR", 10), line("JPY", 100))), law=under(exchange))

    assert [
        ("EUR", "1.0353", "2025-01-01", "2025-01-16", "Federal Reserve H.10", "FX"),
        ("JPY", "0.006359", "2025-01-01", "2025-02-01", "Federal Reserve H.10", "FX"),
    ] == [
        (used.currency_code, used.rate, used.first_day, used.end_day, used.source, used.rule_id)
        for used in found.conversions
    ]


@pytest.mark.parametrize(
    ("day", "currency", "verdict"),
    [
        (date(2024, 12, 31), "EUR", Verdict.UNKNOWN),
        (date(2025, 1, 1), "EUR", Verdict.ELIGIBLE),
        (date(2025, 1, 31), "JPY", Verdict.ELIGIBLE),
        (date(2025, 2, 1), "JPY", Verdict.UNKNOWN),
        (date(2025, 2, 1), "CNY", Verdict.UNKNOWN),
    ],
)
def test_without_a_rate_in_force_nothing_is_guessed(
    day: date, currency: str, verdict: Verdict, exchange: Exchange
) -> None:
    found = judge(shipment(day=day, items=(line(currency, 10),)), law=under(exchange))

    assert verdict is found.verdict
    if verdict is Verdict.UNKNOWN:
        (reason,) = found.reasons
        assert (ReasonCode.RATE_UNKNOWN, "items[0].unit_value.currency_code") == (reason.code, reason.field)
        assert f"no rate is in force on {day}" in reason.detail


def test_the_rate_is_that_of_the_local_day_of_the_port(exchange: Exchange) -> None:
    # 02:00 UTC on the 16th is still the 15th in New York.
    evening = shipment(arrival_seconds=1_736_992_800, items=(line("EUR", 100),))
    # 08:00 UTC on the 16th: the 16th in New York, the 15th in Honolulu.
    unknown_port = shipment(arrival_seconds=1_737_014_400, port_of_entry="", items=(line("EUR", 100),))

    assert 10_353 == judge(evening, law=under(exchange)).value_minor
    found = judge(unknown_port, law=under(exchange))
    assert None is found.value_minor
    assert {"port_of_entry"} == {reason.field for reason in found.reasons}


@pytest.mark.parametrize(
    ("zone", "port", "last_second", "rates"),
    [
        # The rate of the 16th begins with the port's midnight: in winter 05:00 UTC, 08:00 UTC and 10:00 UTC.
        ("America/New_York", "4701", "2025-01-15T23:59:59", ("1.0353", "1.0298")),
        ("America/Los_Angeles", "2704", "2025-01-15T23:59:59", ("1.0353", "1.0298")),
        ("Pacific/Honolulu", "3201", "2025-01-15T23:59:59", ("1.0353", "1.0298")),
        # Nor does a minute after midnight matter, at which the law switches.
        ("America/New_York", "4701", "2025-01-16T00:00:58", ("1.0298", "1.0298")),
        # It ends with a midnight as well.
        ("America/New_York", "4701", "2025-03-31T23:59:59", ("1.0298", None)),
    ],
)
def test_a_rate_begins_and_ends_at_midnight_where_the_parcel_arrives(
    zone: str, port: str, last_second: str, rates: tuple[str | None, ...], tmp_path: Path
) -> None:
    until_april = TABLE.replace("EUR,2025-01-16,,", "EUR,2025-01-16,2025-04-01,")
    by = under(table(tmp_path, until_april))
    second = int(datetime.fromisoformat(last_second).replace(tzinfo=ZoneInfo(zone)).timestamp())

    for seconds, rate in zip((second, second + 1), rates, strict=True):
        found = judge(shipment(arrival_seconds=seconds, port_of_entry=port, items=(line("EUR", 10),)), law=by)

        assert ([rate] if rate else []) == [used.rate for used in found.conversions]
        assert (rate is None) is (ReasonCode.RATE_UNKNOWN in {reason.code for reason in found.reasons})


def test_shipments_that_count_together_are_rounded_up_one_by_one(exchange: Exchange) -> None:
    # 386.359 × 1.0353 = 399.9974727 and 386.363 × 1.0353 = 400.0016139: together 799.9990866, within the limit.
    lines = (line("EUR", 386, 359_000_000), line("EUR", 386, 363_000_000))

    apart = [judge(shipment(items=(each,)), law=under(exchange)).value_minor for each in lines]

    assert [40_000, 40_001] == apart
    assert 80_000 == judge(shipment(items=lines), law=under(exchange)).value_minor


def test_a_sum_a_hair_over_the_limit_is_over_it(exchange: Exchange) -> None:
    # 772.72 × 1.0353 = 799.997016; 772.73 × 1.0353 = 800.007369.
    by = under(exchange)

    within = judge(shipment(items=(line("EUR", 772, 720_000_000),)), law=by)
    over = judge(shipment(items=(line("EUR", 772, 730_000_000),)), law=by)

    assert (80_000, Verdict.ELIGIBLE) == (within.value_minor, within.verdict)
    assert (80_001, Verdict.NOT_ELIGIBLE) == (over.value_minor, over.verdict)


def test_what_is_beyond_all_money_is_asked_about_and_not_rounded(exchange: Exchange) -> None:
    lines = (line("KWD", 10_000_000_000, quantity=1_000_000),)

    found = judge(shipment(items=lines), law=under(exchange))

    assert (Verdict.UNKNOWN, None, ["items"]) == (
        found.verdict, found.value_minor, [reason.field for reason in found.reasons],
    )  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["EUR", "JPY", "KWD"]),
            st.integers(0, 10_000_000),
            st.integers(0, 999_999_999),
            st.integers(1, 10_000),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_conversion_is_exact_up_to_its_one_rounding(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[tuple[str, int, int, int]]
) -> None:
    rates = {"EUR": "1.0353", "JPY": "0.006359", "KWD": "3.2407"}
    exchange = table(tmp_path_factory.mktemp("rates"))
    lines = tuple(line(currency, units, nanos, quantity=count) for currency, units, nanos, count in amounts)

    found = judge(shipment(day=OPEN_DAY, items=lines), law=under(exchange))

    exact = sum(
        count * (units + Fraction(nanos, 10**9)) * Fraction(rates[currency])
        for currency, units, nanos, count in amounts
    )
    assert ceil(exact * 100) == found.value_minor


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("", "rates.csv", "its first line is not currency,from,to,usd_per_unit,source"),
        ("currency,rate\nEUR,1\n", "rates.csv", "its first line is not"),
        (HEAD + "EUR,2025-01-01,,1.0\n", "rates.csv line 2", "it does not have 5 columns"),
        (HEAD + "EUR,2025-01-01,,1.0,a,b\n", "rates.csv line 2", "it does not have 5 columns"),
        (HEAD + "eur,2025-01-01,,1.0,a\n", "rates.csv line 2", "currency eur is not three capital letters"),
        (HEAD + "USD,2025-01-01,,1.0,a\n", "rates.csv line 2", "currency USD is not three capital letters other than"),
        (HEAD + "EUR,2025-02-30,,1.0,a\n", "rates.csv line 2", "2025-02-30 is not a day"),
        (HEAD + "EUR,2025-01-01,2025-01-01,1.0,a\n", "rates.csv line 2", "to is not after from"),
        (HEAD + "EUR,2025-01-01,,0,a\n", "rates.csv line 2", "is not a decimal above 0"),
        (HEAD + "EUR,2025-01-01,,1e3,a\n", "rates.csv line 2", "is not a decimal above 0"),
        (HEAD + "EUR,2025-01-01,,1.0,\n", "rates.csv line 2", "source is missing"),
        (HEAD + "EUR,2025-01-01,,1.0,a\nEUR,2025-02-01,,1.1,a\n", "rates.csv", "two rates of EUR are in force"),
        (HEAD + "EUR,2025-01-01,2025-03-01,1,a\nEUR,2025-02-01,,1.1,a\n", "rates.csv", "in force on 2025-02-01"),
    ],
)
def test_a_damaged_table_is_refused_naming_the_line(text: str, where: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(LawRefused) as refused:
        table(tmp_path, text)

    assert where == refused.value.row
    assert problem in refused.value.detail


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawRefused, match="cannot be read"):
        load_law(rates_file=tmp_path / "none.csv")


def test_the_rates_are_part_of_the_version(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(TABLE, encoding="utf-8")
    first = load_law(rates_file=file).version
    file.write_text(TABLE.replace("1.0353", "1.0354"), encoding="utf-8")

    assert 3 == len({first, load_law(rates_file=file).version, law_version(read_sources())})

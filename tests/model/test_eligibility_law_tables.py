"""The prepared tables of the law against the obvious: every row looked at, every day.

Whatever the tables bisect must be what a reader finds who goes through the rows one by one.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tidewaiter_eligibility.law.dated import Dated
from tidewaiter_eligibility.law.rows import Regime
from tidewaiter_eligibility.model import EntryPath, GoodsFlag, Mode

from tests.eligibility_laws import a_case, own_law
from tests.eligibility_shipments import law

FIRST = date(2020, 1, 1)
ORIGINS = ("", "CN", "HK", "CA", "MX", "DE", "GU", "VI")
DAYS = st.dates(date(1993, 1, 1), date(2030, 1, 1)) | st.sampled_from(
    [edge + timedelta(days=days) for edge in law().edges() for days in (-1, 0)]
)


class Span:
    """Days [first_day, end_day)."""

    def __init__(self, first: int, last: int | None) -> None:
        self.first_day = FIRST + timedelta(days=first)
        self.end_day = None if last is None else FIRST + timedelta(days=last)

    def holds(self, day: date) -> bool:
        return self.first_day <= day and (self.end_day is None or day < self.end_day)


def spans(cuts: list[int], kept: list[bool]) -> list[Span]:
    """Spans between the cuts, of which some are left out; the last one is open-ended."""
    ends: list[int | None] = [*cuts[1:], None]
    return [Span(first, end) for first, end, keep in zip(cuts, ends, kept, strict=True) if keep]


SPANS = st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True).flatmap(
    lambda cuts: st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts)).map(
        lambda kept: spans(sorted(cuts), kept)
    )
)


@given(SPANS, SPANS, st.integers(-5, 70))
def test_a_table_finds_the_one_row_that_holds_on_a_day(above: list[Span], beneath: list[Span], offset: int) -> None:
    day = FIRST + timedelta(days=offset)
    one = next((span for span in above if span.holds(day)), None)
    other = next((span for span in beneath if span.holds(day)), None)

    assert one is Dated(above).at(day)
    assert (one or other) is Dated(above).over(Dated(beneath)).at(day)


def governs(row: Regime, mode: Mode, day: date) -> bool:
    return mode in row.modes and row.in_force(day)


@given(st.sampled_from(Mode), st.sampled_from(ORIGINS), DAYS)
def test_the_regime_is_the_row_that_names_the_origin_else_the_one_for_all(mode: Mode, origin: str, day: date) -> None:
    rows = [row for row in law().rows.regimes if governs(row, mode, day)]
    named = [row for row in rows if origin in row.origins]
    general = [row for row in rows if not row.origins]

    assert next(iter([*named, *general]), None) is law().regime(mode, origin, day)


@given(st.sampled_from(ORIGINS), DAYS)
def test_the_allowance_is_the_row_that_names_the_place_else_the_one_for_all(place: str, day: date) -> None:
    rows = [row for row in law().rows.gifts if row.in_force(day)]
    found = [row for row in rows if place in row.sent_from] or [row for row in rows if not row.sent_from]

    assert next(iter(found), None) is law().gift(place, day)


@given(st.sampled_from(EntryPath), st.sampled_from(Mode), DAYS)
def test_an_entry_is_open_by_the_one_row_that_says_so(path: EntryPath, mode: Mode, day: date) -> None:
    rows = tuple(row for row in law().rows.paths if row.path is path and mode in row.modes and row.in_force(day))

    assert rows == (*law().privileges((path,), mode, day), *law().entries((path,), mode, day))
    assert 1 >= len(rows)


LISTED = own_law(
    cases={
        "case": [
            a_case(id="C1"),
            a_case(id="C2", flag="QUOTA", hts=["7607", "22"], origins=[], to=date(2025, 1, 1)),
            a_case(id="C3", flag="SECTION_301", hts=["62052020"], origins=["CN", "HK"]),
        ]
    }
)
NUMBERS = ("", "760711", "76071130", "7607113000", "62052020", "6205202066", "220421", "330300", "33030030", "990300")


@given(
    st.sampled_from(NUMBERS),
    st.sampled_from(ORIGINS),
    st.frozensets(st.sampled_from(GoodsFlag), max_size=3),
    DAYS,
)
def test_a_line_falls_under_exactly_the_exclusions_that_speak_of_it(
    hts_code: str, origin: str, flags: frozenset[GoodsFlag], day: date
) -> None:
    rows = LISTED.rows
    given_by_case = {
        case.flag
        for case in rows.cases
        if case.in_force(day)
        and any(hts_code.startswith(digits) for digits in case.prefixes)
        and (not case.origins or origin in case.origins)
    }
    expected = {
        row.id
        for row in rows.exclusions
        if row.in_force(day)
        and (row.flag in flags | given_by_case or any(hts_code.startswith(prefix.digits) for prefix in row.prefixes))
    }

    found = LISTED.goods.ruled(hts_code, origin, flags, day)

    assert expected == {each.exclusion.id for each in found.certain}
    assert set() == expected & {each.exclusion.id for each, _ in found.perhaps}

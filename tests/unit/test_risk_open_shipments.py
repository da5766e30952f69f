"""Which shipments are told as open: from which day on, and without reading all that was ever seen."""

from __future__ import annotations

from pathlib import Path

import apsw
from tidewaiter_risk.list_open_shipments import Page, list_open_shipments
from tidewaiter_risk.store.rows import ENDS

from tests.risk_history import TODAY, opened


async def test_the_ends_of_what_was_seen_are_found_without_reading_it(tmp_path: Path) -> None:
    async with opened("sqlite", tmp_path):
        plan = apsw.Connection(str(tmp_path / "risk.db")).execute(f"EXPLAIN QUERY PLAN {ENDS}").fetchall()

    reads = [str(detail) for *_, detail in plan if "seen" in str(detail)]
    assert ["SEARCH seen"] * 2 == [detail[:11] for detail in reads]


def test_who_names_no_day_is_told_of_what_arrives_from_yesterday_on() -> None:
    asked: list[int] = []

    class History:
        def open_shipments(self, from_day: int, **_: int) -> Page:
            asked.append(from_day)
            return Page((), None)

    list_open_shipments(History(), None, today=TODAY, after=0, page_size=0)
    list_open_shipments(History(), TODAY + 5, today=TODAY, after=0, page_size=0)

    assert [TODAY - 1, TODAY + 5] == asked

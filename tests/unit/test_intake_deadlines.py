"""When a filing is late by the arrival that it names: told with the rule, and never refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_intake import requirements
from tidewaiter_intake.errors import RequirementsRefused
from tidewaiter_intake.model import Reason, ReasonCode, ReasonSource

from tests.filings import OPEN_DAY, filing

TABLE = requirements.load()
MINUTE = 60_000_000_000
ARRIVAL = OPEN_DAY * 1_000_000_000
AIR, TRUCK, RAIL, OCEAN, MAIL = (
    trade_pb2.TRANSPORT_MODE_AIR,
    trade_pb2.TRANSPORT_MODE_TRUCK,
    trade_pb2.TRANSPORT_MODE_RAIL,
    trade_pb2.TRANSPORT_MODE_OCEAN,
    trade_pb2.TRANSPORT_MODE_MAIL,
)


def told(minutes_before: int, **changes: Any) -> list[Reason]:
    return list(TABLE.lateness(filing(**changes), ARRIVAL - minutes_before * MINUTE))


@pytest.mark.parametrize(
    ("mode", "minutes", "rule"),
    [(AIR, 240, "DUE-AIR"), (TRUCK, 30, "DUE-TRUCK"), (RAIL, 120, "DUE-RAIL"), (OCEAN, 1_440, "DUE-OCEAN")],
)
def test_a_filing_is_late_once_the_deadline_of_its_mode_has_passed(mode: int, minutes: int, rule: str) -> None:
    assert [] == told(minutes, mode=mode)

    (late,) = told(minutes - 1, mode=mode)
    assert (rule, ReasonCode.FILED_LATE, ReasonSource.DATA_QUALITY) == (late.rule_id, late.code, late.source)
    assert late.detail.startswith(f"Filed {minutes - 1} minutes before arrival; due {minutes} minutes before it: ")
    assert late.citation.startswith("19 CFR ")
    assert late.confidence
    assert [] == list(TABLE.violations(filing(mode=mode), date(2025, 1, 15))), "late is never refused"


def test_one_that_comes_after_the_arrival_says_so() -> None:
    (late,) = told(-90)

    assert late.detail.startswith("Filed 90 minutes after arrival; due 240 minutes before it")


@pytest.mark.parametrize(
    "changes",
    [{"estimated_arrival": None}, {"mode": MAIL}, {"filer_type": trade_pb2.FILER_TYPE_BROKER}],
)
def test_nothing_is_told_where_no_deadline_is_known(changes: dict[str, Any]) -> None:
    assert [] == told(0, **changes)


def test_a_late_amendment_of_a_filing_in_time_is_in_time() -> None:
    early, late = ARRIVAL - 300 * MINUTE, ARRIVAL - MINUTE

    assert () == TABLE.quality([(filing("a"), early), (filing("b"), late)])
    assert ["DUE-AIR"] == [reason.rule_id for reason in TABLE.quality([(filing("a"), late), (filing("b"), late)])]


def test_one_who_moves_the_arrival_is_judged_by_the_arrival_that_stands() -> None:
    received = ARRIVAL - 300 * MINUTE
    sooner = filing("b", estimated_arrival=Timestamp(seconds=OPEN_DAY - 7_200))

    (late,) = TABLE.quality([(filing("a"), received), (sooner, received)])

    assert "DUE-AIR" == late.rule_id


@pytest.mark.parametrize(
    "row",
    [
        'presence = "timely"',
        'presence = "expected"\nminutes_before_arrival = 30',
        'presence = "expected"\nminutes_before_arrival = -1',
        'presence = "timely"\nminutes_before_arrival = -1',
        'presence = "timely"\nminutes_before_arrival = "soon"',
    ],
)
def test_a_deadline_without_its_minutes_and_minutes_without_a_deadline_are_refused(row: str) -> None:
    text = (
        '[[element]]\nid = "A"\ncode = "FILED_LATE"\nfields = ["estimated_arrival"]\nfilers = []\nmodes = []\n'
        f'{row}\nfrom = "2019-08-22"\nto = ""\ncitation = "c"\nconfidence = "official"\nfix = "f"\n'
    )
    with pytest.raises(RequirementsRefused, match="minutes_before_arrival"):
        requirements.parse(text)

"""The law at every edge of its history, for origins and modes on either side of each.

Expected by hand from law.md: regimes and entries 2.1 and 2.7, limits 1.1, value bands 1.4, gifts 1.1.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.model import Confidence, EntryPath, GoodsFlag, Judgement, Mode, ReasonCode, Verdict

from tests.eligibility_shipments import goods, law, shipment

MANIFEST, INFORMAL, FORMAL = EntryPath.SECTION_321_MANIFEST, EntryPath.TYPE_11, EntryPath.TYPE_01
POSTAL, WORKSHEET, MAIL_INFORMAL = EntryPath.POSTAL_DUTY, EntryPath.MAIL_WORKSHEET, EntryPath.TYPE_13
OPEN, SHUT, GONE = ReasonCode.EXEMPTION_MET, ReasonCode.EXEMPTION_CLOSED, ReasonCode.EXEMPTION_REPEALED

# The regime, whether the exemption is open, and the entry of a parcel worth 25 dollars (law.md 2.7).
R00, R01 = ("R00", OPEN, MANIFEST), ("R01", OPEN, MANIFEST)
R01_16 = ("R01-16", OPEN, MANIFEST)
R04, R05 = ("R04", SHUT, INFORMAL), ("R05", SHUT, POSTAL)
R07, R07M, R09 = ("R07", SHUT, INFORMAL), ("R07M", SHUT, POSTAL), ("R09", SHUT, INFORMAL)
R10A, R10B, R10C = ("R10a", SHUT, WORKSHEET), ("R10b", SHUT, WORKSHEET), ("R10c", SHUT, MAIL_INFORMAL)
R11, R11M = ("R11", GONE, INFORMAL), ("R11M", GONE, MAIL_INFORMAL)

# What more than the limit needs while the exemption is open: informal entry up to 2,500 dollars (law.md 1.4).
LIMIT_CENTS = {"R00": 20_000, "R01-16": 80_000, "R01": 80_000}

# From this day on: goods of China and Hong Kong not by mail, by mail; goods of any other origin not by mail, by mail.
HISTORY = [
    ("2016-03-09", R00, R00, R00, R00),
    ("2016-03-10", R01_16, R01_16, R01_16, R01_16),
    ("2016-08-25", R01_16, R01_16, R01_16, R01_16),
    ("2016-08-26", R01, R01, R01, R01),
    ("2025-02-03", R01, R01, R01, R01),
    ("2025-02-08", R01, R01, R01, R01),
    ("2025-05-01", R01, R01, R01, R01),
    ("2025-05-02", R04, R05, R01, R01),
    ("2025-05-13", R04, R05, R01, R01),
    ("2025-05-14", R04, R05, R01, R01),
    ("2025-08-28", R04, R05, R01, R01),
    ("2025-08-29", R07, R07M, R07, R07M),
    ("2026-02-23", R07, R07M, R07, R07M),
    ("2026-02-24", R07, R07M, R07, R07M),
    ("2026-02-28", R07, R07M, R07, R07M),
    ("2026-03-01", R07, R07M, R07, R07M),
    ("2026-06-23", R07, R07M, R07, R07M),
    ("2026-06-24", R09, R07M, R09, R07M),
    ("2026-07-23", R09, R07M, R09, R07M),
    ("2026-07-24", R09, R10A, R09, R10A),
    ("2026-09-21", R09, R10A, R09, R10A),
    ("2026-09-22", R09, R10B, R09, R10B),
    ("2026-10-21", R09, R10B, R09, R10B),
    ("2026-10-22", R09, R10C, R09, R10C),
    ("2027-06-30", R09, R10C, R09, R10C),
    ("2027-07-01", R11, R11M, R11, R11M),
]
FIXTURES = [
    (day, origin, mode, row[column])
    for day, *row in HISTORY
    for origins, columns in ((("CN", "HK"), (0, 1)), (("DE", "CA", "MX", "MO"), (2, 3)))
    for origin in origins
    for mode, column in ((Mode.AIR, columns[0]), (Mode.TRUCK, columns[0]), (Mode.MAIL, columns[1]))
]


@pytest.mark.parametrize(("day", "origin", "mode", "expected"), FIXTURES)
def test_the_law_of_a_day_is_the_one_in_its_history(
    day: str, origin: str, mode: Mode, expected: tuple[str, ReasonCode, EntryPath]
) -> None:
    regime_id, code, path = expected

    found = judge(shipment(day=date.fromisoformat(day), origin=origin, mode=mode), law=law())

    said = found.rule.allowed if found.rule else found.reasons[0].code
    assert (regime_id, code, path, day) == (found.regime_id, said, found.path, found.local_day)
    assert (Verdict.ELIGIBLE if code is OPEN else Verdict.NOT_ELIGIBLE) is found.verdict


@pytest.mark.parametrize(("day", "origin", "mode", "expected"), FIXTURES)
def test_the_limit_and_the_band_of_informal_entry_hold_on_every_day(
    day: str, origin: str, mode: Mode, expected: tuple[str, ReasonCode, EntryPath]
) -> None:
    regime_id, code, path = expected

    def found(cents: int) -> tuple[Verdict, EntryPath]:
        judged = judge(shipment(day=date.fromisoformat(day), origin=origin, mode=mode, cents=cents), law=law())
        return judged.verdict, judged.path

    if code is OPEN:
        limit = LIMIT_CENTS[regime_id]
        assert [(Verdict.ELIGIBLE, MANIFEST), (Verdict.NOT_ELIGIBLE, INFORMAL)] == [found(limit), found(limit + 1)]
    light = INFORMAL if code is OPEN else path
    assert [(Verdict.NOT_ELIGIBLE, light), (Verdict.NOT_ELIGIBLE, FORMAL)] == [found(250_000), found(250_001)]


# law.md 2.1: closed from 2025-02-04 and put back between 2025-02-05 and 2025-02-07; neither instant is on record.
@pytest.mark.parametrize("day", ["2025-02-04", "2025-02-05", "2025-02-07"])
@pytest.mark.parametrize("mode", [Mode.AIR, Mode.MAIL])
def test_the_short_closing_of_february_2025_is_neither_passed_nor_refused(day: str, mode: Mode) -> None:
    def found(**changes: Any) -> Judgement:
        return judge(shipment(day=date.fromisoformat(day), mode=mode, **{"origin": "CN", **changes}), law=law())

    asked = found()
    assert ("R02", Verdict.UNKNOWN, EntryPath.UNSPECIFIED) == (asked.regime_id, asked.verdict, asked.path)
    (reason,) = asked.reasons
    assert (ReasonCode.LAW_UNKNOWN, "R02", Confidence.UNVERIFIED) == (reason.code, reason.rule_id, reason.confidence)
    assert f"CN or HK on {day} is not on record" in reason.detail
    assert ("EO 14195; EO 14200", None) == (reason.citation, asked.rule)

    over = found(origin="HK", cents=80_001)
    assert (Verdict.NOT_ELIGIBLE, INFORMAL) == (over.verdict, over.path)
    assert "R01" == found(origin="DE").regime_id
    assert ReasonCode.INPUT_MISSING is found(origin="").reasons[0].code
    given = found(gift=True)
    assert (Verdict.ELIGIBLE, EntryPath.GIFT) == (given.verdict, given.path)
    assert all(each.code is not ReasonCode.GIFT_UNDECLARED_OPEN for each in given.reasons_otherwise)


# law.md 1.4 and 2.7: no entry is on record before the limit of informal entry of 2012-12-06.
@pytest.mark.parametrize(("day", "regime_id"), [("1994-01-01", "R00-12"), ("2012-12-05", "R00-12")])
@pytest.mark.parametrize("mode", [Mode.AIR, Mode.MAIL])
def test_before_informal_entry_is_on_record_no_entry_is_named(day: str, regime_id: str, mode: Mode) -> None:
    def found(cents: int, *flags: GoodsFlag) -> tuple[str, Verdict, EntryPath]:
        line = goods(cents, flags=frozenset(flags))
        judged = judge(shipment(day=date.fromisoformat(day), mode=mode, items=(line,)), law=law())
        assert (judged.path is EntryPath.UNSPECIFIED) is (ReasonCode.LAW_UNKNOWN in {x.code for x in judged.reasons})
        return judged.regime_id, judged.verdict, judged.path

    assert (regime_id, Verdict.ELIGIBLE, MANIFEST) == found(20_000)
    for flags in ((), (GoodsFlag.QUOTA,), (GoodsFlag.AGENCY_FEE,)):
        assert (regime_id, Verdict.NOT_ELIGIBLE, EntryPath.UNSPECIFIED) == found(20_001, *flags)
    assert EntryPath.TYPE_03 is found(20_001, GoodsFlag.ANTIDUMPING)[2]
    assert EntryPath.NONE is found(20_001, GoodsFlag.INADMISSIBLE)[2]
    next_day = judge(shipment(day=date(2012, 12, 6), mode=mode, cents=20_001), law=law())
    assert ("R00", INFORMAL) == (next_day.regime_id, next_day.path)


@pytest.mark.parametrize("sent_from", ["CN", "HK", "CA", "MX", "DE", "VI", "GU", "AS"])
@pytest.mark.parametrize("mode", [Mode.AIR, Mode.TRUCK, Mode.MAIL])
@pytest.mark.parametrize("day", [day for day, *_ in HISTORY])
def test_a_gift_passes_up_to_its_allowance_on_every_day(day: str, mode: Mode, sent_from: str) -> None:
    allowance = 20_000 if sent_from in {"VI", "GU", "AS"} else 10_000

    def path(cents: int) -> EntryPath:
        given = shipment(
            day=date.fromisoformat(day), mode=mode, cents=cents, gift=True, origin="CN", country_of_shipment=sent_from
        )
        return judge(given, law=law()).path

    assert (EntryPath.GIFT, True) == (path(allowance), path(allowance + 1) is not EntryPath.GIFT)


@pytest.mark.parametrize(
    ("day", "cents", "verdict"),
    [
        ("2016-03-09", 20_000, Verdict.ELIGIBLE),
        ("2016-03-09", 20_001, Verdict.NOT_ELIGIBLE),
        ("2016-03-10", 20_001, Verdict.ELIGIBLE),
        ("2025-01-15", 79_999, Verdict.ELIGIBLE),
        ("2025-01-15", 80_000, Verdict.ELIGIBLE),
        ("2025-01-15", 80_001, Verdict.NOT_ELIGIBLE),
        ("2025-10-01", 1, Verdict.NOT_ELIGIBLE),
    ],
)
def test_the_limit_itself_passes_and_a_cent_more_does_not(day: str, cents: int, verdict: Verdict) -> None:
    assert verdict is judge(shipment(day=date.fromisoformat(day), cents=cents), law=law()).verdict


@pytest.mark.parametrize("day", ["2025-01-15", "2025-10-01", "2026-11-24", "2027-07-01"])
@pytest.mark.parametrize(
    ("sent_from", "cents", "is_gift"),
    [("DE", 10_000, True), ("DE", 10_001, False), ("GU", 10_001, True), ("GU", 20_000, True), ("GU", 20_001, False)],
)
def test_a_gift_has_its_allowance_under_every_regime(day: str, sent_from: str, cents: int, is_gift: bool) -> None:
    given = shipment(day=date.fromisoformat(day), cents=cents, gift=True, country_of_shipment=sent_from)

    found = judge(given, law=law())

    if is_gift:
        assert (Verdict.ELIGIBLE, EntryPath.GIFT) == (found.verdict, found.path)
    else:
        assert ReasonCode.GIFT_OVER_ALLOWANCE is found.reasons[0].code
        assert EntryPath.GIFT is not found.path


@pytest.mark.parametrize(
    ("day", "mode", "cents", "path"),
    [
        ("2025-01-15", Mode.AIR, 80_001, INFORMAL),
        ("2025-01-15", Mode.AIR, 250_000, INFORMAL),
        ("2025-01-15", Mode.AIR, 250_001, FORMAL),
        ("2025-10-01", Mode.AIR, 250_000, INFORMAL),
        ("2025-10-01", Mode.AIR, 250_001, FORMAL),
        ("2025-10-01", Mode.MAIL, 250_000, POSTAL),
        ("2025-10-01", Mode.MAIL, 250_001, FORMAL),
        ("2026-08-01", Mode.MAIL, 250_000, WORKSHEET),
        ("2026-08-01", Mode.MAIL, 250_001, FORMAL),
        ("2026-11-24", Mode.MAIL, 250_000, MAIL_INFORMAL),
        ("2026-11-24", Mode.MAIL, 250_001, FORMAL),
        ("2027-07-01", Mode.OCEAN, 250_000, INFORMAL),
        ("2027-07-01", Mode.OCEAN, 250_001, FORMAL),
    ],
)
def test_informal_entry_ends_at_its_limit(day: str, mode: Mode, cents: int, path: EntryPath) -> None:
    found = judge(shipment(day=date.fromisoformat(day), mode=mode, cents=cents), law=law())

    over = [reason for reason in found.reasons if reason.code is ReasonCode.OVER_INFORMAL_LIMIT]
    assert (path, path is FORMAL) == (found.path, bool(over))

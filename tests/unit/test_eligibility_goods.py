"""Goods that never pass or that some entries do not take: by flag, by case, by regime (law.md 1.3, 1.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tidewaiter_eligibility.judge import judge
from tidewaiter_eligibility.law import Law
from tidewaiter_eligibility.model import Confidence, EntryPath, GoodsFlag, Item, Judgement, Mode, ReasonCode, Verdict
from tidewaiter_eligibility.path import entry_reason

from tests.eligibility_laws import a_case, own_law, shipped_row
from tests.eligibility_shipments import CLOSED_DAY, OPEN_DAY, goods, law, shipment

MAIL_DAY = date(2026, 11, 24)
"""Type 13 is open, the worksheet too, and phase 3 of the postal process has begun."""
FOIL = "76071130"


def judged(
    *flags: GoodsFlag, day: date = OPEN_DAY, by: Law | None = None, mode: Mode = Mode.AIR, **changes: Any
) -> Judgement:
    line: Item = goods(2_000, flags=frozenset(flags), **changes)
    return judge(shipment(day=day, mode=mode, items=(line,)), law=by or law())


def codes(found: Judgement) -> list[ReasonCode]:
    return [reason.code for reason in found.reasons]


def missing(found: Judgement) -> list[str]:
    return [reason.field for reason in found.reasons if reason.code is ReasonCode.INPUT_MISSING]


@pytest.mark.parametrize(
    ("flag", "code", "open_path", "mail_path"),
    [
        # law.md 1.3 and 2.7: AD/CVD and quota take 11, 13 and the worksheet away, leaving 01/03, and 12 for quota.
        (GoodsFlag.QUOTA, ReasonCode.EXCLUDED_QUOTA, EntryPath.TYPE_12, EntryPath.TYPE_01),
        (GoodsFlag.ANTIDUMPING, ReasonCode.EXCLUDED_ANTIDUMPING, EntryPath.TYPE_03, EntryPath.TYPE_03),
        # law.md 1.3: a fee or tax due means 01 or 11, of which no mail regime has the second.
        (GoodsFlag.AGENCY_FEE, ReasonCode.EXCLUDED_AGENCY_FEE, EntryPath.TYPE_11, EntryPath.TYPE_01),
        (GoodsFlag.EXCISE, ReasonCode.EXCLUDED_EXCISE, EntryPath.TYPE_11, EntryPath.TYPE_13),
        (GoodsFlag.INADMISSIBLE, ReasonCode.EXCLUDED_INADMISSIBLE, EntryPath.NONE, EntryPath.NONE),
    ],
)
def test_a_flag_that_bars_fails_the_goods_and_names_the_entry_they_need(
    flag: GoodsFlag, code: ReasonCode, open_path: EntryPath, mail_path: EntryPath
) -> None:
    by_air, by_mail = judged(flag), judged(flag, day=MAIL_DAY, mode=Mode.MAIL)

    assert (Verdict.NOT_ELIGIBLE, [code], open_path) == (by_air.verdict, codes(by_air), by_air.path)
    assert (Verdict.NOT_ELIGIBLE, mail_path) == (by_mail.verdict, by_mail.path)
    assert "items[0].flags" == by_air.reasons[0].field


def test_goods_under_a_quota_and_an_order_need_the_entry_of_the_order() -> None:
    found = judged(GoodsFlag.QUOTA, GoodsFlag.ANTIDUMPING)

    assert {ReasonCode.EXCLUDED_QUOTA, ReasonCode.EXCLUDED_ANTIDUMPING} == set(codes(found))
    assert EntryPath.TYPE_03 is found.path


def test_postal_duty_does_not_take_goods_under_an_order_or_a_quota() -> None:
    # law.md 2.2: AD/CVD or quota mail must be entered in ACE.
    for flag, path in ((GoodsFlag.QUOTA, EntryPath.TYPE_01), (GoodsFlag.ANTIDUMPING, EntryPath.TYPE_03)):
        assert path is judged(flag, day=CLOSED_DAY, mode=Mode.MAIL).path


def test_goods_on_which_a_fee_is_due_use_no_entry_of_mail() -> None:
    # law.md 1.3: a fee due means 01 or 11.
    assert EntryPath.TYPE_01 is judged(GoodsFlag.AGENCY_FEE, day=CLOSED_DAY, mode=Mode.MAIL).path
    assert EntryPath.TYPE_01 is judged(GoodsFlag.AGENCY_FEE, GoodsFlag.QUOTA, day=CLOSED_DAY).path


def test_alcohol_under_a_quota_needs_formal_entry() -> None:
    # law.md 2.7: alcohol leaves 01 and 03.
    assert EntryPath.TYPE_01 is judged(GoodsFlag.QUOTA, day=CLOSED_DAY, hts_code="22071030").path


def test_why_this_entry_says_which_lighter_one_the_goods_may_not_use() -> None:
    why = entry_reason(judged(day=CLOSED_DAY, hts_code="220421").why, law())

    assert why is not None
    assert ("P-01", ReasonCode.ENTRY_NAMED) == (why.rule_id, why.code)
    assert "closed to alcoholic beverages: informal entry, type 11 (X-ALC)" in why.detail


def test_an_entry_named_by_a_law_with_other_rows_is_not_explained_by_this_one() -> None:
    assert None is entry_reason(("P-OWN",), law())
    assert None is entry_reason((), law())


def test_why_this_entry_says_its_band_who_may_file_it_and_its_bond() -> None:
    why = entry_reason(judged(day=CLOSED_DAY).why, law())

    assert why is not None
    assert "Informal entry, type 11 up to $2,500.00; filed by: owner, purchaser or broker; bond: " in why.detail
    assert "19 USC 1498" in why.citation


# law.md 1.3 X-PGA-MAN: not via the manifest; via type 86, with a ten-digit number (1.4), while it was open.
@pytest.mark.parametrize(
    ("day", "hts_code", "verdict", "path"),
    [
        (OPEN_DAY, "6205202066", Verdict.ELIGIBLE, EntryPath.TYPE_86),
        (OPEN_DAY, "62052020", Verdict.UNKNOWN, EntryPath.UNSPECIFIED),
        (date(2019, 9, 27), "6205202066", Verdict.NOT_ELIGIBLE, EntryPath.TYPE_11),
        (date(2019, 9, 28), "6205202066", Verdict.ELIGIBLE, EntryPath.TYPE_86),
        (date(2025, 8, 28), "6205202066", Verdict.ELIGIBLE, EntryPath.TYPE_86),
        (date(2025, 8, 29), "6205202066", Verdict.NOT_ELIGIBLE, EntryPath.TYPE_11),
    ],
)
def test_goods_of_a_partner_agency_pass_under_type_86_and_not_from_the_manifest(
    day: date, hts_code: str, verdict: Verdict, path: EntryPath
) -> None:
    found = judged(GoodsFlag.PARTNER_AGENCY, day=day, hts_code=hts_code)

    assert (verdict, path) == (found.verdict, found.path)
    assert (["items[0].hts_code"] if verdict is Verdict.UNKNOWN else []) == missing(found)


def test_goods_of_a_partner_agency_with_no_privilege_left_say_why() -> None:
    found = judged(GoodsFlag.PARTNER_AGENCY, day=date(2019, 1, 2))

    assert [ReasonCode.EXCLUDED_AGENCY_DATA] == codes(found)
    assert "to which these entries are closed: section 321 manifest" in found.reasons[0].detail


# law.md 2.3 phase 3: from 2026-10-22 the worksheet takes no agency goods, chapters 98 and 99, or free-trade claims;
# type 13 takes all but the last.
@pytest.mark.parametrize(
    ("flag", "before", "after"),
    [
        (GoodsFlag.PARTNER_AGENCY, EntryPath.MAIL_WORKSHEET, EntryPath.TYPE_13),
        (GoodsFlag.CHAPTER_98_99, EntryPath.MAIL_WORKSHEET, EntryPath.TYPE_13),
        (GoodsFlag.FREE_TRADE_CLAIM, EntryPath.MAIL_WORKSHEET, EntryPath.TYPE_01),
    ],
)
def test_phase_three_of_the_postal_process_closes_the_worksheet(
    flag: GoodsFlag, before: EntryPath, after: EntryPath
) -> None:
    assert before is judged(flag, day=date(2026, 10, 21), mode=Mode.MAIL).path
    assert after is judged(flag, day=date(2026, 10, 22), mode=Mode.MAIL).path


def test_a_case_on_an_operators_list_flags_goods_by_number_and_origin() -> None:
    listed = own_law(cases={"case": [a_case()]})

    found = judged(by=listed, hts_code=FOIL, origin_country="CN")

    assert (Verdict.NOT_ELIGIBLE, [ReasonCode.EXCLUDED_ANTIDUMPING]) == (found.verdict, codes(found))
    assert "Case A-570-053 is about goods under an antidumping" in found.reasons[0].detail
    assert "the operator's own list" in found.reasons[0].citation
    assert Confidence.UNVERIFIED is found.reasons[0].confidence
    assert Verdict.ELIGIBLE is judged(by=listed, hts_code=FOIL, origin_country="DE").verdict
    assert Verdict.ELIGIBLE is judged(by=listed, hts_code="76061130", origin_country="CN").verdict


def test_a_case_without_origins_is_about_every_one_and_holds_on_its_days_only() -> None:
    listed = own_law(cases={"case": [a_case(origins=[], to=OPEN_DAY)]})

    assert Verdict.NOT_ELIGIBLE is judged(by=listed, hts_code=FOIL, day=date(2025, 1, 14)).verdict
    assert Verdict.ELIGIBLE is judged(by=listed, hts_code=FOIL, day=OPEN_DAY).verdict


@pytest.mark.parametrize(
    ("certain", "changes", "flags", "verdict", "asked"),
    [
        (True, {"hts_code": "760711"}, (), Verdict.NOT_ELIGIBLE, []),
        (True, {"hts_code": FOIL, "origin_country": ""}, (), Verdict.UNKNOWN, ["items[0].origin_country"]),
        (False, {"hts_code": FOIL}, (), Verdict.UNKNOWN, ["items[0].flags"]),
        (False, {"hts_code": FOIL}, (GoodsFlag.OUT_OF_SCOPE,), Verdict.ELIGIBLE, []),
        (False, {"hts_code": FOIL}, (GoodsFlag.ANTIDUMPING,), Verdict.NOT_ELIGIBLE, []),
        (True, {"hts_code": FOIL}, (GoodsFlag.OUT_OF_SCOPE,), Verdict.NOT_ELIGIBLE, []),
    ],
)
def test_what_a_case_needs_to_be_told_is_asked_for(
    certain: bool, changes: dict[str, str], flags: tuple[GoodsFlag, ...], verdict: Verdict, asked: list[str]
) -> None:
    listed = own_law(cases={"case": [a_case(certain=certain)]})

    line: dict[str, Any] = {"origin_country": "CN", **changes}
    found = judged(*flags, by=listed, **line)

    assert (verdict, asked) == (found.verdict, missing(found))


def test_a_number_too_short_for_a_case_is_asked_for() -> None:
    listed = own_law(cases={"case": [a_case(hts=["76071130"])]})

    assert ["items[0].hts_code"] == missing(judged(by=listed, hts_code="760711", origin_country="CN"))
    assert Verdict.ELIGIBLE is judged(by=listed, hts_code="760711", origin_country="DE").verdict


def test_trade_measures_bar_only_under_a_regime_that_names_them() -> None:
    # law.md 1.3: proposed by 90 FR 6852, never final.
    regime = {**shipped_row("regimes", "regime", "R01"), "excludes": ["X-301"]}
    proposed = own_law(regimes={"regime": [regime]})

    assert Verdict.ELIGIBLE is judged(GoodsFlag.SECTION_301).verdict
    found = judged(GoodsFlag.SECTION_301, by=proposed)
    assert (Verdict.NOT_ELIGIBLE, [ReasonCode.EXCLUDED_TRADE_MEASURE]) == (found.verdict, codes(found))
    assert Verdict.ELIGIBLE is judged(GoodsFlag.SECTION_232, by=proposed).verdict


def test_an_eligible_answer_says_for_what_the_filer_was_taken_at_its_word() -> None:
    unlisted = {GoodsFlag.ANTIDUMPING, GoodsFlag.QUOTA, GoodsFlag.EXCISE, GoodsFlag.AGENCY_FEE, GoodsFlag.INADMISSIBLE}
    listed = own_law(cases={"case": [a_case()]})

    assert unlisted == set(judged().unlisted)
    assert unlisted - {GoodsFlag.ANTIDUMPING} == set(judged(by=listed).unlisted)
    assert () == judged(day=CLOSED_DAY).unlisted


# law.md 2.1: 50 USC 1702(b) goods are not touched by the suspension.
@pytest.mark.parametrize(
    ("day", "origin", "regime_id", "rule_id"),
    [
        ("2025-05-01", "CN", "R01", ""),
        ("2025-05-02", "CN", "R04", "K-1702B-CN"),
        ("2025-08-29", "DE", "R07", "K-1702B"),
        ("2026-06-23", "DE", "R07", "K-1702B"),
        ("2026-06-24", "DE", "R09", "K-1702B-REG"),
        ("2027-06-30", "DE", "R09", "K-1702B-REG"),
    ],
)
def test_goods_that_a_closing_does_not_reach_pass_within_the_limit(
    day: str, origin: str, regime_id: str, rule_id: str
) -> None:
    on = date.fromisoformat(day)

    found = judged(GoodsFlag.INFORMATIONAL_MATERIALS, day=on, origin_country=origin)

    assert (Verdict.ELIGIBLE, regime_id) == (found.verdict, found.regime_id)
    assert ([rule_id] if rule_id else []) == [reason.rule_id for reason in found.reasons]
    assert (EntryPath.KEPT_OPEN if rule_id else EntryPath.SECTION_321_MANIFEST) is found.path


def test_after_the_repeal_nothing_is_kept_open() -> None:
    assert Verdict.NOT_ELIGIBLE is judged(GoodsFlag.DONATION, day=date(2027, 7, 1)).verdict


def test_one_other_line_and_the_closing_reaches_the_shipment() -> None:
    book = goods(100, flags=frozenset({GoodsFlag.INFORMATIONAL_MATERIALS}))

    assert Verdict.ELIGIBLE is judge(shipment(day=CLOSED_DAY, items=(book, book)), law=law()).verdict
    assert Verdict.NOT_ELIGIBLE is judge(shipment(day=CLOSED_DAY, items=(book, goods(100))), law=law()).verdict
    over = (goods(80_001, flags=frozenset({GoodsFlag.INFORMATIONAL_MATERIALS})),)
    assert [ReasonCode.VALUE_OVER_LIMIT] == codes(judge(shipment(day=CLOSED_DAY, items=over), law=law()))

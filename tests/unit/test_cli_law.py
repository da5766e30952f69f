"""The law and its changes laid out for a person: within 80 columns, whole, and plain where it is piped."""

from __future__ import annotations

from typing import Any

import pytest
from google.type.money_pb2 import Money
from tidewaiter.eligibility.v1 import eligibility_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.pages.changes import sentences
from tidewaiter_cli.pages.checking import flag_of, print_finding
from tidewaiter_cli.pages.law import dictionary_of, difference, of_kind, print_difference, print_rows
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.typed import country_of, day_of


def row(rule_id: str, kind: str = "regime", **changes: Any) -> eligibility_pb2.LawRow:
    fields: dict[str, Any] = {
        "from": "2025-05-02",
        "to": "2025-08-29",
        "clock": "00:01 U.S. Eastern",
        "modes": [trade_pb2.TRANSPORT_MODE_MAIL],
        "countries": ["CN", "HK"],
        "says": "The exemption is closed; entries: postal duty.",
        "citation": "EO 14256",
        "confidence": trade_pb2.CONFIDENCE_OFFICIAL,
        "note": "Also when routed through a third country.",
        "standing": "shipped",
    }
    return eligibility_pb2.LawRow(kind=kind, rule_id=rule_id, **{**fields, **changes})


def test_a_row_says_its_days_whom_it_is_about_its_words_and_its_instrument(capsys: pytest.CaptureFixture[str]) -> None:
    open_ended = row("B", "kept_open", to="", modes=[], countries=[], standing="added")

    print_rows([row("A"), open_ended], law_version="f" * 64)

    assert (
        "regime, by 00:01 U.S. Eastern\n"
        "  A  2025-05-02 to 2025-08-29  mail  CN, HK\n"
        "    The exemption is closed; entries: postal duty.\n"
        "    EO 14256 (official)\n"
        "kept open, by 00:01 U.S. Eastern\n"
        "  B  from 2025-05-02, added by the operator\n"
        "    The exemption is closed; entries: postal duty.\n"
        "    EO 14256 (official)\n"
        f"law {'f' * 64}\n"
    ) == capsys.readouterr().out


def test_notes_are_shown_when_asked_and_no_line_is_longer_than_80(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([row("A", says="word " * 60, note="x" * 200)], notes=True, law_version="f" * 64)

    lines = capsys.readouterr().out.splitlines()
    assert 80 >= max(map(len, lines))
    assert 200 == "".join(lines).count("x")
    assert 60 == " ".join(lines).count("word")


def test_zones_are_left_out_unless_asked_for_and_an_unknown_kind_is_refused() -> None:
    rows = [row("A"), row("Z", "zone")]

    assert ["A"] == [each.rule_id for each in of_kind(rows, "")]
    assert ["Z"] == [each.rule_id for each in of_kind(rows, "zone")]
    with pytest.raises(Stop, match="--kind duty is no kind") as stop:
        of_kind(rows, "duty")
    assert "regime, zone" in str(stop.value.advice)


def test_what_ended_and_what_began_is_marked_kind_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    before, after = [row("A"), row("SAME"), row("P", "path")], [row("SAME"), row("B", to="")]

    ended, began = difference(before, after)
    print_difference(ended, began, before="2025-08-28", after="2025-08-29", law_version="f" * 64)

    assert (["A", "P"], ["B"]) == ([each.rule_id for each in ended], [each.rule_id for each in began])
    lines = capsys.readouterr().out.splitlines()
    assert "from 2025-08-28 to 2025-08-29" == lines[0]
    assert ["regime", "- A", "+ B", "path", "- P"] == [
        line[:3].strip() if line[0] in "-+" else line for line in lines[1:-1] if line[0] not in "-+" or line[2] != " "
    ]


def test_two_days_of_one_law_differ_in_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_difference([], [], before="2025-08-27", after="2025-08-28", law_version="f" * 64)

    assert "nothing changed" in capsys.readouterr().out


def test_a_machine_gets_every_field() -> None:
    assert {
        "kind": "regime",
        "rule_id": "A",
        "from": "2025-05-02",
        "to": "2025-08-29",
        "clock": "00:01 U.S. Eastern",
        "modes": ["mail"],
        "countries": ["CN", "HK"],
        "says": "The exemption is closed; entries: postal duty.",
        "citation": "EO 14256",
        "confidence": "official",
        "note": "Also when routed through a third country.",
        "standing": "shipped",
    } == dictionary_of(row("A"))


def test_a_day_or_a_country_that_can_be_none_is_refused() -> None:
    assert "CN" == country_of("--origin", "cn")
    with pytest.raises(Stop, match="BEFORE 2025-02-30 is no day"):
        day_of("BEFORE", "2025-02-30")
    with pytest.raises(Stop, match="--origin CHN is no country"):
        country_of("--origin", "CHN")


def test_each_change_that_turns_a_verdict_is_one_sentence() -> None:
    finding = trade_pb2.EligibilityFinding(value=Money(currency_code="USD", units=900))
    eligible = {"verdict": trade_pb2.VERDICT_ELIGIBLE, "entry_path": trade_pb2.ENTRY_PATH_SECTION_321_MANIFEST}
    changes = [
        eligibility_pb2.Change(
            kind=eligibility_pb2.CHANGE_KIND_VALUE,
            value=Money(currency_code="USD", units=800),
            regime_id="R01",
            **eligible,  # type: ignore[arg-type]
        ),
        eligibility_pb2.Change(kind=eligibility_pb2.CHANGE_KIND_DAY, day="2025-08-28", **eligible),  # type: ignore[arg-type]
        eligibility_pb2.Change(
            kind=eligibility_pb2.CHANGE_KIND_MODE,
            mode=trade_pb2.TRANSPORT_MODE_MAIL,
            verdict=trade_pb2.VERDICT_NOT_ELIGIBLE,
        ),
        eligibility_pb2.Change(kind=eligibility_pb2.CHANGE_KIND_UNDECLARED, verdict=trade_pb2.VERDICT_ELIGIBLE),
    ]

    assert [
        "Worth $800.00 or less: eligible, entry path section 321 manifest, regime R01.",
        "Arriving on 2025-08-28: eligible, entry path section 321 manifest.",
        "Arriving by mail: not eligible.",
        "Not declared as a gift: eligible.",
    ] == sentences(finding, changes)


def test_every_flag_of_the_contract_can_be_given_on_the_command_line() -> None:
    from typing import get_args

    from tidewaiter_cli.commands.check import Flag

    assert {number for number in trade_pb2.GoodsFlag.values() if number} == {flag_of(word) for word in get_args(Flag)}


def test_a_finding_shows_why_this_entry_its_duty_the_rates_and_what_was_not_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reason = trade_pb2.Reason(detail="Type 11.", rule_id="P-11", citation="19 USC 1498")
    duty = trade_pb2.DutyFinding(
        amount=Money(currency_code="USD", units=13, nanos=500_000_000), formula="54.00 % of $25.00", rule_id="PD4"
    )
    rate = trade_pb2.Conversion(currency_code="EUR", rate="1.0353", source="H.10")
    finding = trade_pb2.EligibilityFinding(
        verdict=trade_pb2.VERDICT_NOT_ELIGIBLE,
        entry_reason=reason,
        duties=[duty, trade_pb2.DutyFinding(formula="needs the rate of DE")],
        conversions=[rate],
        unlisted=[trade_pb2.GOODS_FLAG_QUOTA],
    )

    print_finding(finding, changes=["Arriving by mail: eligible."])

    out = capsys.readouterr().out
    for piece in (
        "Type 11.", "P-11, 19 USC 1498", "Duty $13.50: 54.00 % of $25.00", "Duty needs the rate of DE",
        "EUR at 1.0353 USD, H.10", "taken at the filer's word: quota", "What would change it", "Arriving by mail",
    ):  # fmt: skip
        assert piece in out

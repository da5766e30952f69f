"""What is laid out for a person: decisions with what would change them, counts."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest
from google.type.money_pb2 import Money
from rich.console import Console
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_cli.filing.tally import Tally
from tidewaiter_cli.pages.advice import what_would_change
from tidewaiter_cli.pages.checking import arrival_on, money_of, print_finding
from tidewaiter_cli.pages.explaining import print_decision
from tidewaiter_cli.pages.showing import console, find_shipment, money, name_of, table
from tidewaiter_cli.stopping import Stop
from tidewaiter_cli.typed import day_of
from tidewaiter_client import Answer, FilingRefused, NotFound, RequestIdReused, ServerFailed

TRACE = "ab" * 16


@pytest.mark.parametrize(
    ("units", "nanos", "currency", "written"),
    [
        (1234, 560_000_000, "USD", "$1,234.56"),
        (0, 0, "USD", "$0.00"),
        (5, 10_000_000, "JPY", "JPY 5.01"),
        (5, 1, "", "5.000000001"),
    ],
)
def test_money_is_written_as_people_write_it(units: int, nanos: int, currency: str, written: str) -> None:
    assert written == money(Money(currency_code=currency, units=units, nanos=nanos))


@pytest.mark.parametrize(
    ("text", "cents"), [("800.00", 80_000), ("800.01", 80_001), ("$1,200", 120_000), ("0.29", 29), ("0", 0)]
)
def test_an_amount_is_read_to_the_cent(text: str, cents: int) -> None:
    found = money_of(text, "usd")

    assert ("USD", cents) == (found.currency_code, found.units * 100 + found.nanos // 10_000_000)


@pytest.mark.parametrize("text", ["", "x", "-1", "NaN", "1e99", "0.0000000001"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Stop, match="is no amount"):
        money_of(text, "USD")


def test_dollars_finer_than_a_cent_are_refused_with_what_to_write() -> None:
    with pytest.raises(Stop, match=r"--value 800\.001 is finer than a cent") as refused:
        money_of("800.001", "usd")

    assert "Write 800.00." == refused.value.advice
    assert 800_010_000_000 == money_of("800.010", "USD").units * 10**9 + money_of("800.010", "USD").nanos
    assert 1_000_000 == money_of("800.001", "KWD").nanos


@pytest.mark.parametrize("name", ["T-unknown", "SKYTIDE/unknown", "0" * 26])
def test_a_shipment_that_is_not_found_is_told_by_the_name_that_was_asked_for(name: str) -> None:
    client = Mock()
    client.get_shipment.side_effect = NotFound(code="NOT_FOUND", reason="SHIPMENT_NOT_FOUND", detail="none such")

    with pytest.raises(Stop, match=f"{name}: .*SHIPMENT_NOT_FOUND: none such") as told:
        find_shipment(client, name)
    assert "Look for a misspelt name" in told.value.advice


def test_a_day_is_read_as_noon_in_america_and_what_is_none_is_refused() -> None:
    assert "2025-08-29T17:00:00Z" == arrival_on(date(2025, 8, 29)).ToJsonString()
    for text in ("2025-08-32", "tomorrow", "2025-08-29T10:00:00Z", "20250829"):
        with pytest.raises(Stop, match=f"--on {text} is no day"):
            day_of("--on", text)


def test_an_enum_value_of_a_newer_release_keeps_its_number() -> None:
    assert "RELEASE" == name_of(trade_pb2.Outcome, 1, "OUTCOME_")
    assert "OUTCOME_99" == name_of(trade_pb2.Outcome, 99, "OUTCOME_")


def dollars(units: int) -> Money:
    return Money(currency_code="USD", units=units)


DECISION = trade_pb2.Decision(
    decision_id="S-1",
    shipment_id="S",
    revision=2,
    supersedes="S-0",
    outcome=trade_pb2.OUTCOME_ENTRY_REQUIRED,
    entry_path=trade_pb2.ENTRY_PATH_TYPE_11,
    degraded=True,
    reasons=[
        trade_pb2.Reason(
            code=trade_pb2.REASON_CODE_PERSON_DAY_OVER_LIMIT, rule_id="V-C-800", detail="[b]985.36 is over[/b].",
            citation="19 USC 1321", confidence=trade_pb2.CONFIDENCE_OFFICIAL, field="items",
        ),
        trade_pb2.Reason(code=trade_pb2.REASON_CODE_DATA_INCOMPLETE, field="buyer.phone"),
        trade_pb2.Reason(code=trade_pb2.REASON_CODE_DATA_INCOMPLETE, field="buyer.phone"),
    ],
    eligibility=trade_pb2.EligibilityFinding(
        verdict=trade_pb2.VERDICT_NOT_ELIGIBLE, regime_id="R01", local_day="2025-04-02", zone="America/Phoenix",
        value=dollars(301), limit=dollars(800), headroom=dollars(0), counted_shipments=3,
    ),
    risk=trade_pb2.RiskFinding(
        score=15,
        contributions=[
            trade_pb2.RiskContribution(signal="data.incomplete", points=15),
            trade_pb2.RiskContribution(signal="history.split", shipment_ids=["S1", "S2"]),
        ],
        counterfactual=trade_pb2.RiskCounterfactual(detail="With 85 points more it would be REVIEW."),
        lists=[trade_pb2.ListVersion(list="sample", version="v1", entries=20)],
    ),
    trace_id=TRACE,
)  # fmt: skip


def printed(decision: trade_pb2.Decision) -> str:
    written = io.StringIO()
    standing = intake_pb2.GetShipmentResponse(
        shipment=trade_pb2.Shipment(shipment_id="S", tracking_number="T1"),
        receipt=trade_pb2.Receipt(log_origin="log.example", leaf_index=34, tree_size=50),
        filings=[
            intake_pb2.FilingSummary(
                originator_code="CARR01", request_id="r-1", filer_type=trade_pb2.FILER_TYPE_CARRIER
            )
        ],
    )
    print_decision(Console(width=116, file=written, highlight=False), standing, decision)
    return written.getvalue()


def test_a_decision_is_explained_with_all_that_was_found() -> None:
    text = printed(DECISION)

    for piece in (
        "ENTRY_REQUIRED  entry path type 11", "on the safe side", "tracking T1, revision 2",
        "filed by CARR01 (carrier) as r-1", "[b]985.36 is over[/b].", "rule V-C-800, 19 USC 1321, official source",
        "R01", "2025-04-02 (America/Phoenix)", "$301.00", "$800.00", "3 shipments", "score 15 of 1000", "+15",
        "data.incomplete", "Shipments: S1, S2.", "With 85 points more it would be REVIEW.",
        "list sample v1, 20 entries", "entry 34 of log.example, proven at size 50",
        "supersedes S-0", TRACE,
    ):  # fmt: skip
        assert piece in text


def test_a_pending_decision_is_explained_too() -> None:
    text = printed(trade_pb2.Decision(outcome=trade_pb2.OUTCOME_PENDING))

    assert "PENDING" in text
    assert "not yet: the decision is pending" in text


def test_what_would_change_a_decision_is_told_once_for_each_reason() -> None:
    by_day, mend = what_would_change(DECISION)

    assert "worth $301.00 by itself" in by_day
    assert "lots of one order" in by_day
    assert "Give buyer.phone, by filing the parcel again with it." == mend


def test_a_field_is_not_asked_for_when_one_within_it_is() -> None:
    fields = ("consignee", "consignee.postal_code", "items", "items[0].hts_code", "item", "")
    reasons = [trade_pb2.Reason(code=trade_pb2.REASON_CODE_INPUT_MISSING, field=field) for field in fields]
    asked = [sentence.split(",")[0] for sentence in what_would_change(trade_pb2.Decision(reasons=reasons))]

    assert ["Give consignee.postal_code", "Give items[0].hts_code", "Give item", "Give what is missing"] == asked


def test_what_is_not_known_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    closed = trade_pb2.Reason(code=trade_pb2.REASON_CODE_EXEMPTION_CLOSED, detail="closed")
    print_finding(trade_pb2.EligibilityFinding(verdict=trade_pb2.VERDICT_UNKNOWN, reasons=[closed]))

    assert ["unknown", "  closed"] == [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    (advice,) = what_would_change(trade_pb2.Decision(reasons=[closed]))
    assert "enter as" not in advice
    assert (
        "enter as type 11"
        in what_would_change(trade_pb2.Decision(reasons=[closed], entry_path=trade_pb2.ENTRY_PATH_TYPE_11))[0]
    )


def test_a_release_tells_how_much_more_would_turn_it() -> None:
    released = trade_pb2.Decision(
        reasons=[trade_pb2.Reason(code=trade_pb2.REASON_CODE_EXEMPTION_MET)],
        eligibility=trade_pb2.EligibilityFinding(headroom=dollars(700), local_day="2025-04-02"),
    )

    assert "More than $700.00 of other goods" in what_would_change(released)[0]
    released.eligibility.ClearField("headroom")
    assert [""] == what_would_change(released)


def test_every_reason_that_a_filer_can_mend_has_advice() -> None:
    mendable = ("INPUT_MISSING", "DATA_INCOMPLETE", "DESCRIPTION_VAGUE", "RATE_UNKNOWN", "GIFT_NOT_BONA_FIDE")

    for name in mendable:
        code = trade_pb2.ReasonCode.Value(f"REASON_CODE_{name}")
        assert what_would_change(trade_pb2.Decision(reasons=[trade_pb2.Reason(code=code)]))


def answer(outcome: int, *, replayed: bool = False) -> Answer:
    decision = trade_pb2.Decision(outcome=outcome)  # type: ignore[arg-type]
    return Answer(0, "r", response=intake_pb2.SubmitFilingResponse(decision=decision, replayed=replayed))


def refused(kind: type[Any]) -> Answer:
    return Answer(0, "r", error=kind(code="X", detail="x"))


def test_the_summary_has_the_agreed_shape_and_counts_every_filing_once() -> None:
    tally = Tally(unreadable=2)
    answers = [answer(1), answer(1, replayed=True), answer(2), answer(6), answer(99)]
    for each in (*answers, refused(FilingRefused), refused(RequestIdReused), refused(ServerFailed)):
        tally.count(each)

    assert {
        "filings": 10, "decided": 4, "replayed": 1, "pending": 1, "bad": 4, "refused": 2, "failed": 1, "risk_silent": 0,
        "outcomes": {"ENTRY_REQUIRED": 1, "OUTCOME_99": 1, "PENDING": 1, "RELEASE": 2},
        "seconds": 2.0, "filings_per_second": 4.0,
    } == tally.summary(2.0)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "unreadable", "status"),
    [
        ([answer(1), answer(5)], 0, 0),
        ([], 0, 0),
        ([answer(1)], 1, 3),
        ([answer(1), refused(FilingRefused)], 0, 3),
        ([answer(6)], 0, 1),
        ([answer(6), refused(FilingRefused)], 1, 1),
        ([refused(ServerFailed)], 0, 1),
    ],
)
def test_the_ending_says_whether_all_are_decided(answers: list[Answer], unreadable: int, status: int) -> None:
    tally = Tally(unreadable=unreadable)
    for each in answers:
        tally.count(each)

    assert status == tally.status()


def test_a_table_is_read_whole_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    rows = table("name", "why")
    rows.add_row("n" * 100, "w" * 100)
    console().print(rows)

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert (100, 100) == tuple("".join(lines[1:]).count(letter) for letter in "nw")

"""The law over a real wire: its rows, an operator's own, a day of choice, what would change a verdict, the shadow."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.type.money_pb2 import Money
from tidewaiter.eligibility.v1 import eligibility_pb2, eligibility_pb2_grpc
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Kind
from tidewaiter_chassis.settings import load
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_eligibility.__main__ import build
from tidewaiter_eligibility.law import LawRefused
from tidewaiter_eligibility.settings import Settings

from tests.eligibility_service import batch, failure_of, stub, telemetry
from tests.eligibility_shipments import CLOSED_DAY, law, message

if TYPE_CHECKING:
    from tidewaiter.eligibility.v1.eligibility_pb2_grpc import EligibilityServiceAsyncStub as Stub

__all__ = ["stub", "telemetry"]

ROW = (
    'from = 2025-01-01\nclock = "EASTERN_0001"\ncitation = "an order"\nconfidence = "unverified"\nnote = "for a test"\n'
)
CASES = f'[[case]]\nid = "C1"\nflag = "QUOTA"\ngoods = "shirts"\nhts = ["6205"]\norigins = []\ncertain = true\n{ROW}'
Counted = Counter[tuple[str, str]]
RATES = "currency,from,to,usd_per_unit,source\nEUR,2025-01-01,2025-02-01,1.0353,Federal Reserve H.10\n"


def question(shipment: trade_pb2.Shipment, **fields: object) -> eligibility_pb2.CheckEligibilityRequest:
    return eligibility_pb2.CheckEligibilityRequest(shipment=shipment, **fields)  # type: ignore[arg-type]


def several(requests: list[eligibility_pb2.CheckEligibilityRequest]) -> eligibility_pb2.BatchCheckEligibilityRequest:
    return eligibility_pb2.BatchCheckEligibilityRequest(requests=requests)


def settings_with(folder: Path, **variables: Path) -> Settings:
    listen = {"LISTEN": "127.0.0.1:0", "METRICS_LISTEN": "", "DATA_DIR": str(folder / "data")}
    named = {**listen, **{name.upper(): str(path) for name, path in variables.items()}}
    return load(Settings, {f"TIDEWAITER_ELIGIBILITY_{name}": value for name, value in named.items()})


@pytest.fixture
def counted(telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What the shadow's counter is told, by both verdicts."""
    counts: Counted = Counter()

    class Recorded:
        def add(self, amount: float, attributes: Mapping[str, str]) -> None:
            counts[attributes["verdict"], attributes["shadow_verdict"]] += int(amount)

    made = telemetry.meters.counter

    def counter(name: str, **about: str) -> object:
        return Recorded() if name == "tidewaiter.eligibility.shadow" else made(name, **about)

    monkeypatch.setattr(telemetry.meters, "counter", counter)
    return counts


@pytest.fixture
async def own_stub(tmp_path: Path, telemetry: Telemetry, counted: Counted) -> AsyncIterator[Stub]:
    """A service with rates of exchange, and with a shadow law in which shirts are under a quota."""
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "cases.toml").write_text(CASES, encoding="utf-8")
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    settings = settings_with(tmp_path, shadow_law_dir=tmp_path / "shadow", exchange_rates_file=tmp_path / "rates.csv")
    server = await build(settings, telemetry)
    address = await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        yield eligibility_pb2_grpc.EligibilityServiceStub(channel)
    await server.stop(0)


async def test_a_finding_says_why_this_entry_and_for_what_the_filer_is_taken_at_its_word(stub: Stub) -> None:
    eligible = (await stub.CheckEligibility(question(message()))).finding
    closed = (await stub.CheckEligibility(question(message(day=CLOSED_DAY)))).finding

    assert (trade_pb2.REASON_CODE_ENTRY_NAMED, "P-MANIFEST") == (
        eligible.entry_reason.code, eligible.entry_reason.rule_id,
    )  # fmt: skip
    assert trade_pb2.GOODS_FLAG_ANTIDUMPING in eligible.unlisted
    assert ("P-11", []) == (closed.entry_reason.rule_id, [*closed.unlisted])
    assert closed.entry_reason.citation


async def test_postal_duty_is_answered_to_the_cent_with_its_formula(stub: Stub) -> None:
    by_mail = message(mode=trade_pb2.TRANSPORT_MODE_MAIL)

    (duty,) = (await stub.CheckEligibility(question(by_mail, as_of="2026-03-01"))).finding.duties

    assert (trade_pb2.DUTY_METHOD_AD_VALOREM, Money(currency_code="USD", units=2, nanos=500_000_000)) == (
        duty.method, duty.amount,
    )  # fmt: skip
    assert ("PD6", "10.00 % of $25.00 = $2.50", trade_pb2.CONFIDENCE_SECONDARY) == (
        duty.rule_id, duty.formula, duty.confidence,
    )  # fmt: skip


async def test_a_question_may_name_the_day_to_judge_by(stub: Stub) -> None:
    finding = (await stub.CheckEligibility(question(message(), as_of="2025-08-29"))).finding

    assert ("R07", "2025-08-29") == (finding.regime_id, finding.local_day)


@pytest.mark.parametrize("as_of", ["2025-02-30", "1993-12-31", "2100-01-01", "tomorrow"])
async def test_a_day_that_is_none_is_refused(stub: Stub, as_of: str) -> None:
    failure = await failure_of(stub.CheckEligibility(question(message(), as_of=as_of)))

    assert Kind.INVALID is failure.kind
    assert "as_of" == failure.violations[-1].field
    assert "DAY_UNKNOWN" in {violation.code for violation in failure.violations}


async def test_what_would_change_the_verdict_is_answered_when_asked(stub: Stub) -> None:
    asked = await stub.CheckEligibility(question(message(cents=80_001), what_would_change=True))
    unasked = await stub.CheckEligibility(question(message(cents=80_001)))

    (change,) = asked.changes
    assert (
        eligibility_pb2.Change(
            kind=eligibility_pb2.CHANGE_KIND_VALUE,
            value=Money(currency_code="USD", units=800),
            verdict=trade_pb2.VERDICT_ELIGIBLE,
            entry_path=trade_pb2.ENTRY_PATH_SECTION_321_MANIFEST,
            regime_id="R01",
        )
        == change
    )
    assert [] == [*unasked.changes]


async def test_what_would_change_an_answer_of_the_past_is_of_the_same_past(stub: Stub) -> None:
    before = await stub.CheckEligibility(question(message("S1", cents=50_000)))
    await stub.DetermineEligibility(batch(message("S2", cents=40_000)))

    past = question(message("S1", cents=50_000), what_would_change=True)
    past.consistency.at_exact_snapshot = before.snapshot
    then, now = (
        await stub.CheckEligibility(past),
        await stub.CheckEligibility(question(message("S1", cents=50_000), what_would_change=True)),
    )

    assert [80_001, 40_000] == [
        change.value.units * 100 + change.value.nanos // 10_000_000
        for response in (then, now)
        for change in response.changes
        if change.kind == eligibility_pb2.CHANGE_KIND_VALUE
    ]


async def test_the_day_that_would_change_it_is_answered_too(stub: Stub) -> None:
    response = await stub.CheckEligibility(question(message(day=CLOSED_DAY), what_would_change=True))

    assert [(eligibility_pb2.CHANGE_KIND_DAY, "2025-08-28", "R01")] == [
        (change.kind, change.day, change.regime_id) for change in response.changes
    ]


async def test_in_a_batch_nobody_is_told_what_would_change(stub: Stub) -> None:
    requests = [question(message()), question(message(), what_would_change=True)]

    results = (await stub.BatchCheckEligibility(several(requests))).results

    assert ["finding", "error"] == [result.WhichOneof("result") for result in results]
    violation = answers.from_status(results[1].error).violations[0]
    assert ("requests[1].what_would_change", "CHANGES_IN_BATCH") == (violation.field, violation.code)


async def test_without_a_shadow_law_none_can_be_asked_for(stub: Stub) -> None:
    failure = await failure_of(stub.CheckEligibility(question(message(), shadow=True)))
    requests = [question(message(), shadow=True)]
    results = (await stub.BatchCheckEligibility(several(requests))).results

    assert ("shadow", "SHADOW_ABSENT") == (failure.violations[0].field, failure.violations[0].code)
    assert "requests[0].shadow" == answers.from_status(results[0].error).violations[0].field


async def test_the_shadow_law_is_counted_and_answered_only_when_asked(own_stub: Stub, counted: Counted) -> None:
    asked = await own_stub.CheckEligibility(question(message(), shadow=True))
    unasked = await own_stub.CheckEligibility(question(message()))
    determined = await own_stub.DetermineEligibility(batch(message("S1")))
    requests = [question(message(), shadow=True), question(message(day=CLOSED_DAY))]
    answers_of_batch = await own_stub.BatchCheckEligibility(several(requests))

    eligible, not_eligible = trade_pb2.VERDICT_ELIGIBLE, trade_pb2.VERDICT_NOT_ELIGIBLE
    assert (eligible, not_eligible) == (asked.finding.verdict, asked.shadow.verdict)
    assert asked.finding.law_version != asked.shadow.law_version
    assert (eligible, False) == (unasked.finding.verdict, unasked.HasField("shadow"))
    assert eligible == determined.results[0].finding.verdict
    assert [True, False] == [result.HasField("shadow") for result in answers_of_batch.results]
    assert {("ELIGIBLE", "NOT_ELIGIBLE"): 4, ("NOT_ELIGIBLE", "NOT_ELIGIBLE"): 1} == counted


async def test_a_value_in_another_currency_is_converted_and_the_rate_is_shown(own_stub: Stub) -> None:
    euros = message()
    euros.items[0].unit_value.CopyFrom(Money(currency_code="EUR", units=100))

    finding = (await own_stub.CheckEligibility(question(euros))).finding

    # 100 × 1.0353.
    assert Money(currency_code="USD", units=103, nanos=530_000_000) == finding.value
    (used,) = finding.conversions
    assert ("EUR", "1.0353", "2025-01-01", "2025-02-01", "Federal Reserve H.10", "FX") == (
        used.currency_code, used.rate, used.first_day, used.end_day, used.source, used.rule_id,
    )  # fmt: skip


async def test_every_row_is_listed_when_asked_and_says_whose_it_is(stub: Stub) -> None:
    short = await stub.ListRegimes(eligibility_pb2.ListRegimesRequest(on="2025-06-01", origin_country="CN"))
    full = await stub.ListRegimes(
        eligibility_pb2.ListRegimesRequest(on="2025-06-01", origin_country="CN", with_rows=True)
    )

    assert ["GIFT", "R04", "R05"] == [regime.regime_id for regime in short.regimes]
    assert ([], [*short.regimes]) == ([*short.rows], [*full.regimes])
    rows = {row.rule_id: row for row in full.rows}
    assert {"R04", "R05", "GIFT", "V-C-800", "X-ALC", "P-86", "PD4", "K-1702B-CN", "CLOCK-LAW"} <= set(rows)
    assert set() == {"R01", "R07", "PD3", "PD5", "P-13", "GIFTI"} & set(rows)
    assert ("00:01 U.S. Eastern", "shipped", "duty") == (rows["PD4"].clock, rows["PD4"].standing, rows["PD4"].kind)
    assert "On postal duty: 54.00 % of the value; or $100.00 for each item." == rows["PD4"].says
    assert law().version == full.law_version


async def test_an_operators_rows_govern_and_damaged_ones_stop_the_start(tmp_path: Path, telemetry: Telemetry) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "cases.toml").write_text(CASES, encoding="utf-8")
    server = await build(settings_with(tmp_path, law_dir=own), telemetry)
    address = await server.start()
    async with grpc.aio.insecure_channel(address) as channel:
        service: Stub = eligibility_pb2_grpc.EligibilityServiceStub(channel)
        finding = (await service.CheckEligibility(question(message()))).finding
        rows = (await service.ListRegimes(eligibility_pb2.ListRegimesRequest(with_rows=True))).rows
    await server.stop(0)

    assert [("EXCLUDED_QUOTA", "19 CFR 10.153; CSMS 67845486; an order")] == [
        (trade_pb2.ReasonCode.Name(reason.code).removeprefix("REASON_CODE_"), reason.citation)
        for reason in finding.reasons
    ]
    assert ["C1"] == [row.rule_id for row in rows if row.standing == "added"]
    (own / "cases.toml").write_text(CASES.replace('"QUOTA"', '"RARE"'), encoding="utf-8")
    with pytest.raises(LawRefused, match="C1: flag RARE is unknown"):
        await build(settings_with(tmp_path, law_dir=own), telemetry)

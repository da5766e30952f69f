"""Streams of filings: every filing answered once, each with its own trace, nothing leaked, nothing lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_audit.fsck import check_log
from tidewaiter_audit.store.sqlite import SqliteLog
from tidewaiter_chassis import answers
from tidewaiter_tlog.keys import parse_verifier_key

from tests.filings import goods, message, party
from tests.suite import Suite, suite, until

RELEASE, ENTRY = trade_pb2.OUTCOME_RELEASE, trade_pb2.OUTCOME_ENTRY_REQUIRED


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


def persons(count: int, *, prefix: str = "p") -> list[trade_pb2.Filing]:
    """Filings of as many persons as parcels."""
    return [message(f"{prefix}{n}", consignee=party(f"Person {n}")) for n in range(count)]


async def test_every_filing_of_a_stream_is_answered_once_and_recorded(house: Suite) -> None:
    results = await house.stream(persons(700), chunk=300)

    assert Counter({RELEASE: 700}) == Counter(r.response.decision.outcome for r in results.values())
    assert 700 == await house.tree_size()
    assert set(range(700)) == {r.response.receipt.leaf_index for r in results.values()}


async def test_a_stream_filed_again_is_replayed_and_the_log_does_not_grow(house: Suite) -> None:
    first = await house.stream(persons(300))

    again = await house.stream(persons(300))

    assert all(result.response.replayed for result in again.values())
    assert {k: r.response.decision for k, r in first.items()} == {k: r.response.decision for k, r in again.items()}
    assert 300 == await house.tree_size()


async def test_each_filing_of_a_stream_of_five_hundred_has_its_own_trace_linked_to_the_stream(house: Suite) -> None:
    results = await house.stream(persons(500))

    (stream,) = await until(
        lambda: [
            s for s in house.spans.get_finished_spans() if s.name == "tidewaiter.intake.v1.IntakeService/StreamFilings"
        ]
    )
    traces = {result.response.decision.trace_id for result in results.values()}
    assert 500 == len(traces)
    expected = {"intake.file", "eligibility.determine", "risk.assess", "audit.append"}
    by_trace: dict[str, list[Any]] = {}
    for span in house.spans.get_finished_spans():
        by_trace.setdefault(f"{span.context.trace_id:032x}", []).append(span)
    for trace in traces:
        spans = {span.name: span for span in by_trace[trace]}
        assert expected == spans.keys()
        root = spans["intake.file"]
        assert root.parent is None
        assert [stream.context.span_id] == [link.context.span_id for link in root.links]
        assert {root.context.span_id} == {span.parent.span_id for name, span in spans.items() if name != "intake.file"}


async def test_a_cancelled_stream_leaks_no_span_and_loses_no_filing_it_took(house: Suite) -> None:
    async def requests() -> AsyncIterator[intake_pb2.StreamFilingsRequest]:
        for start in range(0, 600, 100):
            yield intake_pb2.StreamFilingsRequest(
                chunk=intake_pb2.FilingChunk(filings=persons(600)[start : start + 100])
            )
        await asyncio.Event().wait()

    call = house.intake.StreamFilings(requests())
    await call.read()
    call.cancel()

    await until(lambda: all(t.tracing.live == 0 for t in house.telemetry.values()))
    (stream,) = [
        s for s in house.spans.get_finished_spans() if s.name == "tidewaiter.intake.v1.IntakeService/StreamFilings"
    ]
    assert "CANCELLED" == (stream.attributes or {}).get("rpc.status_code")
    again = await house.stream(persons(600))
    assert Counter({RELEASE: 600}) == Counter(r.response.decision.outcome for r in again.values())
    assert 600 == await house.tree_size()


async def test_bad_filings_are_answered_in_their_place_and_the_rest_goes_on(house: Suite) -> None:
    bad = message("bad", originator_code="x", tracking_number="1Z5R89390357567128", consignee=None)

    results = await house.stream([message("a"), bad, message("b", consignee=party("Bo Ek"))])

    assert [RELEASE, RELEASE] == [results[k].response.decision.outcome for k in "ab"]
    failure = answers.from_status(results["bad"].error)
    assert {
        ("filing.originator_code", "STRING_PATTERN"),
        ("filing.tracking_number", "TRACKING_NUMBER_CHECK_DIGIT"),
        ("filing.consignee.name", "CONSIGNEE_MISSING"),
    } == {(violation.field, violation.code) for violation in failure.violations}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_order_of_filing_never_changes_the_final_verdicts(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    filings = [
        message(f"f{n}", consignee=party(f"Person {n % 20}"), items=[goods(chance.randrange(20_000, 60_000))])
        for n in range(40)
    ]
    finals: list[dict[str, tuple[int, int]]] = []
    for order in (filings, filings[::-1], chance.sample(filings, len(filings))):
        async with suite(tmp_path / f"{len(finals)}") as house:
            await house.stream(order, chunk=chance.choice([1, 3, 40]))
            await until(house.at_rest)
            finals.append({f.tracking_number: await _final(house, f) for f in filings})

    assert finals[0] == finals[1] == finals[2]
    assert {RELEASE, ENTRY} == {outcome for outcome, _ in finals[0].values()}


async def _final(house: Suite, filing: trade_pb2.Filing) -> tuple[int, int]:
    decision = await house.current(filing.tracking_number)
    return decision.outcome, decision.entry_path


async def test_many_filings_on_one_person_day_in_one_stream_are_all_denied_in_the_end(house: Suite) -> None:
    filings = [message(f"f{n}", items=[goods(10_000)]) for n in range(100)]

    await house.stream(filings, chunk=7)

    async def denied() -> bool:
        return {ENTRY} == {(await house.current(f.tracking_number)).outcome for f in filings}

    await until(denied)


async def test_the_log_of_a_stream_is_sound_to_the_last_leaf(tmp_path: Path) -> None:
    async with suite(tmp_path) as house:
        await house.stream(persons(520))
    store = SqliteLog.open(tmp_path)
    try:
        report = check_log(store, parse_verifier_key((tmp_path / "audit.pub").read_text().strip()))
    finally:
        await store.shut()

    assert (520, ()) == (report.tree_size, tuple(report.problems))


async def test_a_message_that_opens_in_the_middle_ends_the_stream_with_a_clear_error(house: Suite) -> None:
    chunk = intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=[message("a")]))
    opening = intake_pb2.StreamFilingsRequest(open=intake_pb2.StreamOpen(in_flight_max=500))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in house.intake.StreamFilings(iter([opening, chunk, opening])):
            pass

    assert (grpc.StatusCode.INVALID_ARGUMENT, "STREAM_MESSAGE_UNEXPECTED") == (
        refused.value.code(),
        answers.from_rpc_error(refused.value).reason,
    )


async def test_a_message_that_holds_nothing_ends_the_stream_with_a_clear_error(house: Suite) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in house.intake.StreamFilings(iter([intake_pb2.StreamFilingsRequest()])):
            pass

    assert "STREAM_MESSAGE_EMPTY" == answers.from_rpc_error(refused.value).reason


async def test_when_the_desk_is_full_every_filing_is_refused_with_a_time_to_retry_and_none_is_kept(
    tmp_path: Path,
) -> None:
    bounds = {"TIDEWAITER_INTAKE_SHIPMENTS_WAITING_MAX": "10", "TIDEWAITER_INTAKE_SHIPMENTS_PER_FLIGHT_MAX": "5"}
    async with suite(tmp_path, **bounds) as house:
        results = await house.stream(persons(11), chunk=11)
        failures = [answers.from_status(result.error) for result in results.values()]
        assert {"DESK_FULL"} == {failure.reason for failure in failures}
        assert all(failure.retry_after_seconds for failure in failures)
        assert 0 == await house.tree_size()
        assert 10 == len(await house.stream(persons(10), chunk=10))
        assert 10 == await house.tree_size()


async def test_a_stop_answers_what_an_idle_stream_sent_and_ends_it_at_once(tmp_path: Path) -> None:
    async with suite(tmp_path) as house:
        call = house.intake.StreamFilings()
        await call.write(intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=[message("a")])))
        answer = await call.read()
        assert RELEASE == answer.results[0].response.decision.outcome

        async with asyncio.timeout(4):
            await house.stop("intake")

        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await call.read()
        assert (grpc.StatusCode.UNAVAILABLE, "DRAINING") == (
            ended.value.code(),
            answers.from_rpc_error(ended.value).reason,
        )

"""Streams that are cut anywhere and resumed: nothing lost, nothing filed twice, every answer told in the end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_chassis import answers
from tidewaiter_chassis.failures import Failure
from tidewaiter_client import Answer, AsyncClient, StreamLimits

from tests.filings import message, party
from tests.suite import Suite, suite, until

Said = intake_pb2.StreamFilingsResponse


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Suite]:
    async with suite(tmp_path) as built:
        yield built


def persons(count: int, *, first: int = 0) -> list[trade_pb2.Filing]:
    """Filings of as many persons as parcels."""
    return [message(f"p{n}", consignee=party(f"Person {n}")) for n in range(first, first + count)]


def opening(token: str = "", **more: Any) -> intake_pb2.StreamFilingsRequest:
    return intake_pb2.StreamFilingsRequest(open=intake_pb2.StreamOpen(resume_token=token, **more))


def chunk(*filings: trade_pb2.Filing) -> intake_pb2.StreamFilingsRequest:
    return intake_pb2.StreamFilingsRequest(chunk=intake_pb2.FilingChunk(filings=filings))


async def opened(house: Suite, token: str = "", **more: Any) -> tuple[Any, Said]:
    """A connection that is open, and what it was told first."""
    call = house.intake.StreamFilings(timeout=30)
    await call.write(opening(token, **more))
    said = await call.read()
    assert isinstance(said, Said)
    assert said.HasField("opened")
    return call, said


async def refusal(call: Any) -> Failure:
    """What a stream ends with."""

    async def read_all() -> None:
        while await call.read() is not grpc.aio.EOF:
            pass

    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await read_all()
    return answers.from_rpc_error(ended.value)


class Filer:
    """An obvious client: keeps the last token and the answers, and sends from where the service says."""

    def __init__(self, house: Suite, filings: list[trade_pb2.Filing]) -> None:
        self.house = house
        self.filings = filings
        self.token = ""
        self.answered = 0
        self.answers: dict[str, list[intake_pb2.FilingResult]] = {}
        self.ended = False

    async def connect(self, *, chunk_filings: int, cut_after: int) -> None:
        """One connection, cut after so many messages from the service."""
        call, said = await opened(self.house, self.token)
        self.token = said.resume_token
        left = self.filings[said.opened.received :]
        for start in range(0, len(left), chunk_filings):
            await call.write(chunk(*left[start : start + chunk_filings]))
        await call.done_writing()
        for _ in range(cut_after):
            said = await call.read()
            if said is grpc.aio.EOF:
                break
            self._hear(said)
        call.cancel()

    def _hear(self, said: Said) -> None:
        assert said.answered >= self.answered, "what is answered never becomes less"
        self.token, self.answered = said.resume_token, said.answered
        self.ended = said.HasField("end")
        for result in said.results:
            self.answers.setdefault(result.request_id, []).append(result)
        told = {filing.request_id for filing in self.filings[: said.answered]}
        assert told <= self.answers.keys(), "a token stands for answers that were told"


@pytest.mark.parametrize("seed", range(6))
async def test_cut_after_any_message_and_resumed_every_filing_is_answered_and_recorded_once(
    house: Suite, seed: int
) -> None:
    chance = random.Random(seed)
    filer = Filer(house, persons(60))

    while not filer.ended:
        await filer.connect(chunk_filings=chance.choice([1, 7, 20]), cut_after=chance.randint(0, 6))
        if chance.random() < 0.2:
            # Another process on the same store.
            await house.stop("intake")
            await house.start("intake")

    assert {filing.request_id for filing in filer.filings} == filer.answers.keys()
    assert 60 == await house.tree_size() == filer.answered
    for results in filer.answers.values():
        assert 1 == len({result.response.decision.decision_id for result in results})
        assert all(result.response.receipt.inclusion_proof or result.response.receipt.checkpoint for result in results)


async def test_answers_that_were_missed_are_sent_again_without_filing_again(house: Suite) -> None:
    call, said = await opened(house)
    await call.write(chunk(*persons(30)))
    await until(lambda: _is_recorded(house, 30))
    call.cancel()

    resumed, again = await opened(house, said.resume_token)
    told = await resumed.read()
    await resumed.done_writing()
    last = await resumed.read()

    assert (0, 30) == (said.opened.received, again.opened.received)
    assert [f"p{n}" for n in range(30)] == [result.request_id for result in told.results]
    assert all(result.response.replayed for result in told.results)
    assert (30, 30) == (told.answered, last.end.filings)
    assert 30 == await house.tree_size()


async def _is_recorded(house: Suite, count: int) -> bool:
    return await house.tree_size() == count and house.at_rest()


async def test_a_refusal_that_was_missed_is_told_when_it_is_filed_again(house: Suite) -> None:
    await house.submit(message("used", tracking_number="TW-other"))
    refused = [message("bad", tracking_number="1Z5R89390357567128"), message("used")]
    call, said = await opened(house)
    await call.write(chunk(*persons(1), *refused))
    await until(lambda: _is_recorded(house, 2))
    call.cancel()

    resumed, again = await opened(house, said.resume_token)
    missed = await resumed.read()
    await resumed.write(chunk(*refused))
    told = await resumed.read()
    resumed.cancel()

    assert 3 == again.opened.received
    reasons = [answers.from_status(result.error).reason for result in missed.results[1:]]
    assert ["FILING_NOT_KEPT"] * 2 == reasons
    assert ["TRACKING_NUMBER_CHECK_DIGIT", "REQUEST_ID_REUSED"] == [
        answers.from_status(result.error).reason for result in told.results
    ]


async def test_the_window_is_the_lesser_of_what_both_want(tmp_path: Path) -> None:
    async with suite(tmp_path, TIDEWAITER_INTAKE_STREAM_FILINGS_MAX="600") as house:
        agreed = []
        for wanted in (0, 40, 9_000):
            call, said = await opened(house, in_flight_max=wanted)
            agreed.append(said.opened.in_flight_max)
            call.cancel()

    assert [600, 40, 600] == agreed


async def test_a_quiet_stream_shows_that_it_lives_and_an_idle_one_is_ended(tmp_path: Path) -> None:
    bounds = {"TIDEWAITER_INTAKE_STREAM_HEARTBEAT_SECONDS": "0.05", "TIDEWAITER_INTAKE_STREAM_IDLE_SECONDS": "0.4"}
    async with suite(tmp_path, **bounds) as house:
        call, said = await opened(house)
        quiet = [await call.read() for _ in range(2)]
        await call.write(intake_pb2.StreamFilingsRequest(heartbeat=intake_pb2.StreamHeartbeat()))
        failure = await refusal(call)
        resumed, again = await opened(house, said.resume_token)
        resumed.cancel()

    assert 50 == said.opened.heartbeat_milliseconds
    assert all(not each.results and not each.HasField("end") and each.resume_token for each in quiet)
    assert "STREAM_IDLE" == failure.reason
    assert 0 == again.opened.received


async def test_a_stream_that_was_not_opened_is_served_as_before_and_has_no_token(house: Suite) -> None:
    said = [each async for each in house.intake.StreamFilings(iter([chunk(*persons(3))]), timeout=20)]

    (told,) = said
    assert (3, "", False) == (len(told.results), told.resume_token, told.HasField("end"))


@pytest.mark.parametrize(
    "token", ["next.3", f"{'0' * 32}.1", f"{'0' * 32}.-1", "x" * 100], ids=["watch", "unknown", "negative", "long"]
)
async def test_a_token_of_no_stream_that_is_kept_is_refused(house: Suite, token: str) -> None:
    call = house.intake.StreamFilings(timeout=10)
    await call.write(opening(token))

    failure = await refusal(call)

    assert ("INVALID", "RESUME_TOKEN_UNKNOWN") == (failure.kind.name, failure.reason)
    assert ["open.resume_token"] == [violation.field for violation in failure.violations]


async def test_of_two_connections_on_one_stream_only_one_adds_to_it_and_the_other_can_go_on(house: Suite) -> None:
    one, said = await opened(house)
    two, _ = await opened(house, said.resume_token)
    await one.write(chunk(*persons(5)))
    await one.read()

    await two.write(chunk(*persons(3, first=50)))
    failure = await refusal(two)
    one.cancel()
    three, again = await opened(house, said.resume_token)
    three.cancel()

    assert "STREAM_MOVED_ON" == failure.reason
    assert 5 == again.opened.received


async def test_draining_answers_what_it_took_and_the_stream_goes_on_at_the_next_process(house: Suite) -> None:
    filer = Filer(house, persons(40))
    call, said = await opened(house)
    await call.write(chunk(*filer.filings[:25]))
    told = await call.read()
    await house.stop("intake")
    failure = await refusal(call)
    await house.start("intake")
    filer.token = said.resume_token
    await filer.connect(chunk_filings=10, cut_after=100)

    assert (25, "DRAINING") == (told.answered, failure.reason)
    assert filer.ended
    assert 40 == await house.tree_size() == len(filer.answers)


async def test_a_reader_that_takes_nothing_holds_no_more_than_the_window(house: Suite) -> None:
    call, _ = await opened(house, in_flight_max=500)

    async def send() -> None:
        for start in range(0, 20_000, 500):
            await call.write(chunk(*persons(500, first=start)))

    sending = asyncio.ensure_future(send())
    before = -1
    while before != (size := await house.tree_size()) or size == 0:
        before = size
        await asyncio.sleep(0.3)

    # The window, and what the transport holds of answers in its own windows, which grow with the connection.
    assert size <= 8_000
    sending.cancel()
    call.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_the_client_resumes_by_itself_when_intake_restarts_in_the_middle(house: Suite) -> None:
    lost: list[str] = []
    told: list[Answer] = []
    limits = StreamLimits(in_flight_max=100, chunk_filings_max=20)
    async with AsyncClient(house.addresses["intake"], stream_limits=limits) as client:
        async for answer in client.stream(persons(400), on_lost=lambda error, _seconds: lost.append(error.reason)):
            told.append(answer)
            if len(told) in (120, 300):
                await house.stop("intake")
                await house.start("intake")

    assert list(range(400)) == sorted(answer.position for answer in told)
    assert [] == [answer.error for answer in told if answer.error]
    assert lost
    assert 400 == await house.tree_size()

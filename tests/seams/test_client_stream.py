"""Streams over a real channel: every filing is answered once, whatever becomes of the connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest
from google.rpc import code_pb2
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import (
    Answer,
    FilingRefused,
    Overloaded,
    ServerFailed,
    StreamBroken,
    StreamLimits,
    Unavailable,
)

from tests.client_streams import File, assert_each_once, file_asynchronously, file_synchronously, filings, sent
from tests.fake_intake import Script, response, serving, status

GONE = status(code_pb2.UNAVAILABLE, "STORE_LOST")


@pytest.fixture(params=[file_synchronously, file_asynchronously], ids=["synchronous", "asynchronous"])
def file(request: pytest.FixtureRequest) -> File:
    """Both clients make the same promises."""
    found: File = request.param
    return found


def test_a_stream_is_answered_filing_by_filing(file: File) -> None:
    with serving() as (fake, address):
        answers = file(address, filings(95))

    assert_each_once(95, answers)
    assert all(answer.response and not answer.response.replayed for answer in answers)
    assert 40 == fake.opened[0].in_flight_max
    assert 1 == len(fake.chunks)
    assert all(1 <= len(chunk) <= 10 for chunk in fake.chunks[0])


def test_no_filings_make_no_call(file: File) -> None:
    with serving() as (fake, address):
        assert [] == file(address, [])

    assert [] == fake.chunks


def test_a_stream_has_a_deadline_of_its_own(file: File) -> None:
    limits = StreamLimits(stream_seconds=5.0, answer_seconds=3.0)
    with serving() as (fake, address):
        file(address, filings(1), limits=limits)

    assert 7.0 < fake.seconds_left[0] < 8.5


def test_what_a_lost_connection_left_unanswered_is_filed_again_and_nothing_else(file: File) -> None:
    with serving(Script(connections=[(25, GONE), (7, GONE)])) as (fake, address):
        answers = file(address, filings(60))

    assert_each_once(60, answers)
    first, second, third = sent(fake)
    assert not set(first[:25]) & set(second)
    assert not set(second[:7]) & set(third)
    assert set(first[25:]) <= {*second, *third}


def test_the_caller_may_hear_of_each_lost_connection(file: File) -> None:
    heard: list[str] = []
    with serving(Script(connections=[(25, GONE), (7, GONE)])) as (_, address):
        file(address, filings(60), on_lost=lambda error, seconds: heard.append(error.code))

    assert ["UNAVAILABLE", "UNAVAILABLE"] == heard


def test_a_server_that_restarts_costs_only_retries(file: File) -> None:
    answers: list[Answer] = []
    with serving(Script(connections=[(20, GONE)])) as (_, address):
        gate = threading.Event()

        def slowly() -> Iterator[trade_pb2.Filing]:
            for number, each in enumerate(filings(50)):
                if number == 30:
                    gate.wait(10)
                yield each

        client = threading.Thread(target=lambda: answers.extend(file(address, slowly())))
        client.start()
    with serving(address=address):
        gate.set()
        client.join(20)

    assert_each_once(50, answers)


def test_an_error_that_is_not_unavailable_ends_the_stream(file: File) -> None:
    script = Script(connections=[(5, status(code_pb2.INTERNAL, "BUG"))])
    with serving(script) as (fake, address), pytest.raises(ServerFailed, match="BUG"):
        file(address, filings(20))

    assert 1 == len(fake.chunks)


def test_a_server_that_never_comes_back_is_given_up_after_a_bound(file: File) -> None:
    limits = StreamLimits(in_flight_max=10, retry_seconds_max=0.0)
    script = Script(connections=[(0, GONE)] * 3)
    with serving(script) as (fake, address), pytest.raises(Unavailable, match=r"STORE_LOST|STREAM_LOST_WHILE_SENDING"):
        file(address, filings(5), limits=limits)

    assert 1 == len(fake.chunks)


def test_an_overloaded_server_that_says_when_is_asked_again_then(file: File) -> None:
    full = status(code_pb2.RESOURCE_EXHAUSTED, "TOO_MANY_RPCS", retry_after_seconds=0.5)
    with serving(Script(connections=[(0, full)])) as (_, address):
        assert_each_once(3, file(address, filings(3)))
    script = Script(connections=[(0, status(code_pb2.RESOURCE_EXHAUSTED, "TOO_LARGE"))])
    with serving(script) as (_, address), pytest.raises(Overloaded, match="TOO_LARGE"):
        file(address, filings(3))


def test_a_stream_that_the_server_closes_too_early_is_taken_up_again(file: File) -> None:
    with serving(Script(connections=[(4, None)])) as (fake, address):
        assert_each_once(10, file(address, filings(10)))

    assert 2 == len(fake.chunks)


def test_a_refused_filing_is_an_answer_and_the_rest_goes_on(file: File) -> None:
    def decide(each: trade_pb2.Filing) -> intake_pb2.FilingResult:
        if each.request_id == "r3":
            return intake_pb2.FilingResult(request_id="r3", error=status(code_pb2.INVALID_ARGUMENT, "RULE"))
        return intake_pb2.FilingResult(request_id=each.request_id, response=response(each))

    with serving(Script(decide=decide)) as (_, address):
        answers = {answer.request_id: answer for answer in file(address, filings(6))}

    assert isinstance(answers.pop("r3").error, FilingRefused)
    assert all(answer.response for answer in answers.values())


def test_a_filing_that_meets_unavailable_is_filed_again_by_itself(file: File) -> None:
    refused: list[str] = []

    def decide(each: trade_pb2.Filing) -> intake_pb2.FilingResult:
        if each.request_id in ("r1", "r2") and each.request_id not in refused:
            refused.append(each.request_id)
            later = status(code_pb2.UNAVAILABLE, "STORE_LOST", retry_after_seconds=0.001)
            return intake_pb2.FilingResult(request_id=each.request_id, error=later)
        return intake_pb2.FilingResult(request_id=each.request_id, response=response(each))

    with serving(Script(decide=decide)) as (fake, address):
        assert_each_once(4, file(address, filings(4)))

    assert 1 == len(fake.chunks)
    assert 6 == len(sent(fake)[0])


def test_an_answer_to_what_was_not_asked_ends_the_stream(file: File) -> None:
    def decide(each: trade_pb2.Filing) -> intake_pb2.FilingResult:
        return intake_pb2.FilingResult(request_id="other", response=response(each))

    with serving(Script(decide=decide)) as (_, address), pytest.raises(StreamBroken, match="ANSWER_UNASKED"):
        file(address, filings(2))


def test_a_stream_that_lasts_is_renewed_without_a_fault(file: File) -> None:
    limits = StreamLimits(in_flight_max=1, chunk_filings_max=1, stream_seconds=1.0)
    # A time that passes with every look at it.
    clock = count(0.0, 0.1)
    with serving() as (fake, address):
        answers = file(address, filings(30), limits=limits, clock=lambda: next(clock))

    assert_each_once(30, answers)
    assert len(fake.chunks) > 1


def test_never_more_than_the_window_is_unanswered(file: File) -> None:
    limits = StreamLimits(in_flight_max=20, chunk_filings_max=10)
    with serving() as (fake, address):
        assert_each_once(200, file(address, filings(200), limits=limits))

    assert fake.unanswered_max <= 20

"""The books of a stream: every filing is in one place, is answered once, and survives a lost connection."""

from __future__ import annotations

from typing import Any

import pytest
from google.rpc import code_pb2
from tidewaiter_client import FilingRefused, Overloaded, StreamBroken, StreamLimits, Unavailable
from tidewaiter_client.ledger import CHUNK_BYTES_MAX, FILING_BYTES_MAX, LINGER_SECONDS
from tidewaiter_client.patience import Patience

from tests.client_books import FOR_EVER, Clock, answered, failed, ids, ledger
from tests.fake_intake import filing


def test_a_full_chunk_is_sent_at_once_and_a_smaller_one_waits_a_moment_for_more() -> None:
    clock = Clock()
    books = ledger(clock, chunk_filings_max=2)
    books.take(filing("a"))

    assert LINGER_SECONDS == books.next_step(FOR_EVER)
    books.take(filing("b"))
    assert ["a", "b"] == ids(books.next_step(FOR_EVER))
    books.take(filing("c"))
    assert LINGER_SECONDS == books.next_step(FOR_EVER)
    clock.now += LINGER_SECONDS
    assert ["c"] == ids(books.next_step(FOR_EVER))


def test_never_more_is_in_flight_than_agreed() -> None:
    books = ledger(in_flight_max=3, chunk_filings_max=2)
    for name in "abcdefg":
        books.take(filing(name))
    books.source_ended = True

    assert ["a", "b"] == ids(books.next_step(FOR_EVER))
    assert ["c"] == ids(books.next_step(FOR_EVER))
    assert isinstance(books.next_step(FOR_EVER), float)
    assert 3 == books.in_flight


def test_a_nearly_full_window_waits_until_a_message_is_worth_it() -> None:
    books = ledger(in_flight_max=8, chunk_filings_max=8)
    for number in range(16):
        books.take(filing(f"{number}"))
    books.next_step(FOR_EVER)

    books.settle(answered("0"))
    books.settle(answered("1"))
    assert isinstance(books.next_step(FOR_EVER), float)
    books.settle(answered("2"))
    assert ["8", "9", "10"] == ids(books.next_step(FOR_EVER))


def test_the_caller_is_not_asked_for_more_than_a_window_and_a_chunk() -> None:
    books = ledger(in_flight_max=4, chunk_filings_max=2)
    taken = 0
    while books.has_room:
        books.take(filing(f"{taken}"))
        taken += 1

    assert 6 == taken


def test_a_chunk_ends_before_it_grows_too_large() -> None:
    books = ledger()
    books.source_ended = True
    large = "x" * (CHUNK_BYTES_MAX // 2)
    for name in "abc":
        books.take(filing(name, order_id=large))

    assert ["a"] == ids(books.next_step(FOR_EVER))
    assert ["b"] == ids(books.next_step(FOR_EVER))


def test_a_filing_that_could_not_be_sent_is_refused_here_and_the_rest_goes_on() -> None:
    books = ledger()
    books.take(filing("large", order_id="x" * FILING_BYTES_MAX))
    books.take(filing("small"))
    books.source_ended = True

    (refused,) = books.refused_here()
    assert (0, "large", "FILING_TOO_LARGE") == (refused.position, refused.request_id, error_of(refused).reason)
    assert isinstance(refused.error, FilingRefused)
    assert ["small"] == ids(books.next_step(FOR_EVER))


def test_two_filings_of_one_request_id_are_never_in_flight_together() -> None:
    books = ledger()
    for originator in ("CARR", "BROK"):
        books.take(filing("same", originator_code=originator))
    books.source_ended = True

    assert ["same"] == ids(books.next_step(FOR_EVER))
    assert isinstance(books.next_step(FOR_EVER), float)
    first = books.settle(answered("same"))
    assert ["same"] == ids(books.next_step(FOR_EVER))
    second = books.settle(answered("same"))
    assert first is not None
    assert second is not None
    assert [0, 1] == [first.position, second.position]
    assert books.finished


def test_a_lost_connection_puts_everything_back_in_its_order() -> None:
    books = ledger(chunk_filings_max=3)
    for name in ("a", "b", "a", "c"):
        books.take(filing(name))
    books.source_ended = True
    books.next_step(FOR_EVER)
    books.lose_connection()

    assert 4 == books.unanswered
    assert ["a", "b", "c"] == ids(books.next_step(FOR_EVER))


@pytest.mark.parametrize(
    ("code", "more"),
    [(code_pb2.UNAVAILABLE, {}), (code_pb2.RESOURCE_EXHAUSTED, {"retry_after_seconds": 2.0})],
)
def test_a_filing_that_may_come_back_is_sent_again_after_the_time_it_was_told(code: int, more: dict[str, Any]) -> None:
    clock = Clock()
    books = ledger(clock)
    books.take(filing("a"))
    books.source_ended = True
    books.next_step(FOR_EVER)

    assert books.settle(failed("a", code, **more)) is None
    assert isinstance(books.next_step(FOR_EVER), float)
    clock.now += 2.0
    assert ["a"] == ids(books.next_step(FOR_EVER))


def test_a_filing_that_never_gets_through_is_answered_with_its_error_in_the_end() -> None:
    clock = Clock()
    books = ledger(clock, retry_seconds_max=5.0)
    books.take(filing("a"))
    books.source_ended = True
    answer = None
    tries = 0
    while answer is None:
        assert ["a"] == ids(books.next_step(FOR_EVER))
        answer = books.settle(failed("a", code_pb2.UNAVAILABLE))
        tries += 1
        clock.now += 1.0

    assert isinstance(answer.error, Unavailable)
    assert 6 == tries
    assert books.finished


@pytest.mark.parametrize("code", [code_pb2.INVALID_ARGUMENT, code_pb2.RESOURCE_EXHAUSTED, code_pb2.INTERNAL])
def test_any_other_error_is_the_answer(code: int) -> None:
    books = ledger()
    books.take(filing("a"))
    books.source_ended = True
    books.next_step(FOR_EVER)
    answer = books.settle(failed("a", code))

    assert answer is not None
    assert "WHY" == error_of(answer).reason


def test_an_answer_to_what_was_not_asked_is_a_broken_protocol() -> None:
    with pytest.raises(StreamBroken, match="ANSWER_UNASKED"):
        ledger().settle(answered("x"))


def test_a_stream_closes_when_its_time_is_up_and_when_all_is_answered() -> None:
    clock = Clock()
    books = ledger(clock)
    books.take(filing("a"))

    clock.now = 60.0
    assert books.next_step(60.0) is None
    books.source_ended = True
    assert ["a"] == ids(books.next_step(FOR_EVER))
    books.settle(answered("a"))
    assert books.next_step(FOR_EVER) is None


def test_patience_grows_with_each_failure_and_ends_with_the_error() -> None:
    clock = Clock()
    patience = Patience(StreamLimits(retry_seconds_max=10.0), clock=clock, jitter=lambda: 1.0)
    patience.renew()
    error = Unavailable(code="UNAVAILABLE", detail="gone")

    assert [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0] == [patience.next_delay_seconds(error) for _ in range(7)]
    patience.renew()
    assert 0.1 == patience.next_delay_seconds(error)
    clock.now += 10.0
    with pytest.raises(Unavailable, match="gone"):
        patience.next_delay_seconds(error)


def test_patience_is_shorter_before_the_first_answer() -> None:
    clock = Clock()
    patience = Patience(StreamLimits(connect_seconds_max=3.0), clock=clock, jitter=lambda: 1.0)
    error = Unavailable(code="UNAVAILABLE", detail="nobody there")
    patience.next_delay_seconds(error)

    clock.now += 3.0
    with pytest.raises(Unavailable, match="nobody there"):
        patience.next_delay_seconds(error)


def test_patience_waits_as_long_as_it_is_told() -> None:
    patience = Patience(StreamLimits(), clock=Clock(), jitter=lambda: 0.0)
    error = Overloaded(code="RESOURCE_EXHAUSTED", detail="full", retry_after_seconds=7.0)

    assert 7.0 == patience.next_delay_seconds(error)


@pytest.mark.parametrize("limits", [{"in_flight_max": 0}, {"in_flight_max": 10_001}, {"chunk_filings_max": 501}])
def test_a_limit_out_of_range_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be from 1 to"):
        StreamLimits(**limits)


def error_of(answer: Any) -> Any:
    assert answer.response is None
    return answer.error

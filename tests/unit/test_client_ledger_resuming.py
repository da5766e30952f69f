"""The books of a stream that is resumed: what the service has is not sent again, and each answer is told once."""

from __future__ import annotations

import pytest
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter_client import StreamBroken
from tidewaiter_client.ledger import Ledger

from tests.client_books import FOR_EVER, answered, ids, ledger
from tests.fake_intake import filing


def said(token: str, until: int, *names: str, received: int | None = None) -> intake_pb2.StreamFilingsResponse:
    """A message of a service that keeps streams: its token, how many filings are answered, answers, what it has."""
    opened = None if received is None else intake_pb2.StreamOpened(in_flight_max=10, received=received)
    results = [answered(name) for name in names]
    return intake_pb2.StreamFilingsResponse(resume_token=token, answered=until, results=results, opened=opened)


def sailing(names: str, *, chunk_filings_max: int = 1) -> Ledger:
    """Books of which all these were sent on a stream that can be resumed."""
    books = ledger(in_flight_max=10, chunk_filings_max=chunk_filings_max)
    books.read(said("t0", 0, received=0))
    for name in names:
        books.take(filing(name))
    while isinstance(books.next_step(FOR_EVER), list):
        pass
    return books


def test_what_the_service_has_stays_in_flight_and_what_it_has_not_is_sent_again_in_order() -> None:
    books = sailing("abcde")
    books.lose_connection()

    assert "t0" == books.opening().resume_token
    assert isinstance(books.next_step(FOR_EVER), float), "nothing is sent before it is known what the service has"
    books.read(said("t0", 0, received=3))
    books.source_ended = True

    assert 3 == books.in_flight
    assert [["d"], ["e"]] == [ids(books.next_step(FOR_EVER)) for _ in range(2)]
    assert [0, 1, 2] == [answer.position for answer in books.read(said("t3", 3, "a", "b", "c"))]


def test_an_answer_that_comes_again_is_told_once() -> None:
    books = sailing("abc")
    assert [1] == [answer.position for answer in books.read(said("t0", 0, "b"))]
    books.lose_connection()

    books.read(said("t0", 0, received=3))

    assert [0, 2] == [answer.position for answer in books.read(said("t3", 3, "a", "b", "c"))]
    with pytest.raises(StreamBroken):
        books.read(said("t3", 3, "b"))


def test_a_filing_of_a_name_whose_answer_comes_again_waits_for_it() -> None:
    books = sailing("abc")
    books.read(said("t0", 0, "b"))
    books.lose_connection()
    books.read(said("t0", 0, received=3))
    books.take(filing("b"))
    books.source_ended = True

    assert isinstance(books.next_step(FOR_EVER), float)
    books.read(said("t0", 0, "b"))

    assert ["b"] == ids(books.next_step(FOR_EVER))


def test_where_two_of_one_name_could_be_answered_again_the_stream_is_not_resumed() -> None:
    books = sailing("ab")
    books.read(said("t0", 0, "b"))
    books.take(filing("b"))
    assert ["b"] == ids(books.next_step(FOR_EVER))

    books.lose_connection()

    assert "" == books.opening().resume_token
    assert (0, 2) == (books.in_flight, books.unanswered)


def test_a_token_covers_what_is_answered_and_the_books_do_not_grow() -> None:
    books = sailing("abc")
    books.read(said("t3", 3, "a", "b", "c"))
    books.take(filing("b"))
    books.source_ended = True
    books.next_step(FOR_EVER)
    books.lose_connection()

    assert "t3" == books.opening().resume_token
    books.read(said("t3", 3, received=3))
    assert ["b"] == ids(books.next_step(FOR_EVER))


def test_no_more_is_in_flight_than_the_service_agreed_to() -> None:
    books = ledger(in_flight_max=10, chunk_filings_max=10)
    agreed = intake_pb2.StreamOpened(in_flight_max=4)
    books.read(intake_pb2.StreamFilingsResponse(opened=agreed))
    for number in range(10):
        books.take(filing(f"{number}"))
    books.source_ended = True

    assert 4 == len(ids(books.next_step(FOR_EVER)))
    assert isinstance(books.next_step(FOR_EVER), float)

"""The books of a stream under any order of events: each filing is answered exactly once, or still owed."""

from __future__ import annotations

from google.rpc import code_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tidewaiter_client.ledger import LINGER_SECONDS

from tests.client_books import FOR_EVER, Clock, answered, failed, ids, ledger
from tests.fake_intake import filing


class Voyage(RuleBasedStateMachine):
    """Filings taken, sent, answered, put off and lost in any order: each is answered exactly once, or still owed."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.books = ledger(self.clock, in_flight_max=5, chunk_filings_max=3, retry_seconds_max=1e9)
        self.taken = 0
        self.in_flight: list[str] = []
        self.answered: list[int] = []

    @precondition(lambda self: self.books.has_room)
    @rule(name=st.sampled_from("abcd"))
    def take(self, name: str) -> None:
        self.books.take(filing(name))
        self.taken += 1

    @rule()
    def send(self) -> None:
        self.clock.now += 0.01
        step = self.books.next_step(FOR_EVER)
        if isinstance(step, list):
            self.in_flight += ids(step)

    @precondition(lambda self: self.in_flight)
    @rule(which=st.integers(0), fails=st.booleans())
    def settle(self, which: int, fails: bool) -> None:
        name = self.in_flight.pop(which % len(self.in_flight))
        result = failed(name, code_pb2.UNAVAILABLE, retry_after_seconds=0.01) if fails else answered(name)
        answer = self.books.settle(result)
        assert fails == (answer is None)
        if answer is not None:
            assert name == answer.request_id
            self.answered.append(answer.position)

    @rule()
    def lose(self) -> None:
        self.books.lose_connection()
        self.in_flight.clear()

    @invariant()
    def every_filing_is_answered_once_or_owed(self) -> None:
        assert len(set(self.answered)) == len(self.answered)
        assert self.taken == len(self.answered) + self.books.unanswered
        assert len(set(self.in_flight)) == len(self.in_flight) == self.books.in_flight <= 5

    def teardown(self) -> None:
        self.books.source_ended = True
        while (step := self.books.next_step(FOR_EVER)) is not None or self.in_flight:
            self.in_flight += ids(step) if isinstance(step, list) else []
            self.clock.now += 0.01
            while self.in_flight:
                self._settle_one()
        assert list(range(self.taken)) == sorted(self.answered)

    def _settle_one(self) -> None:
        answer = self.books.settle(answered(self.in_flight.pop()))
        assert answer is not None
        self.answered.append(answer.position)


TestVoyage = Voyage.TestCase
TestVoyage.settings = settings(max_examples=60, stateful_step_count=40)


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=100)
def test_each_filing_is_sent_and_answered_once_when_nothing_fails(names: list[str], window: int, chunk: int) -> None:
    clock = Clock()
    books = ledger(clock, in_flight_max=window, chunk_filings_max=chunk)
    left = list(names)
    positions = []
    while not books.finished:
        while left and books.has_room:
            books.take(filing(left.pop(0)))
        books.source_ended = not left
        step = books.next_step(FOR_EVER)
        clock.now += LINGER_SECONDS
        for name in ids(step) if isinstance(step, list) else []:
            answer = books.settle(answered(name))
            assert answer is not None
            positions.append(answer.position)

    assert list(range(len(names))) == sorted(positions)

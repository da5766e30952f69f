"""The books of a stream that is cut and resumed, against a service that keeps what it received and forgets at will."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2
from tidewaiter_client import RequestRefused
from tidewaiter_client.ledger import Ledger

from tests.client_books import FOR_EVER, Clock, answered, ledger
from tests.fake_intake import filing

REFUSED = RequestRefused(code="INVALID_ARGUMENT", reason="RESUME_TOKEN_UNKNOWN", detail="not kept")


class Service:
    """One stream as it is kept: chunks of names in order, and which of them this connection has answered."""

    def __init__(self) -> None:
        self.chunks: list[list[trade_pb2.Filing]] = []
        self.told: list[bool] = []

    def _filings(self, chunks: int) -> int:
        return sum(len(chunk) for chunk in self.chunks[:chunks])

    def receive(self, filings: list[trade_pb2.Filing]) -> None:
        """A chunk arrives."""
        self.chunks.append(filings)
        self.told.append(False)

    def open(self, token: str) -> intake_pb2.StreamFilingsResponse:
        """Go on behind the chunks that the token stands for."""
        behind = int(token or 0)
        self.told = [place < behind for place in range(len(self.chunks))]
        return self._said(opened=intake_pb2.StreamOpened(in_flight_max=4, received=self._filings(len(self.chunks))))

    def answer(self, which: int) -> intake_pb2.StreamFilingsResponse | None:
        """The answers to one of the chunks that are due, with a token for all up to the oldest that is not told."""
        due = [place for place, told in enumerate(self.told) if not told]
        if not due:
            return None
        place = due[which % len(due)]
        self.told[place] = True
        return self._said(results=[_result(each) for each in self.chunks[place]])

    def _said(self, **more: object) -> intake_pb2.StreamFilingsResponse:
        whole = [*self.told, False].index(False)
        return intake_pb2.StreamFilingsResponse(resume_token=str(whole), answered=self._filings(whole), **more)  # type: ignore[arg-type]


def _result(filed: trade_pb2.Filing) -> intake_pb2.FilingResult:
    """An answer that can be told from that to another filing of the same name."""
    result = answered(filed.request_id)
    result.response.decision.decision_id = filed.order_id
    return result


class Voyage(RuleBasedStateMachine):
    """Filings taken, sent, answered, cut, resumed and forgotten in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.books: Ledger = ledger(self.clock, in_flight_max=4, chunk_filings_max=2)
        self.service = Service()
        self.is_connected = False
        self.taken = 0
        self.answered: list[int] = []

    @precondition(lambda self: self.books.has_room)
    @rule(name=st.sampled_from("abc"))
    def take(self, name: str) -> None:
        self.books.take(filing(name, order_id=f"{self.taken}"))
        self.taken += 1

    @precondition(lambda self: not self.is_connected)
    @rule(knows=st.booleans())
    def connect(self, knows: bool) -> None:
        token = self.books.opening().resume_token
        if token and not knows:
            self.service = Service()
            assert self.books.lose_stream(REFUSED)
            self.books.lose_connection()
            return
        if not token:
            self.service = Service()
        self._hear(self.service.open(token))
        self.is_connected = True

    @precondition(lambda self: self.is_connected)
    @rule(arrives=st.booleans())
    def send(self, arrives: bool) -> None:
        self.clock.now += 0.01
        step = self.books.next_step(FOR_EVER)
        if isinstance(step, list):
            if arrives:
                self.service.receive(step)
            else:
                self.cut()

    @precondition(lambda self: self.is_connected)
    @rule(which=st.integers(0), is_heard=st.booleans())
    def answer(self, which: int, is_heard: bool) -> None:
        said = self.service.answer(which)
        if said is not None and is_heard:
            self._hear(said)
        elif said is not None:
            self.cut()

    @precondition(lambda self: self.is_connected)
    @rule()
    def cut(self) -> None:
        self.books.lose_connection()
        self.is_connected = False

    def _hear(self, said: intake_pb2.StreamFilingsResponse) -> None:
        for answer in self.books.read(said):
            assert answer.response is not None
            assert f"{answer.position}" == answer.response.decision.decision_id, "the answer to another filing"
            self.answered.append(answer.position)

    @invariant()
    def every_filing_is_answered_once_or_owed(self) -> None:
        assert len(set(self.answered)) == len(self.answered)
        assert self.taken == len(self.answered) + self.books.unanswered

    def teardown(self) -> None:
        self.books.source_ended = True
        for _ in range(1_000):
            if self.books.finished:
                break
            if not self.is_connected:
                self.connect(knows=True)
            self.send(arrives=True)
            self.answer(0, is_heard=True)
        assert list(range(self.taken)) == sorted(self.answered)


TestVoyage = Voyage.TestCase
TestVoyage.settings = settings(max_examples=150, stateful_step_count=50)

"""What a stream has taken from its caller and not yet seen answered: pure bookkeeping, without threads or I/O.

Every filing is in exactly one place: waiting to be sent, held back (another of the same request_id is unanswered, and
an answer names nothing but the request_id), or in flight.
A lost connection leaves what was in flight there until the stream is opened again from its last token: then what the
service has stays in flight, to be answered, and what it has not goes back in front, in order. Where there is no token
to resume with, all of it goes back; the same request_ids make that harmless.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter.trade.v1 import trade_pb2

from tidewaiter_client.answer import Answer
from tidewaiter_client.errors import FilingRefused, RequestRefused, StreamBroken, TidewaiterError, error_from_status
from tidewaiter_client.limits import StreamLimits
from tidewaiter_client.patience import comes_back
from tidewaiter_client.place import Place

CHUNK_BYTES_MAX: Final = 1024 * 1024
"""A chunk is closed when it would grow over this: one message must not hold up the answers to the others."""

FILING_BYTES_MAX: Final = 8 * 1024 * 1024 - 64 * 1024
"""A larger filing is answered here: sent, it would end the whole stream, whatever else is in it."""


LINGER_SECONDS: Final = 0.005
"""How long a chunk that is not full waits for more."""

_LOOK_SECONDS: Final = 1.0
"""Who sends is told of every change; looking this often besides costs nothing and forgives a lost wake-up."""

_PUT_OFF_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Entry:
    position: int
    filing: trade_pb2.Filing
    bytes_size: int
    put_off_since: float | None = None


class Ledger:
    """The books of one call of `stream`. One thread at a time."""

    def __init__(self, limits: StreamLimits, *, clock: Callable[[], float]) -> None:
        self.source_ended = False
        self.unanswered = 0
        self._limits = limits
        self._clock = clock
        self._taken = 0
        self._waiting: deque[_Entry] = deque()
        self._in_flight: dict[str, _Entry] = {}
        self._held: dict[str, deque[_Entry]] = {}
        self._refused_here: deque[Answer] = deque()
        self._sending_allowed_from = 0.0
        self._linger_until: float | None = None
        self._in_flight_max = limits.in_flight_max
        self._place = Place()
        self._is_resuming = False
        self._answered_again: set[str] = set()

    @property
    def in_flight(self) -> int:
        """Filings sent and not answered."""
        return len(self._in_flight)

    @property
    def has_work(self) -> bool:
        """Whether there is anything to send, to wait for or to hand over."""
        return bool(self.unanswered or self._refused_here)

    @property
    def finished(self) -> bool:
        """Nothing more will be given, and all that was given is answered and handed over."""
        return self.source_ended and not self.has_work

    @property
    def has_room(self) -> bool:
        """Whether another filing may be taken from the caller."""
        return self.unanswered + len(self._refused_here) < self._limits.in_flight_max + self._limits.chunk_filings_max

    @property
    def is_worth_telling(self) -> bool:
        """Whether who sends should look: the first filing came to wait, or a chunk is full."""
        return len(self._waiting) <= 1 or self._chunk_is_full

    def take(self, filing: trade_pb2.Filing) -> None:
        """The next filing of the caller."""
        entry = _Entry(self._taken, filing, filing.ByteSize())
        self._taken += 1
        if entry.bytes_size > FILING_BYTES_MAX:
            self._refused_here.append(_too_large(entry))
        else:
            self.unanswered += 1
            self._waiting.append(entry)

    def next_step(self, closes_at: float) -> list[trade_pb2.Filing] | float | None:
        """What who sends should do: send this chunk, wait so many seconds for a change, or (None) close.

        A chunk that is not full waits LINGER_SECONDS for more, because a message costs as much as its filings.
        """
        now = self._clock()
        if now >= closes_at or (not self.unanswered and (self.source_ended or self._refused_here)):
            return None
        if self._is_resuming:
            return max(min(closes_at, now + _LOOK_SECONDS) - now, LINGER_SECONDS)
        if not self._may_send(now):
            put_off = self._waiting and now < self._sending_allowed_from
            look_at = self._sending_allowed_from if put_off else now + _LOOK_SECONDS
            return max(min(closes_at, look_at) - now, LINGER_SECONDS)
        self._linger_until = self._linger_until if self._linger_until is not None else now + LINGER_SECONDS
        if not self._chunk_is_full and now < self._linger_until:
            return self._linger_until - now
        self._linger_until = None
        # Empty when all that waits bears request_ids in flight; it is held back now, and an answer will free it.
        return self._next_chunk() or LINGER_SECONDS

    def opening(self) -> intake_pb2.StreamOpen:
        """How to open the next connection."""
        return intake_pb2.StreamOpen(resume_token=self._place.token, in_flight_max=self._limits.in_flight_max)

    def read(self, message: intake_pb2.StreamFilingsResponse) -> list[Answer]:
        """The answers of a message to hand to the caller; also those that needed no service."""
        if message.HasField("opened"):
            self._in_flight_max = min(self._limits.in_flight_max, message.opened.in_flight_max)
            self._go_on(message.opened.received)
        settled = [self.settle(result) for result in message.results]
        self._place.hear(message)
        return [*self.refused_here(), *(answer for answer in settled if answer is not None)]

    def settle(self, result: intake_pb2.FilingResult) -> Answer | None:
        """The answer to hand to the caller; None when the filing will be sent again instead, or was answered before.

        Sent again is what met UNAVAILABLE, or RESOURCE_EXHAUSTED with a time to come back: neither was kept.
        """
        entry = self._in_flight.pop(result.request_id, None)
        if entry is None and result.request_id in self._answered_again:
            self._answered_again.discard(result.request_id)
            self._let_go(result.request_id)
            return None
        if entry is None:
            raise StreamBroken(
                code="INTERNAL",
                reason="ANSWER_UNASKED",
                detail=f"the service answered request_id {result.request_id}, which is not in flight",
            )
        self._let_go(result.request_id)
        if result.WhichOneof("result") == "response":
            self.unanswered -= 1
            return Answer(entry.position, result.request_id, response=result.response)
        error = error_from_status(result.error, of_filing=True)
        if self._put_off(entry, error):
            return None
        self.unanswered -= 1
        return Answer(entry.position, result.request_id, error=error)

    def refused_here(self) -> list[Answer]:
        """Answers that needed no service."""
        answers = list(self._refused_here)
        self._refused_here.clear()
        return answers

    def lose_connection(self) -> None:
        """Nothing more will be answered on this connection; the next one resumes the stream, if it can."""
        self._waiting.extendleft(reversed([entry for entries in self._held.values() for entry in entries]))
        self._held.clear()
        self._answered_again.clear()
        self._is_resuming = self._place.can_resume
        if not self._is_resuming:
            self._begin_anew()

    def lose_stream(self, refusal: TidewaiterError) -> bool:
        """Whether the service refused to resume, and so knows the stream no longer: the next one is another stream."""
        if not (self._is_resuming and isinstance(refusal, RequestRefused)):
            return False
        self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        self._place = Place()
        self._is_resuming = False
        self._waiting.extendleft(reversed(self._in_flight.values()))
        self._in_flight.clear()

    def _go_on(self, received: int) -> None:
        if self._is_resuming:
            kept, lost = self._place.split(received)
            unsent = [self._in_flight.pop(name) for name in lost if name in self._in_flight]
            self._waiting.extendleft(reversed(unsent))
            self._answered_again = {name for name in kept if name not in self._in_flight}
            self._is_resuming = False

    @property
    def _free(self) -> int:
        return max(0, self._in_flight_max - len(self._in_flight))

    @property
    def _chunk_is_full(self) -> bool:
        return self.source_ended or len(self._waiting) >= min(self._limits.chunk_filings_max, self._free)

    def _may_send(self, now: float) -> bool:
        """Whether there is something to send, and room for it.

        A nearly full window would make a message of every few answers: it waits until a quarter is free.
        """
        if not self._waiting or now < self._sending_allowed_from:
            return False
        quarter = self._in_flight_max // 4 + 1
        return self._free >= min(len(self._waiting), self._limits.chunk_filings_max, quarter)

    def _next_chunk(self) -> list[trade_pb2.Filing]:
        """What is in flight from now on: at most a chunk, at most the window, at most CHUNK_BYTES_MAX."""
        chunk: list[trade_pb2.Filing] = []
        bytes_left = CHUNK_BYTES_MAX
        while self._waiting and len(chunk) < self._limits.chunk_filings_max and self._free:
            entry = self._waiting[0]
            if chunk and entry.bytes_size > bytes_left:
                break
            self._waiting.popleft()
            request_id = entry.filing.request_id
            if request_id in self._in_flight or request_id in self._answered_again:
                self._held.setdefault(request_id, deque()).append(entry)
                continue
            self._in_flight[request_id] = entry
            chunk.append(entry.filing)
            bytes_left -= entry.bytes_size
        self._place.send(filing.request_id for filing in chunk)
        return chunk

    def _let_go(self, request_id: str) -> None:
        if held := self._held.get(request_id):
            self._waiting.appendleft(held.popleft())
            if not held:
                del self._held[request_id]

    def _put_off(self, entry: _Entry, error: TidewaiterError) -> bool:
        if not comes_back(error):
            return False
        now = self._clock()
        entry.put_off_since = entry.put_off_since if entry.put_off_since is not None else now
        if now - entry.put_off_since >= self._limits.retry_seconds_max:
            return False
        self._waiting.appendleft(entry)
        wait_seconds = error.retry_after_seconds or _PUT_OFF_SECONDS
        self._sending_allowed_from = max(self._sending_allowed_from, now + wait_seconds)
        return True


def _too_large(entry: _Entry) -> Answer:
    error = FilingRefused(
        code="INVALID_ARGUMENT",
        reason="FILING_TOO_LARGE",
        detail=f"the filing takes {entry.bytes_size} bytes, at most {FILING_BYTES_MAX} are taken; "
        "file fewer items, or shorter texts",
    )
    return Answer(entry.position, entry.filing.request_id, error=error)

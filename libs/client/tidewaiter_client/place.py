"""Where a stream stands at the service: what was sent on it, in order, behind what its last token stands for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tidewaiter.intake.v1 import intake_pb2


class Place:
    """One stream, over all its connections. Holds no more than the service lets be ahead of the oldest unanswered."""

    def __init__(self) -> None:
        self.token = ""
        self._answered = 0
        self._sent: deque[str] = deque()

    @property
    def can_resume(self) -> bool:
        """Whether the service gave a token, and an answer that comes again can be told from any other.

        An answer names nothing but the request_id: of two filings that share one, neither could be told.
        """
        return bool(self.token) and len(set(self._sent)) == len(self._sent)

    def send(self, request_ids: Iterable[str]) -> None:
        """These are on their way, in this order."""
        self._sent.extend(request_ids)

    def hear(self, message: intake_pb2.StreamFilingsResponse) -> None:
        """Move on to where the message's token stands; one without a token changes nothing."""
        if message.resume_token:
            self.token = message.resume_token
            while self._answered < message.answered and self._sent:
                self._sent.popleft()
                self._answered += 1
            self._answered = message.answered

    def split(self, received: int) -> tuple[list[str], list[str]]:
        """What was sent and is not covered by the token: what the service has of it, and what it has not.

        The latter is no longer part of the stream.
        """
        kept_count = max(0, received - self._answered)
        sent = list(self._sent)
        self._sent = deque(sent[:kept_count])
        return sent[:kept_count], sent[kept_count:]

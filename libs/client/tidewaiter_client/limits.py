"""The bounds of a stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """The bounds of one stream, each with the reason for its default.

    `in_flight_max`: filings unanswered at once, 1 to 10,000; three full chunks being decided and one waiting.
    `chunk_filings_max`: filings in one message, 1 to 500, the contract's own bound.
    `stream_seconds`: a stream is renewed after so long, well before its deadline, so that it may last for ever.
    `answer_seconds`: how long the last answers of a stream may take before its deadline passes.
    `retry_seconds_max`: how long UNAVAILABLE is met with another try, since it began; a service restarts meanwhile.
    `connect_seconds_max`: the same before the first answer, when perhaps nobody is there at all.
    """

    in_flight_max: int = 2_000
    chunk_filings_max: int = 500
    stream_seconds: float = 60.0
    answer_seconds: float = 30.0
    retry_seconds_max: float = 60.0
    connect_seconds_max: float = 15.0

    def __post_init__(self) -> None:
        if not 1 <= self.in_flight_max <= 10_000:
            raise ValueError(f"in_flight_max must be from 1 to 10,000, and is {self.in_flight_max}")
        if not 1 <= self.chunk_filings_max <= 500:
            raise ValueError(f"chunk_filings_max must be from 1 to 500, and is {self.chunk_filings_max}")

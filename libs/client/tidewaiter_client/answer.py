"""What a batch or a stream gives back for one filing."""

from __future__ import annotations

from dataclasses import dataclass

from tidewaiter.intake.v1 import intake_pb2

from tidewaiter_client.errors import TidewaiterError


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one filing: either a response or why there is none.

    `position` counts the filings as they were given, from 0.
    """

    position: int
    request_id: str
    response: intake_pb2.SubmitFilingResponse | None = None
    error: TidewaiterError | None = None

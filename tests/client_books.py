"""The books of a stream, a time that is handed in, and results to settle."""

from __future__ import annotations

from typing import Any

from tidewaiter.intake.v1 import intake_pb2
from tidewaiter_client import StreamLimits
from tidewaiter_client.ledger import Ledger

from tests.fake_intake import filing, response, status

FOR_EVER = 1e9


class Clock:
    """A time that is handed in."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def ledger(clock: Clock | None = None, **limits: Any) -> Ledger:
    """Books with these limits."""
    return Ledger(StreamLimits(**limits), clock=clock or Clock())


def answered(request_id: str) -> intake_pb2.FilingResult:
    """A good answer."""
    return intake_pb2.FilingResult(request_id=request_id, response=response(filing(request_id)))


def failed(request_id: str, code: int, **more: Any) -> intake_pb2.FilingResult:
    """An answer that is an error."""
    return intake_pb2.FilingResult(request_id=request_id, error=status(code, "WHY", **more))


def ids(step: Any) -> list[str]:
    """The request_ids of a chunk to be sent."""
    assert isinstance(step, list)
    return [each.request_id for each in step]

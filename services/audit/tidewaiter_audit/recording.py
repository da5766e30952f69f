"""What the verbs that put entries of the log's own onto it need of whoever appends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidewaiter_chassis.failures import Failure

from tidewaiter_audit.leaf import Draft
from tidewaiter_audit.model import Recorded


class Recorder(Protocol):
    """What puts entries on the log."""

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded | Failure]:
        """For each, in order, that it is on the log, durably, or why not."""
        ...

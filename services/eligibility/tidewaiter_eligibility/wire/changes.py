"""From changes that turn a verdict to messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tidewaiter.eligibility.v1 import eligibility_pb2

from tidewaiter_eligibility.what_would_change import Change
from tidewaiter_eligibility.wire.findings import write_money

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer


def write_changes(changes: Sequence[Change], messages: RepeatedCompositeFieldContainer[eligibility_pb2.Change]) -> None:
    """Add a message for each change."""
    for change in changes:
        message = messages.add(
            verdict=change.finding.verdict.value,
            entry_path=change.finding.entry_path.value,
            regime_id=change.finding.regime_id,
        )
        if change.value_minor is not None:
            message.kind = eligibility_pb2.CHANGE_KIND_VALUE
            write_money(change.value_minor, message.value)
        elif change.day is not None:
            message.kind = eligibility_pb2.CHANGE_KIND_DAY
            message.day = change.day.isoformat()
        elif change.mode is not None:
            message.kind = eligibility_pb2.CHANGE_KIND_MODE
            message.mode = change.mode.value  # type: ignore[assignment]
        elif change.is_undeclared:
            message.kind = eligibility_pb2.CHANGE_KIND_UNDECLARED

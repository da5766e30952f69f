"""The names of the contract's enumerations, as a leaf says them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tidewaiter.trade.v1 import trade_pb2 as trade


class Unsayable(ValueError):
    """A leaf has no way of saying this value."""


class _Names(dict[int, str]):
    """The names of an enumeration by number; unspecified is empty, and so absent."""

    def __init__(self, values: Iterable[Any]) -> None:
        super().__init__({value.number: value.name if value.number else "" for value in values})

    def __missing__(self, number: int) -> str:
        raise Unsayable(f"no name for number {number}")


OUTCOMES: Final = _Names(trade.Outcome.DESCRIPTOR.values)
ENTRY_PATHS: Final = _Names(trade.EntryPath.DESCRIPTOR.values)
VERDICTS: Final = _Names(trade.Verdict.DESCRIPTOR.values)
RISK_ACTIONS: Final = _Names(trade.RiskAction.DESCRIPTOR.values)
REASON_CODES: Final = _Names(trade.ReasonCode.DESCRIPTOR.values)
REASON_SOURCES: Final = _Names(trade.ReasonSource.DESCRIPTOR.values)
CONFIDENCES: Final = _Names(trade.Confidence.DESCRIPTOR.values)
GOODS_FLAGS: Final = _Names(trade.GoodsFlag.DESCRIPTOR.values)
DUTY_METHODS: Final = _Names(trade.DutyMethod.DESCRIPTOR.values)
PERSON_KEY_RULES: Final = _Names(trade.PersonKeyRule.DESCRIPTOR.values)
FILER_TYPES: Final = _Names(trade.FilerType.DESCRIPTOR.values)
TRANSPORT_MODES: Final = _Names(trade.TransportMode.DESCRIPTOR.values)

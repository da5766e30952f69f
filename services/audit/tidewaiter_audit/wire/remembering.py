"""Facts that come again and again, made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from google.protobuf.message import Message

REMEMBERED_MAX: Final = 4_096
"""Facts kept of one kind of message; when there are as many they are forgotten, and remembered anew."""
REMEMBERED_BYTES_MAX: Final = 2_048
"""A longer message is not remembered: it is not one that comes again and again."""

F = TypeVar("F")
M = TypeVar("M", bound=Message)


class Remembered(Generic[M, F]):
    """Facts of messages that say the same again and again, by their bytes: a reason, a list, a risk finding.

    Reading a message's bytes costs a tenth of reading its fields. None of these messages speaks of a person.
    """

    def __init__(self, make: Callable[[M], F]) -> None:
        self._make = make
        self._known: dict[bytes, F] = {}

    def __call__(self, message: M) -> F:
        said = message.SerializeToString()
        known = self._known.get(said)
        if known is None:
            known = self._make(message)
            if len(said) <= REMEMBERED_BYTES_MAX:
                if len(self._known) >= REMEMBERED_MAX:
                    self._known.clear()
                self._known[said] = known
        return known

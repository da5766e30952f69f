"""What belongs to the RPC at hand, known to whatever runs inside it without passing it along.

One context variable for all of it: setting one costs more than the rest of what it holds.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter_chassis.spans import ItemSpan

Note = str | int | float | bool | None


class Scope:
    """One RPC: its server span, its caller's request id if it gave one, what was noted for its line in the log."""

    __slots__ = ("notes", "request_id", "span")

    def __init__(self, *, span: ItemSpan, request_id: str | None) -> None:
        self.span = span
        self.request_id = request_id
        self.notes: dict[str, Note] | None = None


_scope: ContextVar[Scope | None] = ContextVar("tidewaiter_rpc", default=None)


def enter(scope: Scope) -> None:
    """Make `scope` the one at hand for the rest of this task, which is the RPC's own, and the tasks it begins."""
    _scope.set(scope)


def current() -> Scope | None:
    """The RPC at hand, or None outside one."""
    return _scope.get()

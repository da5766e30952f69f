"""One span for each item of a batch, under the trace of the filing that the item is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import ParamSpec, Self

from opentelemetry.trace import SpanContext
from opentelemetry.util.types import AttributeValue

from tidewaiter_chassis import traceparent
from tidewaiter_chassis.failures import Failure
from tidewaiter_chassis.spans import ItemSpan, error_name
from tidewaiter_chassis.traces import Tracing, rpc_span

P = ParamSpec("P")
Attributes = Mapping[str, AttributeValue]


class BatchSpans:
    """The spans of one batch, each linked with the span of the RPC at hand, and that one with them.

    A context manager: what has not ended by then ends with the block, and with its error if there is one. Items are
    known by their place in the batch; one that came without a traceparent has no span. One whose filing is not
    recorded gets its span only when it fails, and until then costs next to nothing.
    """

    def __init__(self, tracing: Tracing, name: str) -> None:
        self._tracing = tracing
        self._name = name
        self._rpc = rpc_span()
        self._links = () if self._rpc is None else (self._rpc.context,)
        self._recorded: dict[int, ItemSpan] = {}
        self._unrecorded: dict[int, tuple[str, int]] = {}
        self._contexts: list[SpanContext] = []

    def begin(self, place: int, parent: str) -> None:
        """Begin the item's span under `parent`, a W3C traceparent, or none for ""."""
        if not parent:
            return
        if traceparent.says_unrecorded(parent):
            self._unrecorded[place] = (parent, self._tracing.ns())
        else:
            self._recorded[place] = self._tracing.begin(self._name, parent=parent, links=self._links)

    def end(self, place: int, attributes: Callable[P, Attributes], /, *arguments: P.args, **named: P.kwargs) -> None:
        """End the item's span with `attributes(*arguments)`, which is called only where somebody will see them.

        Attributes are ids, counts and verdicts; nothing of a person.
        """
        span = self._recorded.pop(place, None)
        if span is None:
            self._unrecorded.pop(place, None)
        else:
            self._end(span, attributes(*arguments, **named) if span.sampled else None, None)

    def refuse(self, place: int, failure: Failure, attributes: Attributes | None = None) -> None:
        """End the item's span with why it was refused."""
        self._fail(place, failure.reason, attributes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> None:
        if error is None:
            for span in self._recorded.values():
                self._end(span, None, None)
        else:
            for place in (*self._recorded, *self._unrecorded):
                self._fail(place, error_name(error), None)
        if self._rpc is not None:
            self._rpc.link(self._contexts)

    def _fail(self, place: int, reason: str, attributes: Attributes | None) -> None:
        span = self._recorded.pop(place, None)
        if span is None:
            if place not in self._unrecorded:
                return
            parent, start_ns = self._unrecorded.pop(place)
            span = self._tracing.begin(self._name, parent=parent, links=self._links, start_ns=start_ns)
        self._end(span, attributes, reason)

    def _end(self, span: ItemSpan, attributes: Attributes | None, error: str | None) -> None:
        # Asked for before the end, which writes down the same context instead of making another.
        self._contexts.append(span.context)
        span.end(attributes=attributes, error=error)

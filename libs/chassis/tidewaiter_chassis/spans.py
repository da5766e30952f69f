"""One span: a piece of work with a place in a trace, made into the SDK's form only when it ends."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import AttributeValue

from tidewaiter_chassis import semconv, traceparent
from tidewaiter_chassis.failures import Failure

if TYPE_CHECKING:
    from tidewaiter_chassis.traces import Tracing

LINKS_MAX = 1000
"""A batch RPC links to the span of every filing in it, and the largest batch has a thousand."""

_SCOPE = InstrumentationScope("tidewaiter")
_RECORDED, _UNRECORDED = TraceFlags(1), TraceFlags(0)
_STATE = TraceState()
_UNSET = Status(StatusCode.UNSET)

Place = tuple[int, int, bool]
"""Where a new span goes: trace id, parent's span id (0 for none), whether it is recorded."""


class ItemSpan:
    """One piece of work, from `Tracing.begin` to `end`.

    It may be used as a context manager: it then ends with the block, with the reason of a Failure or the name
    of any other exception as its error.
    """

    __slots__ = (
        "_context",
        "_ended",
        "_kind",
        "_links",
        "_links_dropped",
        "_name",
        "_parent_is_remote",
        "_parent_span_id",
        "_span_id",
        "_start_ns",
        "_trace_id",
        "_tracing",
        "sampled",
    )

    def __init__(
        self,
        *,
        tracing: Tracing,
        name: str,
        kind: SpanKind,
        place: Place,
        parent_is_remote: bool,
        start_ns: int,
        span_id: int,
    ) -> None:
        self._tracing = tracing
        self._name = name
        self._kind = kind
        self._trace_id, self._parent_span_id, self.sampled = place
        self._parent_is_remote = parent_is_remote
        self._start_ns = start_ns
        self._span_id = span_id
        self._links: list[Link] | None = None
        self._links_dropped = 0
        self._context: SpanContext | None = None
        self._ended = False

    @property
    def place_of_children(self) -> Place:
        """Where the spans under this one go."""
        return self._trace_id, self._span_id, self.sampled

    @property
    def trace_id(self) -> str:
        """The trace, 32 lower-case hex digits."""
        return f"{self._trace_id:032x}"

    @property
    def span_id(self) -> str:
        """The span, 16 lower-case hex digits."""
        return f"{self._span_id:016x}"

    @property
    def traceparent(self) -> str:
        """What to hand to the next hop, so that its spans become children of this one."""
        return traceparent.write(trace_id=self._trace_id, span_id=self._span_id, sampled=self.sampled)

    @property
    def context(self) -> SpanContext:
        """What another span needs to link to this one."""
        if self._context is None:
            self._context = span_context(self._trace_id, self._span_id, recorded=self.sampled, remote=False)
        return self._context

    def link(self, contexts: Sequence[SpanContext]) -> None:
        """Link to these spans as well, up to `LINKS_MAX`; the rest is counted in an attribute.

        Links to unrecorded spans would lead nowhere and are left out, as is every link of an unrecorded span.
        """
        if not self.sampled or not contexts:
            return
        if self._links is None:
            self._links = []
        room = LINKS_MAX - len(self._links)
        recorded = [Link(context) for context in contexts if context.trace_flags & 1]
        self._links += recorded[:room]
        self._links_dropped += max(0, len(recorded) - room)

    def end(
        self,
        *,
        attributes: Mapping[str, AttributeValue] | None = None,
        error: str | None = None,
        end_ns: int | None = None,
    ) -> None:
        """End the span once; later calls change nothing.

        `error` is a stable reason or the name of a status code, never free text. A span that was not sampled is
        recorded all the same when it ends with an error. Attributes hold no personal data.
        """
        if self._ended:
            return
        self._ended = True
        tracing = self._tracing
        tracing.live -= 1
        if self.sampled or error is not None:
            tracing.emit(self._readable(attributes, error, end_ns or tracing.ns()))

    def _readable(
        self, attributes: Mapping[str, AttributeValue] | None, error: str | None, end_ns: int
    ) -> ReadableSpan:
        parent = None
        if self._parent_span_id:
            parent = SpanContext(self._trace_id, self._parent_span_id, self._parent_is_remote, _RECORDED, _STATE)
        if self._links_dropped:
            attributes = {**(attributes or {}), semconv.LINKS_DROPPED: self._links_dropped}
        # The flag says recorded even for a failed span that was not sampled: processors drop it otherwise.
        context = self._context if self.sampled else None
        return ReadableSpan(
            name=self._name,
            context=context or SpanContext(self._trace_id, self._span_id, False, _RECORDED, _STATE),
            parent=parent,
            resource=self._tracing.resource,
            attributes=attributes,
            links=self._links or (),
            kind=self._kind,
            status=_UNSET if error is None else Status(StatusCode.ERROR, error),
            start_time=self._start_ns,
            end_time=end_ns,
            instrumentation_scope=_SCOPE,
        )

    def __enter__(self) -> ItemSpan:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.end(error=None if error is None else error_name(error))


def error_name(error: BaseException) -> str:
    """The stable name a span carries for an exception: a Failure's reason, CANCELLED, or the exception's type."""
    if isinstance(error, Failure):
        return error.reason
    return "CANCELLED" if isinstance(error, CancelledError) else type(error).__qualname__


def span_context(trace_id: int, span_id: int, *, recorded: bool, remote: bool) -> SpanContext:
    """The SDK's name for a span, for links and parents."""
    return SpanContext(trace_id, span_id, remote, _RECORDED if recorded else _UNRECORDED, _STATE)

"""Spans: one per RPC on either side and one per filing, each begun and ended by hand.

A span costs a few microseconds because it is made once, when it ends, and handed straight to the processor;
the SDK's own start_span costs several times that. Nothing is registered globally. Spans are begun and ended on the
event loop's thread.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import SpanContext, SpanKind

from tidewaiter_chassis import scope, traceparent
from tidewaiter_chassis.sampling import TraceSampler
from tidewaiter_chassis.spans import LINKS_MAX, ItemSpan, Place, error_name, span_context

__all__ = [
    "LINKS_MAX",
    "ItemSpan",
    "Tracing",
    "context_of",
    "current_span",
    "error_name",
    "rpc_context",
    "rpc_span",
    "working_on",
]

_current: ContextVar[ItemSpan | None] = ContextVar("tidewaiter_span", default=None)


class Tracing:
    """Makes the spans of one process. `Telemetry` makes it once; everything else is given it.

    `live` counts the spans begun and not ended: at rest it is 0, and a test that finds otherwise found a leak.
    """

    def __init__(
        self,
        *,
        provider: TracerProvider,
        processor: SpanProcessor,
        filings: TraceSampler,
        rpcs: TraceSampler,
        random_bits: Callable[[int], int] = random.getrandbits,
        ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.tracer = provider.get_tracer("tidewaiter")
        self.resource = provider.resource
        self.emit = processor.on_end
        self.ns = ns
        self.live = 0
        self._filings = filings
        self._rpcs = rpcs
        self._random_bits = random_bits

    def begin(
        self,
        name: str,
        *,
        parent: str | ItemSpan | None = None,
        links: Sequence[SpanContext] = (),
        start_ns: int | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> ItemSpan:
        """A span under `parent`: a span of this process, or a W3C traceparent from another one.

        None, "" or a malformed traceparent begins a new trace, which the filing sampler records or not; under a
        parent its decision holds. Whoever begins a span ends it, on every path.
        """
        span = self._begin(name, parent=parent, kind=kind, sampler=self._filings, start_ns=start_ns)
        if links:
            span.link(links)
        return span

    def begin_rpc(self, name: str, *, parent: str | ItemSpan | None, kind: SpanKind) -> ItemSpan:
        """A span for one call, on either side of the wire.

        New traces are counted against the same rate as filings but on their own, so that a stream of calls
        leaves the filings' share alone.
        """
        return self._begin(name, parent=parent, kind=kind, sampler=self._rpcs, start_ns=None)

    def _begin(
        self, name: str, *, parent: str | ItemSpan | None, kind: SpanKind, sampler: TraceSampler, start_ns: int | None
    ) -> ItemSpan:
        is_remote = not isinstance(parent, ItemSpan)
        place: Place | None
        place = parent.place_of_children if isinstance(parent, ItemSpan) else traceparent.parse(parent)
        if place is None:
            trace_id = self._random_bits(128) or 1
            place = (trace_id, 0, sampler.chooses(trace_id))
        self.live += 1
        return ItemSpan(
            tracing=self,
            name=name,
            kind=kind,
            place=place,
            parent_is_remote=is_remote,
            start_ns=start_ns or self.ns(),
            span_id=self._random_bits(64) or 1,
        )


def context_of(parent: str | None) -> SpanContext | None:
    """What a link to the span named by a traceparent needs, or None when it is not one."""
    place = traceparent.parse(parent)
    if place is None:
        return None
    return span_context(place.trace_id, place.span_id, recorded=place.sampled, remote=True)


def current_span() -> ItemSpan | None:
    """The span of the work at hand: calls made now become its children, log lines carry its ids.

    It is the one given to `working_on`, else the server's span of the RPC at hand.
    """
    return _current.get() or rpc_span()


@contextmanager
def working_on(span: ItemSpan) -> Iterator[None]:
    """Within the block `span` is the current one. It does not end the span."""
    token = _current.set(span)
    try:
        yield
    finally:
        _current.reset(token)


def rpc_span() -> ItemSpan | None:
    """The server's span of the RPC at hand, or None outside one and where RPCs are not traced."""
    rpc = scope.current()
    return None if rpc is None else rpc.span


def rpc_context() -> SpanContext | None:
    """What a filing's span needs to link to the RPC it came in."""
    span = rpc_span()
    return None if span is None else span.context

"""Spans begun and ended by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tidewaiter_chassis import traceparent
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.sampling import TraceSampler
from tidewaiter_chassis.spanexport import record_of
from tidewaiter_chassis.traces import (
    LINKS_MAX,
    Tracing,
    context_of,
    current_span,
    rpc_context,
    working_on,
)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-1] + "0"


class Recording:
    """A Tracing whose spans can be looked at, and whose time stands still."""

    def __init__(self, *, per_second: float = float("inf")) -> None:
        self.exporter = InMemorySpanExporter()
        processor = SimpleSpanProcessor(self.exporter)
        provider = TracerProvider(resource=Resource({"service.name": "unit"}), shutdown_on_exit=False)
        provider.add_span_processor(processor)
        self.tracing = Tracing(
            provider=provider,
            processor=processor,
            filings=TraceSampler(per_second=per_second, share_beyond=0),
            rpcs=TraceSampler(per_second=per_second, share_beyond=0),
            ns=lambda: 1_000,
        )

    @property
    def spans(self) -> list[Any]:
        return list(self.exporter.get_finished_spans())


def test_a_span_under_a_traceparent_continues_its_trace() -> None:
    made = Recording()
    span = made.tracing.begin("decide", parent=PARENT, start_ns=5)
    span.end(attributes={"items": 3}, end_ns=9)

    (found,) = made.spans
    assert "0af7651916cd43dd8448eb211c80319c" == span.trace_id
    assert (5, 9, "decide", SpanKind.INTERNAL) == (found.start_time, found.end_time, found.name, found.kind)
    assert (0xB7AD6B7169203331, True) == (found.parent.span_id, found.parent.is_remote)
    assert {"items": 3} == dict(found.attributes)
    assert "unit" == found.resource.attributes["service.name"]
    assert "UNSET" == found.status.status_code.name


def test_children_hang_under_a_span_by_its_traceparent_or_by_itself() -> None:
    made = Recording()
    with made.tracing.begin("root") as root:
        made.tracing.begin("by text", parent=root.traceparent).end()
        made.tracing.begin("by span", parent=root).end()

    by_text, by_span, found = made.spans
    assert [found.context.span_id] * 2 == [by_text.parent.span_id, by_span.parent.span_id]
    assert 1 == len({span.context.trace_id for span in made.spans})
    assert (True, False) == (by_text.parent.is_remote, by_span.parent.is_remote)
    assert found.parent is None


def test_a_traceparent_is_written_as_it_is_read() -> None:
    span = Recording().tracing.begin("root")
    place = traceparent.parse(span.traceparent)
    span.end()

    assert place is not None
    assert (span.trace_id, span.span_id, True) == (f"{place.trace_id:032x}", f"{place.span_id:016x}", place.sampled)


@pytest.mark.parametrize("parent", [None, "", "nonsense"])
def test_without_a_parent_a_new_trace_begins(parent: str | None) -> None:
    made = Recording()
    one, other = made.tracing.begin("a", parent=parent), made.tracing.begin("b", parent=parent)
    one.end()
    other.end()

    assert one.trace_id != other.trace_id
    assert [None, None] == [span.parent for span in made.spans]


def test_the_parents_decision_holds_and_what_it_did_not_record_costs_nothing() -> None:
    made = Recording()
    span = made.tracing.begin("decide", parent=UNSAMPLED)
    child = made.tracing.begin("within", parent=span)
    child.end()
    span.end(attributes={"items": 3})

    assert (False, False, []) == (span.sampled, child.sampled, made.spans)
    assert span.traceparent.endswith("-00")


def test_over_the_rate_new_traces_are_not_recorded_and_a_sampled_parent_is() -> None:
    made = Recording(per_second=2)
    sampled = [made.tracing.begin("new") for _ in range(4)]
    asked = made.tracing.begin("asked", parent=PARENT)
    call = made.tracing.begin_rpc("call", parent=None, kind=SpanKind.SERVER)
    for span in (*sampled, asked, call):
        span.end()

    assert [True, True, False, False] == [span.sampled for span in sampled]
    assert (True, True) == (asked.sampled, call.sampled)


def test_what_fails_is_recorded_even_when_it_was_not_sampled() -> None:
    made = Recording()
    made.tracing.begin("decide", parent=UNSAMPLED).end(error="STORE_LOST")

    (found,) = made.spans
    assert ("ERROR", "STORE_LOST") == (found.status.status_code.name, found.status.description)
    assert 1 == found.context.trace_flags & 1


def test_a_span_ends_once() -> None:
    made = Recording()
    span = made.tracing.begin("decide")
    span.end(attributes={"first": True})
    span.end(error="SECOND")

    (found,) = made.spans
    assert ({"first": True}, 0) == (dict(found.attributes), made.tracing.live)


def test_live_counts_what_was_begun_and_not_ended() -> None:
    tracing = Recording().tracing
    spans = [tracing.begin("a"), tracing.begin("b", parent=UNSAMPLED), tracing.begin("c")]
    assert 3 == tracing.live
    for span in spans:
        span.end()
    assert 0 == tracing.live


def test_links_lead_to_recorded_spans_only() -> None:
    made = Recording()
    recorded, unrecorded = context_of(PARENT), context_of(UNSAMPLED)
    assert recorded is not None
    assert unrecorded is not None
    span = made.tracing.begin("batch", links=[recorded, unrecorded])
    span.link([recorded])
    span.end()

    assert [recorded, recorded] == [link.context for link in made.spans[0].links]


def test_links_are_bounded_and_the_rest_is_counted() -> None:
    made = Recording()
    context = context_of(PARENT)
    assert context is not None
    span = made.tracing.begin("batch", links=[context] * (LINKS_MAX - 1))
    span.link([context] * 3)
    span.end(attributes={"items": 3})

    (found,) = made.spans
    assert LINKS_MAX == len(found.links)
    assert {"items": 3, "tidewaiter.links_dropped": 2} == dict(found.attributes)


def test_an_unrecorded_span_keeps_no_links() -> None:
    made = Recording()
    context = context_of(PARENT)
    assert context is not None
    made.tracing.begin("batch", parent=UNSAMPLED, links=[context]).end(error="FAILED")

    assert () == made.spans[0].links


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (Failure(kind=Kind.FULL, reason="LOG_FULL", detail="Full."), "LOG_FULL"),
        (asyncio.CancelledError(), "CANCELLED"),
        (KeyError("Maria Muster"), "KeyError"),
    ],
)
def test_a_block_that_fails_ends_its_span_with_a_stable_name(error: BaseException, name: str) -> None:
    made = Recording()
    with pytest.raises(type(error)), made.tracing.begin("decide"):
        raise error

    assert (name, 0) == (made.spans[0].status.description, made.tracing.live)


def test_the_current_span_is_the_one_worked_on() -> None:
    tracing = Recording().tracing
    assert current_span() is None
    with tracing.begin("outer") as outer, working_on(outer):
        with tracing.begin("inner") as inner, working_on(inner):
            assert inner is current_span()
        assert outer is current_span()
    assert current_span() is None
    assert rpc_context() is None


def test_a_link_is_made_from_a_traceparent_or_not_at_all() -> None:
    context = context_of(PARENT)

    assert context is not None
    assert (0xB7AD6B7169203331, True, True) == (context.span_id, context.is_remote, context.is_valid)
    assert context_of("nonsense") is None


def test_the_record_of_a_span_says_all_that_the_file_keeps() -> None:
    made = Recording()
    context = context_of(PARENT)
    assert context is not None
    span = made.tracing.begin("decide", parent=PARENT, links=[context])
    span.end(attributes={"items": 3, "codes": ["A", "B"]}, error="LOG_FULL", end_ns=2_000)

    record = record_of(made.spans[0], service="unit")
    assert (span.trace_id, span.span_id, "b7ad6b7169203331") == (record.trace_id, record.span_id, record.parent_id)
    assert (1_000, 2_000, "INTERNAL", "ERROR", "LOG_FULL") == (
        record.start_ns,
        record.end_ns,
        record.kind,
        record.status,
        record.error,
    )
    assert {"items": 3, "codes": ["A", "B"]} == record.attributes
    assert [{"trace_id": span.trace_id, "span_id": "b7ad6b7169203331"}] == record.links


def test_the_sdks_own_tracer_goes_the_same_way() -> None:
    made = Recording()
    with made.tracing.tracer.start_as_current_span("foreign"):
        pass

    assert ["foreign"] == [span.name for span in made.spans]

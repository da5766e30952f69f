"""The spans of a batch: one for each item that is traced, ended whatever happens, and cheap where nobody looks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tidewaiter_chassis.batch_spans import BatchSpans
from tidewaiter_chassis.failures import Failure, Kind
from tidewaiter_chassis.telemetry import Telemetry
from tidewaiter_chassis.traces import Tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"
RECORDED = f"00-{TRACE}-b7ad6b7169203331-01"
UNRECORDED = RECORDED[:-1] + "0"
NOT_READY = Failure(kind=Kind.NOT_READY, reason="LOG_ABSENT", detail="There is no log.")


class House:
    """A tracing whose ended spans can be looked at."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing: Tracing = Telemetry.for_tests("house", self._exporter).tracing

    def ended(self) -> list[tuple[dict[str, Any], str | None]]:
        """The attributes and the error of each, in the order in which they ended; none is left open."""
        assert 0 == self.tracing.live
        return [(dict(span.attributes or {}), span.status.description) for span in self._exporter.get_finished_spans()]

    def traces(self) -> set[str]:
        """The traces that they are in."""
        return {f"{span.context.trace_id:032x}" for span in self._exporter.get_finished_spans() if span.context}


@pytest.fixture
def house() -> House:
    return House()


def told(number: int) -> dict[str, int]:
    """What an item's span says."""
    return {"number": number}


def never(number: int) -> dict[str, int]:
    """What nobody may ask for."""
    raise AssertionError(f"the attributes of {number} were made for nobody")


def test_each_recorded_item_has_a_span_in_its_filings_trace_with_what_is_said_of_it(house: House) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        for place in (0, 1):
            spans.begin(place, RECORDED)
        spans.end(1, told, 1)
        spans.end(0, told, number=0)

    assert [({"number": 1}, None), ({"number": 0}, None)] == house.ended()
    assert {TRACE} == house.traces()


def test_an_item_that_is_not_traced_or_not_recorded_costs_no_span_and_no_attributes(house: House) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        spans.begin(0, "")
        spans.begin(1, UNRECORDED)
        assert 0 == house.tracing.live
        spans.end(0, never, 0)
        spans.end(1, never, 1)

    assert [] == house.ended()


@pytest.mark.parametrize("parent", [RECORDED, UNRECORDED])
def test_a_refused_item_is_recorded_with_its_reason_also_where_its_filing_is_not(house: House, parent: str) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        spans.begin(0, parent)
        spans.begin(1, "")
        spans.refuse(0, NOT_READY, {"number": 0})
        spans.refuse(1, NOT_READY)

    assert [({"number": 0}, "LOG_ABSENT")] == house.ended()
    assert {TRACE} == house.traces()


@pytest.mark.parametrize(
    ("error", "name"),
    [(NOT_READY, "LOG_ABSENT"), (asyncio.CancelledError(), "CANCELLED"), (KeyError("x"), "KeyError")],
)
def test_what_is_open_ends_with_the_error_of_the_block_and_what_was_told_stays(
    house: House, error: BaseException, name: str
) -> None:
    def fail() -> None:
        with BatchSpans(house.tracing, "weigh") as spans:
            for place, parent in enumerate((RECORDED, RECORDED, UNRECORDED, UNRECORDED, "")):
                spans.begin(place, parent)
            spans.end(0, told, 0)
            spans.end(2, told, 2)
            raise error

    with pytest.raises(type(error)):
        fail()

    assert [({"number": 0}, None), ({}, name), ({}, name)] == house.ended()


def test_an_item_of_which_nothing_is_said_ends_with_the_block(house: House) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        spans.begin(0, RECORDED)
        spans.begin(1, UNRECORDED)

    assert [({}, None)] == house.ended()


def test_a_second_end_changes_nothing(house: House) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        spans.begin(0, RECORDED)
        spans.refuse(0, NOT_READY)
        spans.end(0, never, 0)
        spans.refuse(0, NOT_READY)

    assert [({}, "LOG_ABSENT")] == house.ended()


def test_where_the_parent_is_malformed_the_item_begins_a_trace_of_its_own(house: House) -> None:
    with BatchSpans(house.tracing, "weigh") as spans:
        spans.begin(0, "nonsense")
        spans.end(0, told, 0)

    assert [({"number": 0}, None)] == house.ended()
    assert {TRACE} != house.traces()
